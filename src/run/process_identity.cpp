#include "run/process_identity.h"

#include <fmt/core.h>
#include <unistd.h>

#include <filesystem>

#include "base/error.h"
#include "document/value.h"

namespace leat::run {
namespace {

std::string identity_of(const std::string& number) {
  std::string path = "/proc/" + number + "/stat";
  if (!std::filesystem::exists(path)) return "";
  // The 22nd word of stat(5), counted from behind the name, which may hold blanks.
  std::string stat = document::read_file(path);
  std::size_t at = stat.rfind(')');
  if (at != std::string::npos && stat.compare(at, 4, ") Z ") == 0) return "";
  for (int word = 2; word < 22 && at != std::string::npos; ++word) at = stat.find(' ', at + 1);
  std::string began = at == std::string::npos ? "" : stat.substr(at + 1, stat.find(' ', at + 1) - at - 1);
  std::string boot = document::read_file("/proc/sys/kernel/random/boot_id").substr(0, 8);
  return fmt::format("{}.{}.{}", number, began, boot);
}

}  // namespace

std::string process_identity() {
  static const std::string own = identity_of(fmt::format("{}", ::getpid()));
  return own;
}

bool is_alive(const std::string& identity) {
  std::string number = identity.substr(0, identity.find('.'));
  if (number.empty() || number.find_first_not_of("0123456789") != std::string::npos) return false;
  try {
    return identity_of(number) == identity;
  } catch (const Error&) {
    return false;  // it ended while it was looked at
  }
}

}  // namespace leat::run

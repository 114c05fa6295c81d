#include "run/process_identity.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>
#include <memory>

namespace leat::run {
namespace {

// "" for a file that is not there, or no longer.
std::string read_proc(const std::string& path) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "r"), std::fclose);
  char text[1024];
  return file ? std::string(text, std::fread(text, 1, sizeof text, file.get())) : "";
}

std::string identity_of(const std::string& number) {
  // The 22nd word of stat(5), counted from behind the name, which may hold blanks.
  std::string stat = read_proc("/proc/" + number + "/stat");
  if (stat.empty()) return "";
  std::size_t at = stat.rfind(')');
  if (at != std::string::npos && stat.compare(at, 4, ") Z ") == 0) return "";
  for (int word = 2; word < 22 && at != std::string::npos; ++word) at = stat.find(' ', at + 1);
  std::string began = at == std::string::npos ? "" : stat.substr(at + 1, stat.find(' ', at + 1) - at - 1);
  std::string boot = read_proc("/proc/sys/kernel/random/boot_id").substr(0, 8);
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
  return identity_of(number) == identity;
}

}  // namespace leat::run

#include "base/secret_source.h"

#include <fmt/core.h>
#include <sys/wait.h>

#include <cstdio>
#include <map>
#include <memory>
#include <mutex>

#include "base/error.h"
#include "base/secret.h"

namespace leat {
namespace {

constexpr std::size_t kSecretBytesMax = 1u << 20;

// Reads to the end, or to the limit.
std::string read_all(std::FILE* from) {
  std::string out;
  char part[4096];
  while (std::size_t count = std::fread(part, 1, sizeof part, from)) {
    out.append(part, count);
    if (out.size() > kSecretBytesMax) break;
  }
  return out;
}

std::string read_file_secret(const std::string& path) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!file) throw Error(ErrorCode::config_secret, "The file of a secret can't be read", path);
  return read_all(file.get());
}

std::string read_command_secret(const std::string& command) {
  std::FILE* pipe = ::popen(command.c_str(), "r");
  if (!pipe) throw Error(ErrorCode::config_secret, "The command of a secret can't be run", command);
  std::string out = read_all(pipe);
  int status = ::pclose(pipe);
  if (status != 0) {
    throw Error(ErrorCode::config_secret,
                fmt::format("The command of a secret ended with code {}",
                            WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status)),
                command);
  }
  return out;
}

struct Sources {
  std::mutex mutex;
  std::map<std::string, SecretSource> by_scheme;
  std::map<std::pair<std::string, std::string>, std::string> read;
};
Sources& sources() {
  static Sources all{{}, {{"file", read_file_secret}, {"command", read_command_secret}}, {}};
  return all;
}

}  // namespace

void provide_secrets(std::string scheme, SecretSource source) {
  Sources& all = sources();
  std::lock_guard lock(all.mutex);
  all.by_scheme[std::move(scheme)] = std::move(source);
}

bool is_secret_scheme(const std::string& scheme) {
  Sources& all = sources();
  std::lock_guard lock(all.mutex);
  return all.by_scheme.count(scheme) > 0;
}

std::string read_secret(const std::string& scheme, const std::string& reference) {
  Sources& all = sources();
  std::lock_guard lock(all.mutex);
  auto [known, fresh] = all.read.try_emplace({scheme, reference});
  if (!fresh) return known->second;
  try {
    std::string value = all.by_scheme.at(scheme)(reference);
    while (!value.empty() && (value.back() == '\n' || value.back() == '\r')) value.pop_back();
    if (value.empty()) throw Error(ErrorCode::config_secret, "The secret is empty", scheme + ":" + reference);
    register_secret(value);
    known->second = value;
    return value;
  } catch (...) {
    all.read.erase(known);
    throw;
  }
}

}  // namespace leat

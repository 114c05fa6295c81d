#include "sources/process/config_store.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>

#include "base/error.h"

namespace leat::sources::process {
namespace {

// FNV-1a: names a file after what leat.yml says.
std::uint64_t fingerprint(std::string_view text) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash;
}

std::string path_of(const ProgramSettings& settings) {
  std::string program = settings.image;
  for (const std::string& word : settings.command) program += word + "\n";
  std::string given = program + document::to_json(settings.config, true);
  return fmt::format("{}/.leat/config/{:016x}.json", settings.folder.empty() ? "." : settings.folder,
                     fingerprint(given));
}

}  // namespace

std::string current_config(const ProgramSettings& settings) {
  std::string path = path_of(settings);
  if (std::filesystem::exists(path)) return document::read_file(path);
  return document::to_json(settings.config);
}

void keep_config(const ProgramSettings& settings, std::string_view json) {
  if (json.empty()) return;
  std::string path = path_of(settings), beside = path + ".new";
  std::error_code ignored;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
  int file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  bool kept = file >= 0 && ::write(file, json.data(), json.size()) == static_cast<ssize_t>(json.size()) &&
              ::fsync(file) == 0;
  if (file >= 0) ::close(file);
  kept = kept && ::rename(beside.c_str(), path.c_str()) == 0;
  if (!kept) throw Error(ErrorCode::file_io, std::strerror(errno), path);
}

}  // namespace leat::sources::process

#include "dbt/kept/kept_parse.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

#include "dbt/digest.h"
#include "dbt/kept/archive.h"

namespace leat::dbt {

namespace fs = std::filesystem;

template <class Archive>
void keep(Archive& archive, WatchedPath& path) {
  keep(archive, path.path);
  keep_number(archive, path.size);
  keep_number(archive, path.changed_ns);
  keep_number(archive, path.status_ns);
  keep_number(archive, path.is_folder);
}

namespace {

// What the file begins with; inputs and contents follow.
struct Front {
  std::array<char, 16> magic = {'l', 'e', 'a', 't', ' ', 'p', 'a', 'r', 's', 'e', ' ', '2', '\n'};
  std::uint64_t inputs_size = 0, contents_size = 0;
  WrittenManifest manifest;
};

std::uint64_t nanoseconds(const timespec& time) {
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(time.tv_nsec);
}

// Which build of the program runs: another one may parse otherwise.
std::string program() {
  WatchedPath seen = look_at("/proc/self/exe");
  return fmt::format("{} {} {}", LEAT_VERSION, seen.size, seen.changed_ns);
}

template <class Archive>
void keep_inputs(Archive& archive, ParseInputs& inputs) {
  keep(archive, inputs.key);
  keep(archive, inputs.command);
  keep(archive, inputs.variables);
}

bool is_as_it_was(const WatchedPath& was) {
  WatchedPath now = look_at(was.path);
  // Of a folder only what it lists counts; its size is the file system's affair.
  return now.changed_ns == was.changed_ns && now.is_folder == was.is_folder &&
         (was.is_folder || (now.size == was.size && now.status_ns == was.status_ns));
}

bool are_options_same(const ParseInputs& inputs, const ProjectOptions& options, const Env& env) {
  if (inputs.key != parse_key(options)) return false;
  if (!inputs.command.empty() && inputs.command != options.command) return false;
  for (const auto& [name, hash] : inputs.variables) {
    if (hashes_of({name}, env).at(name) != hash) return false;
  }
  return true;
}

// The paths that follow in the archive.
bool are_paths_same(ArchiveReader& archive) {
  try {
    for (std::size_t left = archive.count(); left > 0; --left) {
      WatchedPath path;
      keep(archive, path);
      if (!is_as_it_was(path)) return false;
    }
    return true;
  } catch (const ArchiveBroken&) {
    return false;
  }
}

}  // namespace

std::string parse_key(const ProjectOptions& options) {
  const TargetInfo& target = options.target;
  document::Value all = document::Value::list();
  auto add = [&all](std::string text) { all.items().push_back(document::Value::of(std::move(text))); };
  add(program());
  add(fs::absolute(options.folder).string());
  add(options.folder);
  for (const std::string* each :
       {&target.name, &target.type, &target.database, &target.schema, &target.profile})
    add(*each);
  add(std::to_string(target.threads));
  add(document::to_json(target.settings, true));
  add(options.vars.is_null() ? "" : document::to_json(options.vars, true));
  add(fmt::format("{} {} {}", options.full_refresh, options.store_failures, options.empty));
  return sha256_hex(document::to_json(all));
}

// Values may be secrets, so they don't stand there as they are.
std::map<std::string, std::string> hashes_of(const std::vector<std::string>& names, const Env& env) {
  std::map<std::string, std::string> hashes;
  for (const std::string& name : names) {
    std::optional<std::string> value = env.variable(name);
    hashes[name] = value ? sha256_hex(name + "=" + *value) : "";
  }
  return hashes;
}

WatchedPath look_at(const std::string& path) {
  WatchedPath seen;
  seen.path = path;
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return seen;
  seen.size = static_cast<std::uint64_t>(found.st_size);
  seen.changed_ns = nanoseconds(found.st_mtim);
  seen.status_ns = nanoseconds(found.st_ctim);
  seen.is_folder = S_ISDIR(found.st_mode);
  return seen;
}

void look_below(const std::string& path, std::vector<WatchedPath>& found) {
  WatchedPath seen = look_at(path);
  bool is_folder = seen.is_folder;
  found.push_back(std::move(seen));
  if (!is_folder) return;
  std::error_code unreadable;
  for (const fs::directory_entry& entry : fs::directory_iterator(path, unreadable)) {
    look_below(entry.path().string(), found);
  }
}

std::optional<KeptParse> KeptParse::find(const std::string& path, const ProjectOptions& options,
                                         const Env& env) {
  KeptParse kept;
  int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return std::nullopt;
  struct stat found {};
  if (::fstat(file, &found) == 0 && static_cast<std::size_t>(found.st_size) >= sizeof(Front)) {
    kept.size_ = static_cast<std::size_t>(found.st_size);
    void* mapped = ::mmap(nullptr, kept.size_, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
    if (mapped != MAP_FAILED) kept.mapped_ = static_cast<const char*>(mapped);
  }
  ::close(file);
  if (!kept.mapped_) return std::nullopt;
  Front front;
  std::memcpy(&front, kept.mapped_, sizeof front);
  std::string_view bytes(kept.mapped_ + sizeof front, kept.size_ - sizeof front);
  if (front.magic != Front().magic || front.inputs_size > bytes.size()) return std::nullopt;
  try {
    ArchiveReader reader(bytes.substr(0, front.inputs_size));
    ParseInputs inputs;
    keep_inputs(reader, inputs);
    if (!are_options_same(inputs, options, env)) return std::nullopt;
    kept.are_same_ = std::async(std::launch::async,
                                [reader = std::move(reader)]() mutable { return are_paths_same(reader); });
  } catch (const ArchiveBroken&) {
    return std::nullopt;
  }
  bytes.remove_prefix(front.inputs_size);
  kept.contents_ = bytes.substr(0, front.contents_size);
  kept.rest_ = bytes.substr(kept.contents_.size());
  kept.manifest_ = front.manifest;
  return kept;
}

void KeptParse::note_manifest(const std::string& path, const WrittenManifest& manifest) {
  int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return;
  // Torn or lost, it fits no manifest, and that is then written whole.
  [[maybe_unused]] ssize_t ignored = ::pwrite(file, &manifest, sizeof manifest, offsetof(Front, manifest));
  ::close(file);
}

void KeptParse::write(const std::string& path, const ParseInputs& inputs,
                      const std::array<std::string, 2>& archives, Timestamp begun) {
  // Clocks of file systems tick every few milliseconds.
  std::uint64_t latest = nanoseconds({.tv_sec = begun.time_since_epoch().count() / 1'000'000, .tv_nsec = 0}) +
                         static_cast<std::uint64_t>(begun.time_since_epoch().count() % 1'000'000) * 1000 -
                         50'000'000;
  for (const WatchedPath& each : inputs.paths) {
    if (each.changed_ns > latest || (each.status_ns > latest && !each.is_folder)) return;
  }
  ArchiveWriter archive;
  ParseInputs copy = inputs;
  keep_inputs(archive, copy);
  keep(archive, copy.paths);
  std::string head = archive.take();
  Front front;
  front.inputs_size = head.size();
  front.contents_size = archives[0].size();
  std::string beside = fmt::format("{}.{}.tmp", path, ::getpid());
  std::error_code ignored;
  fs::create_directories(fs::path(path).parent_path(), ignored);
  std::FILE* out = std::fopen(beside.c_str(), "wb");
  if (!out) return;
  bool whole = true;
  auto put = [&](const void* from, std::size_t bytes) {
    whole = std::fwrite(from, 1, bytes, out) == bytes && whole;
  };
  put(&front, sizeof front);
  put(head.data(), head.size());
  for (const std::string& each : archives) put(each.data(), each.size());
  whole = std::fclose(out) == 0 && whole;
  if (whole) fs::rename(beside, path, ignored);
  if (!whole || ignored) fs::remove(beside, ignored);
}

KeptParse::KeptParse(KeptParse&& other) noexcept
    : mapped_(std::exchange(other.mapped_, nullptr)),
      size_(other.size_),
      contents_(other.contents_),
      rest_(other.rest_),
      are_same_(std::move(other.are_same_)),
      manifest_(other.manifest_) {}

KeptParse::~KeptParse() {
  if (are_same_.valid()) are_same_.wait();  // it reads what is mapped
  if (mapped_) ::munmap(const_cast<char*>(mapped_), size_);
}

}  // namespace leat::dbt

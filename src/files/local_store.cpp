#include "files/local_store.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/error.h"

namespace leat::files {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kTemporary = ".leat-";
constexpr std::size_t kCopyBytes = 1 << 20;

[[noreturn]] void raise(const char* what, const std::string& path) {
  throw Error(ErrorCode::file_io, fmt::format("{}: {}", what, std::strerror(errno)), path);
}

class Descriptor {
 public:
  Descriptor(const std::string& path, int flags) : handle_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {}
  ~Descriptor() {
    if (handle_ >= 0) ::close(handle_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return handle_; }

 private:
  int handle_;
};

void write_all(int file, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    ssize_t wrote = ::write(file, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) raise("The file can't be written", path);
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
}

void sync(int file, const std::string& path) {
  if (::fsync(file) != 0) raise("The file can't be synced", path);
}

// A rename is durable once its folder is.
void sync_folder_of(const std::string& path) {
  std::string folder = fs::path(path).parent_path().string();
  Descriptor open(folder, O_RDONLY | O_DIRECTORY);
  if (open.get() >= 0) sync(open.get(), folder);
}

std::optional<ObjectInfo> info_of(const std::string& path, const std::string& key) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    raise("The file can't be looked at", path);
  }
  if (!S_ISREG(found.st_mode)) return std::nullopt;
  ObjectInfo out;
  out.key = key;
  out.size = found.st_size;
  std::int64_t nanoseconds = found.st_mtim.tv_sec * 1000000000LL + found.st_mtim.tv_nsec;
  out.etag = fmt::format("{:x}-{:x}", found.st_size, nanoseconds);
  out.modified = Timestamp(std::chrono::microseconds(nanoseconds / 1000));
  return out;
}

// The folder is made where it is missing; where it can't be, opening the file tells.
std::string temporary_beside(const std::string& path, Env& env) {
  std::string folder = fs::path(path).parent_path().string();
  std::error_code ignored;
  fs::create_directories(folder, ignored);
  return fmt::format("{}/{}{}", folder, kTemporary, env.uuid());
}

bool is_hidden(const std::string& name) {
  return name.starts_with(kTemporary);
}

}  // namespace

std::string LocalStore::path_of(const std::string& key) const {
  for (const fs::path& part : fs::path(key)) {
    if (part == "..") throw Error(ErrorCode::config_invalid, "A key may not leave its folder", url(key));
  }
  return folder_ + key;
}

std::optional<std::string> LocalStore::put(const std::string& key, std::string_view content,
                                           const PutOptions& options) {
  std::string temporary = temporary_beside(path_of(key), env_);
  {
    Descriptor file(temporary, O_WRONLY | O_CREAT | O_EXCL);
    if (file.get() < 0) raise("The file can't be created", temporary);
    write_all(file.get(), content, temporary);
    sync(file.get(), temporary);
  }
  std::optional<std::string> etag = publish(temporary, key, options.if_absent);
  if (!etag && get_range(key, 0, static_cast<std::int64_t>(content.size()) + 1, "") == std::string(content))
    return head(key)->etag;
  return etag;
}

std::optional<std::string> LocalStore::put_file(const std::string& key, const std::string& source,
                                                const PutOptions& options) {
  std::string temporary = temporary_beside(path_of(key), env_);
  {
    Descriptor from(source, O_RDONLY), to(temporary, O_WRONLY | O_CREAT | O_EXCL);
    if (from.get() < 0) raise("The file can't be read", source);
    if (to.get() < 0) raise("The file can't be created", temporary);
    std::string buffer(kCopyBytes, '\0');
    for (;;) {
      ssize_t got = ::read(from.get(), buffer.data(), buffer.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) raise("The file can't be read", source);
      if (got == 0) break;
      write_all(to.get(), {buffer.data(), static_cast<std::size_t>(got)}, temporary);
    }
    sync(to.get(), temporary);
  }
  return publish(temporary, key, options.if_absent);
}

std::optional<std::string> LocalStore::publish(const std::string& temporary, const std::string& key,
                                               bool if_absent) {
  std::string path = path_of(key);
  if (if_absent) {
    int linked = ::link(temporary.c_str(), path.c_str());
    int why = errno;
    ::unlink(temporary.c_str());
    if (linked != 0 && why == EEXIST) return std::nullopt;
    errno = why;
    if (linked != 0) raise("The file can't be put in place", path);
  } else if (::rename(temporary.c_str(), path.c_str()) != 0) {
    raise("The file can't be put in place", path);
  }
  sync_folder_of(path);
  std::optional<ObjectInfo> info = info_of(path, key);
  return info ? info->etag : std::string();
}

std::optional<ObjectInfo> LocalStore::head(const std::string& key) {
  return info_of(path_of(key), key);
}

std::optional<std::string> LocalStore::get_range(const std::string& key, std::int64_t from,
                                                 std::int64_t length, const std::string& etag) {
  std::string path = path_of(key);
  std::optional<ObjectInfo> info = info_of(path, key);
  if (!info) return std::nullopt;
  if (!etag.empty() && etag != info->etag)
    throw Error(ErrorCode::store_failed, "The file changed while it was read", path);
  Descriptor file(path, O_RDONLY);
  if (file.get() < 0) raise("The file can't be read", path);
  std::string out(static_cast<std::size_t>(std::clamp<std::int64_t>(info->size - from, 0, length)), '\0');
  std::size_t done = 0;
  while (done < out.size()) {
    ssize_t got = ::pread(file.get(), out.data() + done, out.size() - done, from + static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) raise("The file can't be read", path);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  out.resize(done);
  return out;
}

void LocalStore::list(const std::string& prefix, const std::string& start_after,
                      const std::function<bool(const ObjectInfo&)>& each) {
  // Only the folder that the prefix names is walked.
  std::size_t slash = prefix.rfind('/');
  std::string folder = path_of(slash == std::string::npos ? "" : prefix.substr(0, slash + 1));
  std::vector<std::string> keys;
  std::error_code problem;
  fs::recursive_directory_iterator walk(folder, fs::directory_options::skip_permission_denied, problem);
  for (; !problem && walk != fs::recursive_directory_iterator(); walk.increment(problem)) {
    if (is_hidden(walk->path().filename().string())) continue;
    std::string key = walk->path().string().substr(folder_.size());
    if (!key.starts_with(prefix) || key <= start_after) continue;
    std::error_code gone;  // another process may have taken it
    if (walk->is_regular_file(gone)) keys.push_back(std::move(key));
  }
  if (problem && problem != std::errc::no_such_file_or_directory)
    throw Error(ErrorCode::file_io, "The folder can't be read: " + problem.message(), folder);
  std::sort(keys.begin(), keys.end());
  for (const std::string& key : keys) {
    std::optional<ObjectInfo> info = info_of(folder_ + key, key);
    if (info && !each(*info)) return;
  }
}

void LocalStore::remove(const std::string& key) {
  std::string path = path_of(key);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) raise("The file can't be removed", path);
}

}  // namespace leat::files

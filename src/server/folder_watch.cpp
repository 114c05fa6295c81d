#include "server/folder_watch.h"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/error.h"

namespace leat::server {

namespace fs = std::filesystem;

namespace {

constexpr int kTickMs = 100;  // how soon a stop is noticed
constexpr int kQuietMs = 6;   // an editor's several steps of one save come within
constexpr std::size_t kFoldersMax = 5000;
constexpr std::uint32_t kWanted = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE;

bool is_readable(int file, int wait_ms) {
  pollfd each{file, POLLIN, 0};
  return poll(&each, 1, wait_ms) > 0;
}

}  // namespace

FolderWatch::FolderWatch(std::string folder, std::set<std::string> left_out)
    : folder_(std::move(folder)),
      left_out_(std::move(left_out)),
      inotify_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
  if (inotify_ < 0) throw Error(ErrorCode::file_io, std::strerror(errno), folder_);
  add("");
}

FolderWatch::~FolderWatch() {
  close(inotify_);
}

bool FolderWatch::is_watched(const std::string& below) const {
  std::string name = fs::path(below).parent_path().filename().string();
  bool is_hidden = name.starts_with(".") || name == "node_modules";
  return below.empty() ||
         !(is_hidden || left_out_.contains(folder_ + "/" + below.substr(0, below.size() - 1)));
}

// Watches a folder and those in it; `below` ends with a slash, or is empty.
void FolderWatch::add(const std::string& below) {
  if (!is_watched(below) || places_.size() >= kFoldersMax) return;
  std::string path = folder_ + "/" + below;
  int watch = inotify_add_watch(inotify_, path.c_str(), kWanted | IN_ONLYDIR | IN_DONT_FOLLOW);
  if (watch < 0 && below.empty()) throw Error(ErrorCode::file_io, std::strerror(errno), path);
  if (watch < 0) return;
  places_[watch] = below;
  std::error_code gone;
  for (const fs::directory_entry& entry : fs::directory_iterator(path, gone)) {
    if (entry.is_directory(gone) && !entry.is_symlink(gone))
      add(below + entry.path().filename().string() + "/");
  }
}

// Reads what there is; true when there was something of interest.
bool FolderWatch::take(std::set<std::string>& changed) {
  alignas(inotify_event) std::array<char, 16384> buffer;
  ssize_t size = read(inotify_, buffer.data(), buffer.size());
  std::size_t before = changed.size();
  for (ssize_t at = 0; at < size;) {
    inotify_event event;
    std::memcpy(&event, buffer.data() + at, sizeof event);
    const char* name = buffer.data() + at + sizeof event;
    at += static_cast<ssize_t>(sizeof event + event.len);
    auto place = places_.find(event.wd);
    if (event.len == 0 || place == places_.end()) continue;
    std::string below = place->second + name;
    if (event.mask & IN_ISDIR) {
      if (!is_watched(below + "/")) continue;
      if (event.mask & (IN_CREATE | IN_MOVED_TO)) add(below + "/");
      changed.insert(below + "/");
    } else if (!(event.mask & IN_CREATE)) {
      changed.insert(below);
    }
  }
  return changed.size() > before;
}

std::set<std::string> FolderWatch::wait(std::stop_token stop) {
  std::set<std::string> changed;
  while (changed.empty() && !stop.stop_requested()) {
    if (is_readable(inotify_, kTickMs)) take(changed);
  }
  while (!changed.empty() && is_readable(inotify_, kQuietMs)) take(changed);
  return changed;
}

}  // namespace leat::server

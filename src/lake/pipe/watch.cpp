#include "lake/pipe/watch.h"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <filesystem>

#include "base/error.h"

namespace leat::lake {
namespace {

namespace fs = std::filesystem;
constexpr std::uint32_t kChanges = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE;
constexpr std::chrono::milliseconds kStep{100};  // how soon a stop is seen
constexpr std::size_t kFoldersMax = 4096;

}  // namespace

Watch::Watch(const files::Location& location, Env& env) : location_(location), env_(env) {
  if (location_.scheme != files::Location::Scheme::local) return;
  handle_ = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (handle_ >= 0) watch_folders();
}

Watch::~Watch() {
  if (handle_ >= 0) close(handle_);
}

// Adding a folder twice is no harm: it keeps its watch.
void Watch::watch_folders() {
  inotify_add_watch(handle_, location_.path.c_str(), kChanges);
  std::size_t count = 0;
  std::error_code problem;
  fs::recursive_directory_iterator walk(location_.path, fs::directory_options::skip_permission_denied,
                                        problem);
  for (; !problem && walk != fs::recursive_directory_iterator(); walk.increment(problem)) {
    std::error_code gone;  // it may be removed meanwhile
    if (!walk->is_directory(gone)) continue;
    inotify_add_watch(handle_, walk->path().c_str(), kChanges);
    if (++count == kFoldersMax) return;
  }
}

bool Watch::take_changes() {
  alignas(inotify_event) char buffer[64 << 10];
  bool any = false;
  while (read(handle_, buffer, sizeof buffer) > 0) any = true;
  return any;
}

void Watch::wait(std::chrono::milliseconds longest) {
  if (handle_ < 0) return env_.wait(longest);
  watch_folders();
  auto until = env_.steady() + longest;
  while (env_.steady() < until) {
    pollfd ready{handle_, POLLIN, 0};
    bool has_changes = poll(&ready, 1, 0) > 0 && take_changes();
    if (has_changes) return;
    env_.wait(std::min(kStep, longest));
  }
}

}  // namespace leat::lake

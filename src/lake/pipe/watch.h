// Watch: waits until a folder has something new, or a time has passed.
//
// Guarantees: a file that is closed after writing or moved in wakes it within a moment; where there is
//   nothing to watch (S3, too many folders) it waits the time out. What it misses the next listing
//   finds.
// Threads: one at a time.
// Owns: inotify's descriptor.
// Errors: Error(cancelled).
// Source: inotify(7)
#pragma once
#include <chrono>
#include <string>

#include "base/env.h"
#include "files/location.h"

namespace leat::lake {

class Watch {
 public:
  Watch(const files::Location& location, Env& env);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  /// Returns when something changed or `longest` has passed.
  void wait(std::chrono::milliseconds longest);

 private:
  void watch_folders();
  bool take_changes();
  const files::Location location_;
  Env& env_;
  int handle_ = -1;
};

}  // namespace leat::lake

// ProjectLock: one run of a project at a time.
//
// Guarantees: the lock goes with the process, however that ends.
// Threads: one.
// Owns: the lock file's descriptor.
// Errors: Error(run_busy) names the process that holds it.
// Source: flock(2)
#pragma once
#include <string>

namespace leat::run {

class ProjectLock {
 public:
  /// Takes a lock of the project in `folder`: `.leat/lock`, or another name for a part of its work.
  explicit ProjectLock(const std::string& folder, const std::string& name = "lock");
  ~ProjectLock();
  ProjectLock(const ProjectLock&) = delete;
  ProjectLock& operator=(const ProjectLock&) = delete;

 private:
  int file_ = -1;
};

}  // namespace leat::run

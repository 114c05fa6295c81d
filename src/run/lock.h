// ProjectLock: a part of a project's work that one process does at a time: serving it, a pipe, or all of
// it.
//
// Guarantees: the lock goes with the process, however that ends. The one of the whole project keeps out
//   every run (reservation.h).
// Threads: one.
// Owns: the lock file's descriptor.
// Errors: Error(run_busy) names the process that holds it, where it is known.
// Source: flock(2)
#pragma once
#include <memory>
#include <string>

#include "run/reservation.h"

namespace leat::run {

class ProjectLock {
 public:
  /// Takes the project in `folder` as a whole, or a part of its work by name.
  explicit ProjectLock(const std::string& folder, const std::string& name = "");
  ~ProjectLock();
  ProjectLock(const ProjectLock&) = delete;
  ProjectLock& operator=(const ProjectLock&) = delete;

 private:
  std::unique_ptr<Reservation> whole_;
  int file_ = -1;
};

}  // namespace leat::run

// StandInProcess: a local program that stands in for the source while a run lasts.
//
// Guarantees: the program is stopped when the object goes, also after an error; it dies with this process.
// Threads: one.
// Owns: the child process.
// Errors: Error(config_not_found) when the program is not found, Error(config_invalid) when it does not say
//   `listening on URL` as its first line.
#pragma once
#include <memory>
#include <string>

#include "run/project_file.h"

namespace leat::run {

class StandInProcess {
 public:
  /// Starts the program (looked for beside this program first, then in PATH; with a `/` in the project's
  /// folder) and sets its variable in `env`.
  StandInProcess(const StandIn& stand_in, Env& env);
  ~StandInProcess();
  StandInProcess(const StandInProcess&) = delete;
  StandInProcess& operator=(const StandInProcess&) = delete;
  const std::string& url() const { return url_; }

 private:
  int stop();
  int pid_ = -1;
  int output_ = -1;
  std::string url_;
};

/// Starts the project's stand-in unless it has none, `live` is asked for, or its variable is set already.
std::unique_ptr<StandInProcess> start_stand_in(const ProjectFile& project, bool live, Env& env);

}  // namespace leat::run

// RemoteJob: a job's attempt on other machines, as ECS and Kubernetes have it in common.
//
// Guarantees: an attempt that is under way already, left by a server that died, is taken
//   up instead of a second one. What a service does not answer for a while is asked
//   again.
// Threads: one.
// Errors: Error(launcher_refused) for what stays wrong, Error(launcher_failed).
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "http/client.h"
#include "run/jobs/job_output.h"
#include "run/jobs/launcher.h"

namespace leat::run {

class RemoteJob {
 public:
  virtual ~RemoteJob() = default;
  /// The name of an attempt of this job that is under way.
  virtual std::optional<std::string> find() = 0;
  /// Begins one and returns its name.
  virtual std::string start() = 0;
  struct State {
    bool is_over = false;
    int exit_code = -1;
    std::string ended_by;  ///< where there is no exit code
  };
  virtual State look(const std::string& name) = 0;
  /// What it has printed since the last call.
  virtual std::string read_log(const std::string& name) = 0;
  virtual void stop(const std::string& name) = 0;
};

/// Carries a job out: begins or finds it, follows it to its end. `every`: how often it looks.
LaunchResult carry_out(RemoteJob& job, std::chrono::milliseconds every, std::stop_token stop,
                       EventListener& listener);

/// Sends; Error(launcher_failed) where the service can't be reached.
http::Response reach(http::Client& client, const http::Request& request);
/// The words behind the image's program, which is `leat`.
std::vector<std::string> remote_command(const LauncherOptions& options, const Launch& launch);
/// "leat-SHOP-17": letters, digits and dashes, at most 36 of them: what both services take as a name.
std::string remote_name(const std::string& project, std::int64_t job);

}  // namespace leat::run

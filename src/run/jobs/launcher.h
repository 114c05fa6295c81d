// Launcher: carries out one attempt of a job: in the server's process, or in one of its own.
//
// Guarantees: run() returns when the attempt is over; nothing of it is left running then, or when the server
//   dies. Steps of the job that are done already are not done again.
// Threads: run() from several threads at once; each blocks.
// Owns: nothing between two runs.
// Errors: none is thrown; a failure is in the result.
#pragma once
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/env.h"
#include "run/run.h"
#include "run/store/queue.h"

namespace leat::run {

/// What a job does, kept as JSON in its row.
struct JobSpec {
  std::vector<std::string> select, exclude, kinds;
  bool full_refresh = false;
  std::string from, to;           ///< instants of a window; "" for none
  std::vector<std::string> done;  ///< assets that an earlier attempt has finished
};
std::string to_json(const JobSpec& spec);
/// Error(document_syntax) for what is no JSON.
JobSpec parse_job_spec(const std::string& json);
/// Fills the options of a run that does it.
void fill_options(const JobSpec& spec, WorkspaceOptions& workspace, RunOptions& run);

struct Launch {
  std::int64_t job = 0;
  std::string name;
  JobSpec spec;
};

struct LaunchResult {
  enum class End {
    succeeded,
    failed,
    stopped,  ///< it was asked to
    busy,     ///< another run of the project is under way: nothing has begun
  };
  End end = End::failed;
  std::string error;
  bool is_retryable = false;
  std::optional<std::chrono::milliseconds> retry_after;
};

class Launcher {
 public:
  virtual ~Launcher() = default;
  /// `listener` hears the events of the run.
  virtual LaunchResult run(const Launch& launch, std::stop_token stop, EventListener& listener) = 0;
};

struct LauncherOptions {
  std::string folder, target;  ///< of the project
  std::string program;         ///< child process: the file of leat; "" for this one
  std::int64_t memory_bytes = 0;
  std::chrono::milliseconds cpu{0};
};

/// Runs in threads of this process. `env` has to outlive it.
std::unique_ptr<Launcher> in_process_launcher(const LauncherOptions& options, Env& env);
/// Runs `leat run` in a child that dies with this process, within limits of memory and processor time.
std::unique_ptr<Launcher> child_process_launcher(const LauncherOptions& options);

}  // namespace leat::run

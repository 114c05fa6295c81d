// Launcher: carries out one attempt of a job: in the server's process, or in one of its own.
//
// Guarantees: run() returns when the attempt is over; nothing of it is left running then, or when the server
//   dies, but for tasks of ECS and jobs of Kubernetes, which the next server takes up. Steps of the job that
//   are done already are not done again.
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
  std::vector<std::string> assets;  ///< just these, by their ids, instead of a selection
  bool full_refresh = false;
  std::string from, to;           ///< instants of a window; "" for none
  std::vector<std::string> done;  ///< assets that an earlier attempt has finished
  std::string partitions;         ///< the set whose partitions it does; "" for none
  std::vector<std::string> keys;  ///< which
  document::Value vars;           ///< of dbt
};
std::string to_json(const JobSpec& spec);
/// Error(document_syntax) for what is no JSON.
JobSpec parse_job_spec(const std::string& json);
/// Fills the options of a run that does it. A partition is in the variables LEAT_PARTITION,
/// LEAT_PARTITION_FROM and LEAT_PARTITION_TO of `env`; microbatch models build the batches of its window.
void fill_options(const JobSpec& spec, WorkspaceOptions& workspace, RunOptions& run, Env& env);
/// How long a job waits for assets that another run is at work on, before it goes back to the queue and
/// leaves its place to others.
inline constexpr std::chrono::milliseconds kJobPatience{5'000};

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
  std::string project;         ///< its name
  bool live = false;           ///< reads the real source even where the project has a stand-in
  std::int64_t memory_bytes = 0;
  std::chrono::milliseconds cpu{0};
};

/// Jobs as tasks of Amazon ECS; the task's image holds the project.
struct EcsSettings {
  std::string cluster, task, container = "leat", region, launch_type = "FARGATE";
  std::vector<std::string> subnets, security_groups;
  bool public_ip = false;
  std::string log_group, log_prefix = "leat";  ///< of the awslogs driver; log_group "": steps are not told
  std::string endpoint;                        ///< "": AWS's
  std::chrono::milliseconds every{5'000};      ///< how often it looks
};
/// Jobs as jobs of Kubernetes; the image holds the project.
struct KubernetesSettings {
  std::string space = "default", image, service_account, memory, cpu;
  std::string env_from;         ///< a Secret whose members are the container's variables
  std::string endpoint, token;  ///< "": those of the pod that this is
  std::chrono::milliseconds every{2'000};
};
std::unique_ptr<Launcher> ecs_launcher(const EcsSettings& settings, const LauncherOptions& options, Env& env);
std::unique_ptr<Launcher> kubernetes_launcher(const KubernetesSettings& settings,
                                              const LauncherOptions& options, Env& env);

/// Runs in threads of this process. `env` has to outlive it.
std::unique_ptr<Launcher> in_process_launcher(const LauncherOptions& options, Env& env);
/// Runs `leat run` in a child that dies with this process, within limits of memory and processor time.
std::unique_ptr<Launcher> child_process_launcher(const LauncherOptions& options);

}  // namespace leat::run

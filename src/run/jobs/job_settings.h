// JobSettings: `serve.jobs` of leat.yml: how the server carries out jobs.
//
// Guarantees: every setting has a default.
// Threads: values.
// Errors: Error(serve_invalid).
#pragma once
#include <memory>

#include "run/jobs/launcher.h"
#include "run/jobs/workers.h"

namespace leat::run {

struct JobSettings {
  WorkersOptions workers;
  enum class Where { in_process, child_process, ecs, kubernetes };
  Where where = Where::in_process;
  EcsSettings ecs;
  KubernetesSettings kubernetes;
  std::int64_t memory_bytes = 0;
  std::chrono::milliseconds cpu{0};
};

extern const Spec kJobsSpec, kEcsSpec, kKubernetesSpec;

/// Reads the mapping under `serve.jobs`; null is all defaults.
JobSettings read_job_settings(const document::Value& jobs, const Env& env);
/// The launcher that the settings ask for. `env` has to outlive it.
std::unique_ptr<Launcher> make_launcher(const JobSettings& settings, LauncherOptions options, Env& env);

}  // namespace leat::run

// JobsService: the scheduler, the workers and the API of `leat serve`.
//
// Guarantees: one server of a project at a time. Jobs that an earlier server left behind
//   go on before anything new begins. Without credentials it listens to this machine
//   only.
// Threads: see service.h.
// Owns: its threads, the queue's handle, the launcher.
// Errors: start() throws Error(run_busy) where another server serves the project,
//   Error(config_invalid) for an address that can't be had, or one that others reach
//   without credentials.
#pragma once
#include <memory>
#include <string>

#include "base/env.h"
#include "run/project_file.h"
#include "server/http_front.h"
#include "server/service.h"

namespace leat::server {

class JobsService : public Service {
 public:
  /// `project` and `env` have to outlive it.
  /// `live`: its jobs read the real source even where the project has a stand-in.
  JobsService(const run::ProjectFile& project, std::string target, bool live, HttpAddress address, Env& env);
  ~JobsService() override;
  std::string name() const override { return "jobs and API"; }
  std::string start() override;
  void stop() noexcept override;

 private:
  struct Parts;
  struct Live;
  void reload(std::stop_token stop);
  void read_again();
  const run::ProjectFile& project_;
  std::string target_;
  bool live_;
  HttpAddress address_;
  Env& env_;
  std::unique_ptr<Parts> parts_;
};

}  // namespace leat::server

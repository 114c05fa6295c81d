// Control: what the server's API works with.
//
// Guarantees: plain references; whoever makes it keeps them alive.
// Threads: its functions from any.
#pragma once
#include <functional>

#include "base/env.h"
#include "run/project_file.h"
#include "run/store/queue.h"

namespace leat::server {

struct Control {
  const run::ProjectFile& project;
  std::string target;
  run::Queue& queue;
  Env& env;
  std::function<void()> wake = [] {};                                         ///< after a job was added
  std::function<bool(std::int64_t job)> cancel = [](auto) { return false; };  ///< false: it is over already
  std::function<std::string()> more_metrics = [] { return std::string(); };   ///< OpenMetrics of other parts
};

/// The job that syncs a connection; `kind`: "sync", "reset", "refresh" or "clear".
run::NewJob sync_job(const std::string& connection, const std::string& kind);

}  // namespace leat::server

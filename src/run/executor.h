// Executor: runs the chosen assets in the order of their graph, several at once,
// skipping what is unchanged.
//
// Guarantees: an asset runs after everything above it; when something above it failed
//   it is skipped, and what does not depend on the failure goes on. An asset whose
//   version (see versions.h) is recorded and still exists is not run.
// Threads: execute() blocks; inside, `threads` workers, each with its own session.
// Owns: its sessions.
// Errors: an asset's error is in its Outcome. When the run is asked to stop, statements
//   at work are cancelled, what was running ends as interrupted and the rest as
//   skipped.
#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "base/env.h"
#include "run/asset.h"
#include "run/versions.h"

namespace leat::run {

struct ExecutorOptions {
  int threads = 4;
  bool full_refresh = false;  ///< runs unchanged assets as well
  bool fail_fast = false;     ///< begins nothing more once something failed
  bool warnings_fail = false;
  std::string run_id;
  /// What is held while the bookkeeping's tables are made, which two runs at once could not; null: nothing.
  std::function<std::shared_ptr<void>()> hold_tables;
};

using AdapterFactory = std::function<std::unique_ptr<sql::Adapter>()>;
/// Called when an asset ends, in the worker's thread, one at a time.
using OutcomeListener = std::function<void(const Asset&, const Outcome&)>;

/// Runs `assets[i]` where chosen[i]; returns their outcomes (skipped for those not chosen).
std::vector<Outcome> execute(const std::vector<Asset>& assets, const std::vector<bool>& chosen,
                             const AdapterFactory& open, Env& env, const ExecutorOptions& options,
                             const OutcomeListener& listener);

/// The order in which the chosen assets could run one after the other; Error(dbt_cycle) prints a circle.
std::vector<std::size_t> order_of(const std::vector<Asset>& assets, const std::vector<bool>& chosen);

}  // namespace leat::run

// Run: one execution of a selection of a project's assets, recorded in the
// store.
//
// Guarantees: no two runs are at work on one asset (reservation.h); runs of
//   different assets go on at the same time. The history is written as steps
//   end, so that a crash leaves it readable.
// Threads: run_assets blocks its caller.
// Errors: failures of steps are in the report; Error(cli_selection),
//   Error(run_busy) and those of opening the project are thrown.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "dbt/saved_state.h"
#include "run/executor.h"
#include "run/workspace.h"

namespace leat::run {

struct RunOptions {
  std::vector<std::string> select, exclude;
  std::string selector;  ///< a selection of selectors.yml, instead of `select`
  std::vector<std::string>
      kinds;  ///< empty: every kind; else only these ("stream", "model", "seed", "test", "page")
  dbt::IndirectSelection indirect = dbt::IndirectSelection::eager;
  /// Is told of each word that selects nothing; when it is unset, names and paths that do are errors.
  std::function<void(const std::string& word)> when_nothing;
  std::vector<std::string> only;  ///< ids: just these, instead of a selection
  std::vector<std::string> done;  ///< ids that an earlier attempt of the same work has done: not run again
  bool full_refresh = false;
  bool skip_unchanged = true;
  std::shared_ptr<const dbt::SavedState>
      defer_to;  ///< --defer: where nodes that are not chosen are read from
  bool favor_state = false;
  bool fail_fast = false;      ///< begins nothing more once something failed
  bool warnings_fail = false;  ///< a test that only warns fails
  bool check = true;           ///< the SQL of nodes is understood before anything runs
  int threads = 0;             ///< 0: the project's
  std::string command;         ///< for the history
  /// How long it waits for assets that another run is at work on; nullopt: until they are free.
  std::optional<std::chrono::milliseconds> patience;
};

struct StepReport {
  dbt::Selectable what;
  Outcome outcome;
};

struct RunReport {
  std::string run_id;
  std::vector<StepReport> steps;  ///< of the chosen assets, in the order of the graph
  std::int64_t took_ms = 0;
  bool interrupted = false;
  std::size_t mistakes = 0;   ///< found in the SQL of nodes before anything ran
  std::size_t unchecked = 0;  ///< nodes that could not be checked before the run
  std::int64_t count(Status status) const;
  bool succeeded() const { return !interrupted && count(Status::error) == 0; }
};

/// The assets as they are selected by, and behind them what is selected by and never run: sources, exposures.
std::vector<dbt::Selectable> selectables(const std::vector<Asset>& assets, Workspace& workspace);
/// The chosen assets in an order in which they could run.
std::vector<dbt::Selectable> plan(Workspace& workspace, const RunOptions& options);
/// For each item whether the options take it, whatever its kind.
std::vector<bool> choose(const std::vector<dbt::Selectable>& items, const document::Value& selectors,
                         const RunOptions& options);
RunReport run_assets(Workspace& workspace, const RunOptions& options);

}  // namespace leat::run

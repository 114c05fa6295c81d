// DbtNodes: the dbt project of a workspace as assets of a run, with its hooks and artifacts.
//
// Guarantees: artifacts are written whatever became of the run; a failing on-run-start hook fails the run
//   before its first step.
// Threads: add_assets, begin and end by one thread; the assets' functions by any.
// Owns: the project, its builder and the results of its nodes.
// Errors: those of dbt/project.h and dbt/build.h.
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "dbt/artifacts.h"
#include "dbt/build.h"
#include "dbt/project.h"
#include "dbt/saved_state.h"
#include "run/asset.h"

namespace leat::run {

/// The stream that lands in a schema and table, by (schema, table).
using LandedTables = std::map<std::pair<std::string, std::string>, std::string>;

/// What dbt calls an error of a node in its log: "Database Error", "Failure" of a test, ….
std::string_view dbt_error_class(const Error& error);

class DbtNodes {
 public:
  DbtNodes(const dbt::ProjectOptions& options, Env& env);

  const dbt::Project& project() const { return *project_; }
  const dbt::NodeBuilder& builder() const { return *builder_; }
  /// Adds an asset for every node that is built; sources that a stream lands are that stream. Nodes that ask
  /// for the time or the run have a fingerprint of `run_id`'s own.
  void add_assets(std::vector<Asset>& assets, const LandedTables& landed, const std::string& run_id);
  /// What is in the graph and never built: sources, exposures, metrics.
  std::vector<dbt::Selectable> beside_assets(const LandedTables& landed) const;
  /// Makes what is below a tested node wait for the test, when everything the test reads is above it (as `dbt
  /// build` does).
  static void hold_back_below_tests(std::vector<Asset>& assets);

  /// Reads nodes that are not chosen from where a saved state has them, when they are not built here (or,
  /// with `favor_state`, in any case).
  void defer(const std::set<std::string>& chosen, const dbt::SavedState& state, bool favor_state,
             sql::Adapter& adapter);
  /// Runs on-run-start.
  void begin(sql::Adapter& adapter);
  /// Notes what became of an asset, where it is a node.
  void note(const Asset& asset, const Outcome& outcome);
  /// Writes the artifacts of a run that took so long.
  void write_results(double seconds);
  /// Runs on-run-end; true when there is such a hook, and results are to be written once more.
  bool end(sql::Adapter& adapter);

 private:
  Outcome build(const dbt::Node& node, sql::Adapter& adapter, const sql::Record& record);

  Env& env_;
  std::unique_ptr<dbt::Project> project_;
  std::unique_ptr<dbt::NodeBuilder> builder_;
  std::mutex mutex_;                                      // guards results_, finished_
  std::map<std::string, std::string> broken_ephemerals_;  // "x failed" -> what dbt says of it
  std::map<std::string, dbt::NodeResult> results_;
  std::vector<dbt::FinishedNode> finished_, hooks_;
};

}  // namespace leat::run

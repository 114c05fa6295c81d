// NodeBuilder: builds one node of a project in a session: compiles it, materializes models and snapshots,
// loads seeds, runs tests.
//
// Guarantees: a model's relation is replaced in one transaction; a node that fails leaves its relation as it
//   was. The compiled SQL stands in target/compiled, what was run in target/run.
// Threads: one NodeBuilder may be used by any number of threads, each with its own Adapter.
// Owns: what it knows of macros.
// Errors: build() throws Error(dbt_model_failed, dbt_project, jinja_…) with the model's file and the
//   warehouse's message; the session is out of any transaction then.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "dbt/project.h"
#include "sql/adapter.h"

namespace leat::dbt {

enum class NodeStatus { success, partial, pass, warn, fail };

struct NodeResult {
  NodeStatus status = NodeStatus::success;
  std::int64_t rows = -1;  ///< rows that the main statement changed, or failures of a test
  std::string message;     ///< "1,234 rows", "3 rows fail"
  std::string compiled;
  bool recorded = false;  ///< `record` of build() was committed with the relation
  std::string relation;   ///< of a test: where its failures are kept
  std::vector<TimeWindow> batches,
      failed_batches;  ///< of a microbatch model: those that are built, and those not
  Timestamp started{}, compiled_at{}, finished{};
};

/// A node that a run is done with, as artifacts and on-run-end hooks tell of it.
struct FinishedNode {
  const Node* node = nullptr;
  std::string status;  ///< dbt's words: success, error, skipped, pass, warn, fail
  NodeResult result;
};

/// "1 row", "1,234 rows"; "" where the number is not known.
std::string rows_message(std::int64_t rows);

struct Rendering;
class MacroUses;

class NodeBuilder {
 public:
  NodeBuilder(const Project& project, Env& env);
  ~NodeBuilder();

  /// The node's SQL, with ephemeral models in front; "" for seeds and sources.
  std::string compile(const Node& node, sql::Adapter& adapter) const;
  /// The same without writing it; what templates log is not told.
  std::string compile_ahead(const Node& node, sql::Adapter& adapter) const;
  /// Compiles SQL that is no node of the project (`show --inline`).
  std::string compile_inline(const std::string& sql, sql::Adapter& adapter) const;
  /// Builds a model, snapshot or seed, or runs a test. A failing test of severity error is status fail, not
  /// an error; nor is a microbatch model of which some batches are built (status partial). `record`
  /// is committed with the transaction which makes the relation last, where there is one of Leat's own.
  NodeResult build(const Node& node, sql::Adapter& adapter, const sql::Record* record = nullptr) const;
  /// Makes the node's relation be another one (`clone`): a copy where the engine has cheap ones, else a view
  /// of it. Leaves what is there, unless it is to be made anew.
  NodeResult clone(const Node& node, const sql::Relation& from, sql::Adapter& adapter) const;
  /// Changes when what build() would do changes: code, configuration, macros, variables, target.
  std::string fingerprint(const Node& node) const;
  /// Calls a macro of the project (run-operation), and commits; returns what it returned, as text.
  std::string run_macro(const std::string& name, const document::Value& arguments,
                        sql::Adapter& adapter) const;
  /// Runs the hooks of `when` ("on-run-start", "on-run-end"), which see the results of the run so far, and
  /// tells what became of each.
  std::vector<FinishedNode> run_hooks(std::string_view when, sql::Adapter& adapter,
                                      const std::vector<FinishedNode>& results) const;

 private:
  bool takes_record(const Node& node) const;
  Rendering rendering_of(const Node* node, sql::Adapter& adapter) const;
  std::string compile_quietly(const Node& node, Rendering& rendering) const;
  std::string compile_test(const Node& node, Rendering& rendering) const;
  std::string with_ephemerals(std::string code, const Rendering& rendering) const;
  bool is_in_batches(const Node& node) const;
  void build_batches(const Node& node, sql::Adapter& adapter, NodeResult& result) const;
  bool is_continued(const Node& node, sql::Adapter& adapter) const;
  void build_model(const Node& node, Rendering& rendering, NodeResult& result) const;
  void build_seed(const Node& node, Rendering& rendering, NodeResult& result) const;
  void run_test(const Node& node, Rendering& rendering, NodeResult& result) const;
  void run_unit_test(const Node& node, sql::Adapter& adapter, NodeResult& result) const;
  std::string store_failures(const Node& node, Rendering& rendering, NodeResult& result) const;
  void ensure_schema(const Node& node, Rendering& rendering) const;
  void write_artifact(const char* kind, const Node& node, const std::string& text) const;
  std::string artifact_path(const char* kind, const Node& node) const;
  Error failure_of(const Node& node, const Rendering& rendering, const Error& error) const;
  std::string uses_text(const Node& node) const;

  const Project& project_;
  Env& env_;
  mutable std::mutex mutex_;  // guards schemas_, uses_
  mutable std::set<std::string> schemas_;
  mutable std::unique_ptr<MacroUses> uses_;
};

}  // namespace leat::dbt

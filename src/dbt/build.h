// NodeBuilder: builds one node of a project in a session: compiles it, materializes models, loads seeds, runs
// tests.
//
// Guarantees: a model's relation is replaced in one transaction; a node that fails leaves its relation as it
// was. The
//   compiled SQL stands in target/compiled, what was run in target/run.
// Threads: one NodeBuilder may be used by any number of threads, each with its own Adapter.
// Errors: build() throws Error(dbt_model_failed, dbt_test_failed, …) with the model's file and the
// warehouse's message.
#pragma once
#include <cstdint>
#include <string>

#include "dbt/project.h"
#include "sql/adapter.h"

namespace leat::dbt {

enum class NodeStatus { success, pass, warn, fail };

struct NodeResult {
  NodeStatus status = NodeStatus::success;
  std::int64_t rows = -1;  ///< rows that the main statement changed, or failures of a test
  std::string message;     ///< "1,234 rows", "3 rows fail"
  std::string compiled;
};

struct Rendering;

class NodeBuilder {
 public:
  NodeBuilder(const Project& project, Env& env) : project_(project), env_(env) {}

  /// The node's SQL, with ephemeral models in front; "" for seeds and sources.
  std::string compile(const Node& node, sql::Adapter& adapter) const;
  /// Builds a model or seed, or runs a test. A failing test of severity error is status fail, not an error.
  NodeResult build(const Node& node, sql::Adapter& adapter) const;
  /// Changes when what build() would do changes: code, configuration, macros, variables, target.
  std::string fingerprint(const Node& node) const;
  /// Calls a macro of the project (run-operation), and commits; returns what it returned, as text.
  std::string run_macro(const std::string& name, const document::Value& arguments,
                        sql::Adapter& adapter) const;
  /// Runs hooks (on-run-start, on-run-end).
  void run_hooks(const std::vector<std::string>& hooks, sql::Adapter& adapter) const;

 private:
  Rendering rendering_of(const Node* node, sql::Adapter& adapter) const;
  NodeResult build_model(const Node& node, sql::Adapter& adapter) const;
  NodeResult build_seed(const Node& node, sql::Adapter& adapter) const;
  NodeResult run_test(const Node& node, sql::Adapter& adapter) const;
  std::string compile_test(const Node& node, Rendering& rendering) const;
  std::string with_ephemerals(std::string code, Rendering& rendering) const;
  void write_artifact(const char* kind, const Node& node, const std::string& text) const;

  const Project& project_;
  Env& env_;
};

}  // namespace leat::dbt

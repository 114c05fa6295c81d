// Renderer: renders a node's templates in dbt's contexts: while parsing (nothing is executed, references are
// recorded) and while building (the warehouse answers).
//
// Guarantees: ref, source, config, var, env_var, this, target, adapter, run_query and the rest behave as
// documented by
//   dbt for their phase.
// Threads: any number of threads may render at once, each with its own Rendering.
// Owns: the template environments.
// Errors: Error(jinja_…), Error(dbt_unresolved), Error(dbt_project) at the node's file:line:column.
// Source: https://docs.getdbt.com/reference/dbt-jinja-functions
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "dbt/project.h"
#include "jinja/environment.h"
#include "sql/adapter.h"

namespace leat::dbt {

/// One rendering of one node: what it reads, and what came of it.
struct Rendering {
  const Project* project = nullptr;
  const Node* node = nullptr;       ///< null for macros outside a node
  sql::Adapter* adapter = nullptr;  ///< null while parsing
  Env* env = nullptr;
  bool execute() const { return adapter != nullptr; }
  bool full_refresh = false;
  std::string compiled;  ///< the node's SQL, for materializations

  // Recorded:
  jinja::Value config = jinja::Value::dict();                ///< of config() calls
  std::vector<std::pair<std::string, std::string>> refs;     ///< package, name
  std::vector<std::pair<std::string, std::string>> sources;  ///< source, table
  std::vector<const Node*> ephemerals;                       ///< to be put in front as CTEs
  std::map<std::string, jinja::Value> results;               ///< of statements, by name
  std::int64_t rows_affected = -1;                           ///< of the statement "main"
  std::vector<std::string> statements;                       ///< all SQL that was executed, for target/run
};

class Renderer {
 public:
  Renderer(const Project& project, Env& env);

  /// Renders a node's code.
  std::string render(const jinja::Template& code, Rendering& rendering) const;
  /// Calls a macro with named arguments; the result is its text or what it returned.
  jinja::Value call(const jinja::Value& macro, std::vector<std::pair<std::string, jinja::Value>> arguments,
                    Rendering& rendering) const;
  /// Renders a string of a YAML file natively: "{{ var('x') }}" keeps the variable's type; text without tags
  /// is kept.
  jinja::Value render_native(const std::string& text, const std::string& where, Rendering& rendering) const;
  /// As render_native for every text below a value.
  jinja::Value render_document(const document::Value& value, Rendering& rendering) const;
  /// Parses a node's code once and keeps it.
  std::shared_ptr<const jinja::Template> parsed(const Node& node) const;
  /// The node as templates see it in `model` and generate_…_name(node).
  jinja::Value node_value(const Node& node) const;
  jinja::Value relation_value(const Node& node) const;

 private:
  void fill(jinja::Context& context, Rendering& rendering) const;
  void add_references(jinja::Context& context, Rendering& rendering) const;
  void add_configuration(jinja::Context& context, Rendering& rendering) const;
  void add_warehouse(jinja::Context& context, Rendering& rendering) const;
  void add_basics(jinja::Context& context, Rendering& rendering) const;

  const Project& project_;
  Env& env_;
  jinja::Environment text_, parsing_;
  jinja::Value api_;
  mutable std::mutex mutex_;  // guards templates_
  mutable std::map<std::string, std::shared_ptr<const jinja::Template>> templates_;
};

/// The `adapter` object for a rendering; while parsing its methods answer with empty values.
jinja::Value make_adapter_object(Rendering& rendering);

}  // namespace leat::dbt

// Renderer: renders a node's templates in dbt's contexts: while parsing (nothing is executed, references are
// recorded) and while building (the warehouse answers).
//
// Guarantees: ref, source, config, var, env_var, this, target, adapter, run_query and the rest behave as
//   documented by dbt for their phase; a macro of the project's wins over a name of the context.
// Threads: any number of threads may render at once, each with its own Rendering.
// Owns: the template environments.
// Errors: Error(jinja_…), Error(dbt_unresolved), Error(dbt_project) at the template's file:line:column.
// Source: https://docs.getdbt.com/reference/dbt-jinja-functions
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "dbt/project.h"
#include "jinja/environment.h"
#include "sql/adapter.h"

namespace leat::dbt {

/// What a model sees in a unit test instead of the world.
struct UnitInputs {
  std::map<std::string, std::string> relations;  ///< unique id -> name of the CTE that stands in for it
  std::string self;                     ///< the CTE that stands in for `this`; "" where none is given
  jinja::Value macros, vars, env_vars;  ///< dicts of overrides, by name; absent where there are none
};

/// The batch that a rendering of a microbatch model is for.
struct RenderedBatch {
  TimeWindow times;
  std::string id;
  bool incremental = true;  ///< false: it makes the relation anew
};

/// One rendering of one node: what it reads, and what came of it.
struct Rendering {
  const Project* project = nullptr;
  const Node* node = nullptr;       ///< null for operations
  sql::Adapter* adapter = nullptr;  ///< null while parsing
  Env* env = nullptr;
  std::string package;                 ///< whose macros come first; "" for the project's
  std::string compiled;                ///< the node's SQL, for materializations
  const UnitInputs* unit = nullptr;    ///< of a unit test: what stands in for the model's inputs
  std::optional<RenderedBatch> batch;  ///< of a microbatch model
  jinja::Value results;                ///< on-run-end: the results of the run; absent else
  bool execute() const { return adapter != nullptr; }

  // Recorded:
  jinja::Value config = jinja::Value::dict();   ///< of config() calls
  std::vector<Reference> refs, sources;         ///< each once
  std::vector<std::string> metrics;             ///< each once
  std::vector<const Node*> ephemerals;          ///< to be put in front as CTEs
  std::map<std::string, jinja::Value> answers;  ///< of statements, by name
  std::int64_t rows_affected = -1;              ///< of the statement "main"
  std::vector<std::string> statements;          ///< all SQL that was executed, for target/run
  std::optional<std::string> comment;           ///< of its statements; nullopt until it is asked for
  bool in_transaction = false;
  std::optional<Error> refused;  ///< what the warehouse said of the statement that failed
};

class Renderer {
 public:
  Renderer(const Project& project, Env& env);
  ~Renderer();

  /// Renders a node's code.
  std::string render(const jinja::Template& code, Rendering& rendering) const;
  /// Renders a piece of SQL that stands in a setting, such as a hook.
  std::string render_text(const std::string& text, const std::string& where, Rendering& rendering) const;
  /// Calls a macro with named arguments; the result is its text or what it returned.
  jinja::Value call(const MacroEntry& macro, std::vector<std::pair<std::string, jinja::Value>> arguments,
                    Rendering& rendering) const;
  /// Renders a string of a YAML file natively: "{{ var('x') }}" keeps the variable's type; text without tags
  /// is kept.
  jinja::Value render_native(const std::string& text, const std::string& where, Rendering& rendering) const;
  /// As render_native for every text below a value.
  jinja::Value render_document(const document::Value& value, Rendering& rendering) const;
  /// Parses a node's code once and keeps it.
  std::shared_ptr<const jinja::Template> parsed(const Node& node) const;
  /// The arguments of a generic test's macro; `model` is what it gets as such.
  std::vector<std::pair<std::string, jinja::Value>> test_arguments(const Node& test, jinja::Value model,
                                                                   Rendering& rendering) const;
  /// The node as generate_…_name(node) sees it.
  jinja::Value node_value(const Node& node) const;
  /// The same with all that the manifest tells of it, as `model` and `graph` have it.
  jinja::Value whole_value(const Node& node) const;
  /// What ref() and source() give for a node.
  jinja::Value relation_value(const Node& node) const;
  /// The same as a rendering reads it: without rows under --empty, of some times in batches and samples.
  jinja::Value input_value(const Node& node, const Rendering& rendering) const;

  /// From now on these nodes, by unique id, are read from other places (--defer). Call before any build.
  void defer(std::map<std::string, sql::Relation, std::less<>> elsewhere) {
    elsewhere_ = std::move(elsewhere);
  }
  const std::map<std::string, sql::Relation, std::less<>>& deferred() const { return elsewhere_; }

  /// The names that env_var() was asked for until now.
  std::vector<std::string> asked_variables() const;
  const Project& project() const { return project_; }
  Env& env() const { return env_; }
  const jinja::Value& api() const { return api_; }
  /// The names that are the same for every node: target, flags, modules, exceptions, …
  const jinja::Context& basics() const { return basics_; }
  /// `graph`: every node as templates see it.
  jinja::Value graph() const;

 private:
  std::string input_condition(const Node& node, const Rendering& rendering) const;
  const jinja::Environment& environment_of(const Rendering& rendering) const;

  const Project& project_;
  Env& env_;
  std::unique_ptr<jinja::Environment> text_, parsing_, native_;
  jinja::Value api_;
  jinja::Context basics_;
  std::map<std::string, sql::Relation, std::less<>> elsewhere_;
  mutable std::mutex mutex_;  // guards templates_, graph_ and asked_
  std::set<std::string> asked_;
  mutable MacroTable::NameMap<std::shared_ptr<const jinja::Template>> templates_;
  mutable jinja::Value graph_;
};

/// The `adapter` object for a rendering; while parsing its methods answer with empty values.
jinja::Value make_adapter_object(Rendering& rendering, const Renderer& renderer);
/// Runs SQL for a rendering: begins a transaction where `begin` says so and none is open; notes the
/// statement.
std::int64_t execute_for(Rendering& rendering, const std::string& sql, bool begin);
/// Begins a transaction, if none is open.
void begin_for(Rendering& rendering);
/// Commits the rendering's transaction, if one is open; true when `record` was committed with it.
bool commit_for(Rendering& rendering, const sql::Record* record = nullptr);
/// Rolls the rendering's transaction back, if one is open.
void roll_back_for(Rendering& rendering);
/// A node's hooks as macros see them: dicts with sql and transaction.
jinja::Value hooks_of(const Node& node, std::string_view key);

}  // namespace leat::dbt

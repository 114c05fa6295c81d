// Project: a dbt project, read: dbt_project.yml, properties, models, seeds, tests, macros, packages.
//
// Guarantees: load() parses everything and resolves every ref and source, so that a project that loads has a
// whole
//   graph. Nodes stand in the order of their paths.
// Threads: immutable after load(); share freely.
// Errors: Error(dbt_project), Error(dbt_unresolved) with near names, Error(document_syntax), Error(jinja_…),
// each
//   with file:line:column.
// Source: https://docs.getdbt.com/reference/dbt_project.yml and the pages below it
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/env.h"
#include "dbt/macro_table.h"
#include "dbt/node.h"
#include "dbt/selector.h"
#include "document/value.h"

namespace leat::dbt {

/// Where the project is built: what templates see as `target`.
struct TargetInfo {
  std::string name, type, database, schema;
  int threads = 4;
};

struct ProjectOptions {
  std::string folder;
  TargetInfo target;
  const sql::Dialect* dialect = nullptr;
  document::Value vars;  ///< of the command line: they win over the project's
  bool full_refresh = false;
};

class Renderer;

class Project {
 public:
  static std::unique_ptr<Project> load(const ProjectOptions& options, Env& env);
  ~Project();

  const std::string& name() const { return name_; }
  const std::string& folder() const { return options_.folder; }
  const ProjectOptions& options() const { return options_; }
  const MacroTable& macros() const { return macros_; }
  const std::vector<Node>& nodes() const { return nodes_; }
  /// The node of that id, or nullptr.
  const Node* find(std::string_view unique_id) const;
  /// The model or seed that ref(package, name) means; package "" for any.
  const Node* find_ref(std::string_view package, std::string_view name) const;
  const Node* find_source(std::string_view source, std::string_view table) const;
  /// A variable: command line, then project, then nullptr.
  const document::Value* var(const std::string& wanted, const std::string& package) const;
  const std::vector<std::string>& on_run_start() const { return on_run_start_; }
  const std::vector<std::string>& on_run_end() const { return on_run_end_; }
  std::string target_folder() const;
  /// Renders templates of this project; shared by all builds.
  Renderer& renderer() const { return *renderer_; }
  /// All nodes as the selector sees them, in the order of nodes().
  std::vector<Selectable> selectables() const;

 private:
  friend class ProjectLoader;
  Project();
  ProjectOptions options_;
  std::string name_;
  document::Value file_;  // dbt_project.yml
  MacroTable macros_;
  std::vector<Node> nodes_;
  std::map<std::string, std::size_t, std::less<>> index_;
  std::vector<std::string> on_run_start_, on_run_end_;
  std::unique_ptr<Renderer> renderer_;
};

}  // namespace leat::dbt

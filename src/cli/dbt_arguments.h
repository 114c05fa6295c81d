// DbtArguments: what the command line of `leat dbt` says, and the verbs that are no run of nodes.
//
// Guarantees: the names of dbt's own options.
// Threads: one.
// Owns: its values.
// Errors: those of the rooms below.
// Source: https://docs.getdbt.com/reference/dbt-commands
#pragma once
#include <string>
#include <vector>

#include "cli/command.h"
#include "run/run.h"

namespace leat::cli {

struct DbtArguments {
  std::string verb;
  std::string name;  ///< run-operation: the macro; docs, source: what to do; init: the project
  std::string project_dir, profiles_dir, profile, vars, arguments, inline_sql, indirect,
      output = "selector", target_path, state, defer_state, sample, event_start, event_end,
      host = "127.0.0.1";
  std::vector<std::string> types, excluded_types, output_keys;
  bool no_partial_parse = false;
  bool store_failures = false, no_compile = false, empty_catalog = false, is_static = false, upgrade = false,
       lock = false, defer = false, empty = false, show = false, connection = false, warn_error = false,
       check = false, no_check = false;
  int limit = 5, port = 8080;
  run::RunOptions run;

  /// True when nodes of the kind are asked for.
  bool wants(std::string_view kind) const;
};

/// The nodes that the selection takes, in the order of the project.
std::vector<const dbt::Node*> chosen_nodes(const dbt::Project& project, const DbtArguments& arguments);

int dbt_list(run::Workspace& workspace, const DbtArguments& arguments);
/// show, compile: prints the SQL or its rows.
int dbt_show(run::Workspace& workspace, const DbtArguments& arguments);
int dbt_run_operation(run::Workspace& workspace, const DbtArguments& arguments);
/// Makes the chosen nodes be those of another place.
int dbt_clone(run::Workspace& workspace, const DbtArguments& arguments, const dbt::SavedState& state);
/// Finds mistakes in the SQL of the chosen nodes; nothing is run.
int dbt_check(run::Workspace& workspace, const DbtArguments& arguments);
/// docs generate
int dbt_docs(run::Workspace& workspace, const DbtArguments& arguments);
/// source freshness
int dbt_source(run::Workspace& workspace, const DbtArguments& arguments, const Globals& globals);
int dbt_deps(const std::string& project_folder, const DbtArguments& arguments, Env& env);
int dbt_clean(const std::string& project_folder);
/// Says whether project, profile and warehouse are as they should be.
int dbt_debug(const Globals& globals, const DbtArguments& arguments, Env& env);
int dbt_init(const DbtArguments& arguments);

}  // namespace leat::cli

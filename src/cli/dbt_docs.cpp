// leat dbt docs generate, docs serve: what is in the project and the warehouse, for people.
#include <fmt/core.h>

#include "base/error.h"
#include "cli/dbt_arguments.h"
#include "cli/exit_codes.h"
#include "cli/terminal.h"
#include "dbt/catalog.h"

namespace leat::cli {

namespace {

int generate(run::Workspace& workspace, const DbtArguments& arguments) {
  const dbt::Project& project = *workspace.dbt();
  Env& env = workspace.env();
  auto adapter = workspace.warehouse().adapter();
  std::vector<std::string> chosen;
  if (!arguments.run.select.empty() || !arguments.run.exclude.empty()) {
    for (const dbt::Node* node : chosen_nodes(project, arguments)) chosen.push_back(node->unique_id);
  }
  if (!arguments.no_compile) {
    std::vector<dbt::FinishedNode> compiled;
    for (const dbt::Node* node : chosen_nodes(project, arguments)) {
      if (!node->has_code()) continue;
      dbt::FinishedNode finished{node, "success", {}};
      finished.result.compiled = workspace.dbt_nodes()->builder().compile(*node, *adapter);
      compiled.push_back(std::move(finished));
    }
    dbt::write_run_results(project, compiled, 0, env);
    dbt::write_manifest(project, env);
  }
  dbt::write_artifact(project, "catalog.json",
                      arguments.empty_catalog ? dbt::empty_catalog_json(project, env)
                                              : dbt::catalog_json(project, chosen, *adapter, env));
  Terminal::line(fmt::format("Catalog written to {}/catalog.json", project.target_folder()));
  return kExitOk;
}

}  // namespace

int dbt_docs(run::Workspace& workspace, const DbtArguments& arguments) {
  if (arguments.name == "generate") return generate(workspace, arguments);
  throw Error(ErrorCode::cli_usage, fmt::format("`{}` is nothing to do with docs", arguments.name),
              "leat dbt docs")
      .fix("There is `leat dbt docs generate`.");
}

}  // namespace leat::cli

// leat dbt docs generate, docs serve: what is in the project and the warehouse, for people.
#include <fmt/core.h>

#include <filesystem>

#include "base/error.h"
#include "cli/dbt_arguments.h"
#include "cli/exit_codes.h"
#include "cli/terminal.h"
#include "dbt/catalog.h"
#include "run/column_lineage.h"
#include "run/docs_site.h"
#include "run/free_warehouse.h"
#include "server/static_site.h"

namespace leat::cli {

namespace {

// The results of the last build that ran here: the site tells how it went.
document::Value last_results(const dbt::Project& project) {
  std::string path = project.target_folder() + "/run_results.json";
  if (!std::filesystem::exists(path)) return {};
  document::Value results = document::parse_json(document::read_file(path), path);
  const std::string& verb = results["args"]["which"].raw();
  bool ran = verb == "build" || verb == "run" || verb == "test" || verb == "seed" || verb == "snapshot";
  return ran ? results : document::Value();
}

void write_site(run::Workspace& workspace, const DbtArguments& arguments, run::DocsOptions options) {
  const dbt::Project& project = *workspace.dbt();
  options.ask_warehouse = !arguments.empty_catalog;
  dbt::Lineage lineage = run::column_lineage(workspace);
  document::Value data = run::docs_data(workspace, lineage, options);
  dbt::write_artifact(project, "lineage.json", dbt::lineage_json(lineage));
  run::write_docs_site(data, project.target_folder() + "/index.html");
  if (arguments.is_static) run::write_docs_site(data, project.target_folder() + "/static_index.html");
  Terminal::line(fmt::format("Site written to {}/index.html", project.target_folder()));
}

// Images and the like that descriptions show: the folders of `asset-paths`, beside the site.
void copy_assets(const dbt::Project& project) {
  namespace fs = std::filesystem;
  fs::path target = fs::path(project.target_folder()).lexically_normal();
  for (const std::string& each : project.packages().front().texts("asset-paths")) {
    fs::path below = fs::path(each).lexically_normal(), from = fs::path(project.folder()) / below;
    bool holds_target = !target.lexically_relative(from.lexically_normal()).string().starts_with("..");
    bool is_inside = below.is_relative() && *below.begin() != ".." && !holds_target;
    if (!is_inside || !fs::is_directory(from)) continue;
    fs::remove_all(target / below);
    fs::create_directories((target / below).parent_path());
    fs::copy(from, target / below, fs::copy_options::recursive);
  }
}

int serve(run::Workspace& workspace, const DbtArguments& arguments) {
  std::string folder = workspace.dbt()->target_folder();
  if (!std::filesystem::exists(folder + "/index.html"))
    throw Error(ErrorCode::config_not_found, "There is no site yet", folder + "/index.html")
        .fix("`leat dbt docs generate` makes it.");
  server::serve_folder({folder, arguments.host, arguments.port}, workspace.env(), [](const std::string& url) {
    Terminal::line(fmt::format("Serving docs at {}\nPress Ctrl+C to end.", url));
  });
  return kExitOk;
}

int generate(run::Workspace& workspace, const DbtArguments& arguments) {
  const dbt::Project& project = *workspace.dbt();
  run::DocsOptions site{true, last_results(project)};
  Env& env = workspace.env();
  auto adapter = run::adapter_when_free(workspace);
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
  write_site(workspace, arguments, std::move(site));
  copy_assets(project);
  return kExitOk;
}

}  // namespace

int dbt_docs(run::Workspace& workspace, const DbtArguments& arguments) {
  if (arguments.name == "generate") return generate(workspace, arguments);
  if (arguments.name == "serve") return serve(workspace, arguments);
  throw Error(ErrorCode::cli_usage, fmt::format("`{}` is nothing to do with docs", arguments.name),
              "leat dbt docs")
      .fix("There are `leat dbt docs generate` and `leat dbt docs serve`.");
}

}  // namespace leat::cli

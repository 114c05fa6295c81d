// leat dbt compile, show, run-operation: SQL that is looked at.
#include <fmt/core.h>

#include "cli/dbt_arguments.h"
#include "cli/exit_codes.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "sql/deferred_adapter.h"

namespace leat::cli {

namespace {

void give(const std::string& code, sql::Adapter& adapter, const DbtArguments& arguments) {
  if (arguments.verb != "show") {
    Terminal::line(code);
    return;
  }
  std::string limit = arguments.limit < 0 ? "" : fmt::format(" limit {}", arguments.limit);
  std::string sql = fmt::format("select * from (\n{}\n) as shown{}", code, limit);
  bool json = arguments.output == "json";
  Terminal::print(format_table(adapter.query(sql), json ? TableFormat::json : TableFormat::table));
}

bool is_shown(const dbt::Node& node, const DbtArguments& arguments) {
  if (!node.has_code()) return false;
  // Without a selection only models are shown: a test is rarely looked at.
  return arguments.verb != "show" || node.type == dbt::ResourceType::model || !arguments.run.select.empty();
}

}  // namespace

int dbt_show(run::Workspace& workspace, const DbtArguments& arguments) {
  const dbt::NodeBuilder& builder = workspace.dbt_nodes()->builder();
  // Most templates ask the warehouse nothing: to compile them needs no session.
  auto adapter = std::make_unique<sql::DeferredAdapter>(workspace.warehouse().dialect(),
                                                        [&] { return workspace.warehouse().adapter(); });
  if (!arguments.inline_sql.empty()) {
    give(builder.compile_inline(arguments.inline_sql, *adapter), *adapter, arguments);
    return kExitOk;
  }
  const dbt::Project& project = *workspace.dbt();
  if (arguments.run.defer_to)
    workspace.dbt_nodes()->defer({}, *arguments.run.defer_to, arguments.run.favor_state, *adapter);
  std::vector<dbt::FinishedNode> compiled;
  for (const dbt::Node* node : chosen_nodes(project, arguments)) {
    bool seed =
        node->type == dbt::ResourceType::seed && arguments.verb == "show" && !arguments.run.select.empty();
    if (seed) {
      give("select * from " + adapter->dialect().render(node->relation), *adapter, arguments);
      continue;
    }
    if (!is_shown(*node, arguments)) continue;
    dbt::FinishedNode finished{node, "success", {}};
    finished.result.started = workspace.env().now();
    finished.result.compiled = builder.compile(*node, *adapter);
    finished.result.compiled_at = finished.result.finished = workspace.env().now();
    if (!arguments.run.select.empty() || arguments.verb == "show")
      give(finished.result.compiled, *adapter, arguments);
    compiled.push_back(std::move(finished));
  }
  dbt::write_manifest(project, workspace.env());
  dbt::write_run_results(project, compiled, 0, workspace.env());
  return kExitOk;
}

int dbt_clone(run::Workspace& workspace, const DbtArguments& arguments, const dbt::SavedState& state) {
  const dbt::Project& project = *workspace.dbt();
  auto adapter = workspace.warehouse().adapter();
  std::vector<dbt::FinishedNode> cloned;
  for (const dbt::Node* node : chosen_nodes(project, arguments)) {
    std::optional<sql::Relation> from = state.relation(node->unique_id);
    if (!node->referable() || node->is_ephemeral()) continue;
    dbt::FinishedNode finished{node, "success", {}};
    finished.result.message = "No relation found in state manifest";
    if (from) finished.result = workspace.dbt_nodes()->builder().clone(*node, *from, *adapter);
    Terminal::line(fmt::format("{} {}", finished.result.message, adapter->dialect().render(node->relation)));
    cloned.push_back(std::move(finished));
  }
  dbt::write_manifest(project, workspace.env());
  dbt::write_run_results(project, cloned, 0, workspace.env());
  return kExitOk;
}

int dbt_run_operation(run::Workspace& workspace, const DbtArguments& arguments) {
  auto adapter = workspace.warehouse().adapter();
  document::Value given =
      arguments.arguments.empty() ? document::Value() : document::parse_yaml(arguments.arguments, "--args");
  std::string result = workspace.dbt_nodes()->builder().run_macro(arguments.name, given, *adapter);
  if (result.find_first_not_of(" \n\r\t") != std::string::npos && result != "None") Terminal::line(result);
  return kExitOk;
}

}  // namespace leat::cli

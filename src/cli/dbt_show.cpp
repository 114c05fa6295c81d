// leat dbt compile, show, run-operation: SQL that is looked at.
#include <fmt/core.h>

#include <set>

#include "cli/dbt_arguments.h"
#include "cli/exit_codes.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "run/free_warehouse.h"
#include "sql/deferred_adapter.h"

namespace leat::cli {

namespace {

// What dbt prints with `--output json`: the node's name, unless it is inline, and its rows or its SQL.
void give_json(const std::string& name, const char* key, std::string_view json) {
  std::string node = name.empty() ? "" : fmt::format("  \"node\": {},\n", document::json_quote(name));
  Terminal::line(fmt::format("{{\n{}  \"{}\": {}\n}}", node, key, json));
}

// One JSON object a line becomes a list of them.
std::string list_of_lines(std::string lines) {
  while (lines.ends_with('\n')) lines.pop_back();
  for (std::size_t at = 0; (at = lines.find('\n', at)) != std::string::npos; at += 6)
    lines.replace(at, 1, ",\n    ");
  return lines.empty() ? "[]" : "[\n    " + lines + "\n  ]";
}

// `name` is "" for what is inline.
void give(const std::string& name, const std::string& code, sql::Adapter& adapter,
          const DbtArguments& arguments) {
  bool json = arguments.output == "json";
  if (arguments.verb != "show") {
    if (json) return give_json(name, "compiled", document::json_quote(code));
    Terminal::line(code);
    return;
  }
  std::string limit = arguments.limit < 0 ? "" : fmt::format(" limit {}", arguments.limit);
  sql::QueryResult rows = adapter.query(fmt::format("select * from (\n{}\n) as shown{}", code, limit));
  if (json) return give_json(name, "show", list_of_lines(format_table(rows, TableFormat::json)));
  Terminal::print(format_table(rows, TableFormat::table));
}

// Of what is selected, what is printed: the nodes that are named, without the tests that come along; where a
// selection names none, all but tests. Without a selection `show` shows models and `compile` prints nothing.
std::set<const dbt::Node*> shown_nodes(const std::vector<const dbt::Node*>& chosen,
                                       const DbtArguments& arguments) {
  std::set<const dbt::Node*> named, all;
  for (const dbt::Node* node : chosen) {
    for (const std::string& word : arguments.run.select) {
      if (word.find(node->name) != std::string::npos) named.insert(node);
    }
    bool is_model = node->type == dbt::ResourceType::model;
    bool may_show = arguments.run.select.empty() ? arguments.verb == "show" && is_model : !node->is_test();
    if (may_show) all.insert(node);
  }
  return named.empty() ? all : named;
}

}  // namespace

int dbt_show(run::Workspace& workspace, const DbtArguments& arguments) {
  const dbt::NodeBuilder& builder = workspace.dbt_nodes()->builder();
  // Most templates ask the warehouse nothing: to compile them needs no session.
  auto adapter = std::make_unique<sql::DeferredAdapter>(workspace.warehouse().dialect(),
                                                        [&] { return run::adapter_when_free(workspace); });
  if (!arguments.inline_sql.empty()) {
    give("", builder.compile_inline(arguments.inline_sql, *adapter), *adapter, arguments);
    return kExitOk;
  }
  const dbt::Project& project = *workspace.dbt();
  if (arguments.run.defer_to)
    workspace.dbt_nodes()->defer({}, *arguments.run.defer_to, arguments.run.favor_state, *adapter);
  std::vector<dbt::FinishedNode> compiled;
  std::vector<const dbt::Node*> chosen = chosen_nodes(project, arguments);
  std::set<const dbt::Node*> shown = shown_nodes(chosen, arguments);
  const bool is_show = arguments.verb == "show";
  // Names stand above where there are several.
  auto head = [&](const dbt::Node& node) {
    if (shown.size() > 1 && arguments.output != "json")
      Terminal::line(fmt::format("{} '{}':", is_show ? "Previewing node" : "Compiled node", node.name));
  };
  for (const dbt::Node* node : chosen) {
    bool is_shown = shown.contains(node);
    if (node->type == dbt::ResourceType::seed && is_show && is_shown) {
      head(*node);
      give(node->name, "select * from " + adapter->dialect().render(node->relation), *adapter, arguments);
      continue;
    }
    if (!node->has_code() || (is_show && !is_shown)) continue;
    dbt::FinishedNode finished{node, "success", {}};
    finished.result.started = workspace.env().now();
    finished.result.compiled = builder.compile(*node, *adapter);
    finished.result.compiled_at = finished.result.finished = workspace.env().now();
    if (is_shown) {
      head(*node);
      give(node->name, finished.result.compiled, *adapter, arguments);
    }
    compiled.push_back(std::move(finished));
  }
  dbt::write_manifest(project, workspace.env());
  dbt::write_run_results(project, compiled, 0, workspace.env());
  return kExitOk;
}

int dbt_clone(run::Workspace& workspace, const DbtArguments& arguments, const dbt::SavedState& state) {
  const dbt::Project& project = *workspace.dbt();
  auto adapter = run::adapter_when_free(workspace);
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
  auto adapter = run::adapter_when_free(workspace);
  document::Value given =
      arguments.arguments.empty() ? document::Value() : document::parse_yaml(arguments.arguments, "--args");
  // What the macro has to say it logs or prints; what it returns is for macros.
  workspace.dbt_nodes()->builder().run_macro(arguments.name, given, *adapter);
  return kExitOk;
}

}  // namespace leat::cli

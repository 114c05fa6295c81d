// Data tests: a query of rows that should not be there, counted and judged.
#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "base/units.h"
#include "dbt/build.h"
#include "dbt/macro_uses.h"
#include "dbt/query_comment.h"
#include "dbt/renderer.h"
#include "dbt/test_names.h"
#include "jinja/operations.h"

namespace leat::dbt {

std::string NodeBuilder::compile_test(const Node& node, Rendering& rendering) const {
  const MacroEntry* macro = uses_->find_test(node.test.macro, node.package);
  if (!macro)
    throw Error(ErrorCode::dbt_unresolved, fmt::format("There is no generic test `{}`", node.test.macro),
                node.where);
  const Node* tested = project_.find(node.test.attached_to);
  LEAT_ASSERT(tested);
  const Renderer& renderer = project_.renderer();
  jinja::Value model = renderer.render_native(model_argument(*tested), node.where, rendering);
  return jinja::to_text(
      renderer.call(*macro, renderer.test_arguments(node, std::move(model), rendering), rendering));
}

namespace {

std::string setting_or(const Node& node, const char* key, const char* fallback) {
  std::string text = node.config_text(key);
  return text.empty() ? fallback : text;
}

bool flag(const batch::RecordBatch& row, std::size_t column) {
  return !row.column(column).is_null(0) && row.column(column).print(0) == "true";
}

}  // namespace

// Keeps the failing rows in a table or view, and reads them from there.
std::string NodeBuilder::store_failures(const Node& node, Rendering& rendering, NodeResult& result) const {
  std::string sql = result.compiled;
  std::string kind = node.config_text("store_failures_as");
  const jinja::Value* stored = node.setting("store_failures");
  bool wanted = stored ? jinja::truth(*stored) : project_.options().store_failures;
  if (kind.empty()) kind = wanted ? "table" : "ephemeral";
  if (kind != "ephemeral" && kind != "table" && kind != "view")
    throw Error(ErrorCode::dbt_project,
                fmt::format("'{}' is not a valid value for `store_failures_as`. Accepted values are: "
                            "['ephemeral', 'table', 'view']",
                            kind),
                node.where);
  if (kind == "ephemeral") return sql;
  if (std::string limit = setting_or(node, "limit", ""); !limit.empty())
    sql = fmt::format("select * from (\n{}\n) as failures limit {}", sql, limit);
  ensure_schema(node, rendering);
  sql::Adapter& adapter = *rendering.adapter;
  std::string relation = adapter.dialect().render(node.relation);
  result.relation = relation;
  if (std::optional<sql::Relation> held = adapter.find_relation(node.relation)) adapter.drop(*held);
  std::string code =
      fmt::format("create {} {} as (\n{}\n)", kind == "view" ? "view" : "table", relation, sql);
  execute_for(rendering, code, true);
  commit_for(rendering);
  return "select * from " + relation;
}

void NodeBuilder::run_test(const Node& node, Rendering& rendering, NodeResult& result) const {
  const MacroEntry* macro = project_.macros().find("get_test_sql", node.package);
  LEAT_ASSERT(macro);
  std::string limit = setting_or(node, "limit", "");
  std::string main_sql = store_failures(node, rendering, result);
  std::string sql = jinja::to_text(
      project_.renderer().call(*macro,
                               {{"main_sql", jinja::Value(main_sql)},
                                {"fail_calc", jinja::Value(setting_or(node, "fail_calc", "count(*)"))},
                                {"warn_if", jinja::Value(setting_or(node, "warn_if", "!= 0"))},
                                {"error_if", jinja::Value(setting_or(node, "error_if", "!= 0"))},
                                {"limit", limit.empty() ? jinja::Value::none() : jinja::Value(limit)}},
                               rendering));
  rendering.statements.push_back(sql);
  write_artifact("run", node, sql);
  sql::QueryResult answer = rendering.adapter->query(commented(sql, rendering), 1);
  const batch::RecordBatch& row = answer.batches.at(0);
  // Sums may come as decimals; null (a sum over nothing) is no failure.
  result.rows = row.column(0).is_null(0)
                    ? 0
                    : static_cast<std::int64_t>(jinja::parse_real(row.column(0).print(0)).value_or(0));
  std::string severity = setting_or(node, "severity", "error");
  std::transform(severity.begin(), severity.end(), severity.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  bool should_warn = flag(row, 1), should_error = flag(row, 2);
  result.status = severity == "error" && should_error ? NodeStatus::fail
                  : should_warn                       ? NodeStatus::warn
                                                      : NodeStatus::pass;
  if (result.status == NodeStatus::pass) return;
  bool fails = result.status == NodeStatus::fail;
  result.message =
      fmt::format("Got {} {}, configured to {} if {}", result.rows, result.rows == 1 ? "result" : "results",
                  fails ? "fail" : "warn", setting_or(node, fails ? "error_if" : "warn_if", "!= 0"));
}

}  // namespace leat::dbt

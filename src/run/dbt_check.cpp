#include "run/dbt_check.h"

#include <fmt/core.h>

#include <future>
#include <stop_token>

#include "document/settings.h"

namespace leat::run {

namespace {

// A database of the same kind as the target, with nothing in it.
std::unique_ptr<warehouses::Warehouse> empty_duckdb(Env& env) {
  const warehouses::WarehouseKind& kind = warehouses::find_warehouse_kind("duckdb", "the check");
  document::Value mapping = document::Value::mapping();
  mapping.set("path", document::Value::of(":memory:"));
  mapping.set("threads", document::Value::of(std::int64_t{1}));
  return kind.open(document::read_settings(*kind.spec, mapping, env), env);
}

}  // namespace

dbt::CheckReport check_sql(Workspace& workspace, const std::set<std::string>& chosen) {
  DbtNodes* nodes = workspace.dbt_nodes();
  if (!nodes || chosen.empty()) return {};
  std::string_view engine = workspace.warehouse().dialect().name();
  if (engine != "duckdb" && engine != "postgres") return {};
  // Each takes its time to be opened.
  std::future<std::unique_ptr<warehouses::Warehouse>> opening;
  if (engine == "duckdb")
    opening = std::async(std::launch::async, [&] { return empty_duckdb(workspace.env()); });
  std::unique_ptr<sql::Adapter> warehouse = workspace.warehouse().adapter();
  std::unique_ptr<warehouses::Warehouse> empty = opening.valid() ? opening.get() : nullptr;
  std::unique_ptr<sql::Adapter> session = empty ? empty->adapter() : workspace.warehouse().adapter();
  dbt::CheckInputs inputs{warehouse.get(), session.get(), {}, nullptr};
  Env& env = workspace.env();
  env.check_cancelled();
  // An engine may read what a model generates by itself, however long that takes.
  std::stop_callback stopping(env.stop(), [&] {
    session->cancel();
    warehouse->cancel();
  });
  dbt::CheckReport report = dbt::check(nodes->project(), nodes->builder(), inputs, chosen);
  env.check_cancelled();
  return report;
}

dbt::CheckReport follow_sql(Workspace& workspace, dbt::BenchListener& listener) {
  const dbt::Project& project = workspace.dbt_nodes()->project();
  std::set<std::string> chosen;
  for (const dbt::Node& node : project.nodes()) {
    if (node.referable() || node.type == dbt::ResourceType::source) chosen.insert(node.unique_id);
  }
  std::unique_ptr<warehouses::Warehouse> empty = empty_duckdb(workspace.env());
  std::unique_ptr<sql::Adapter> warehouse = workspace.warehouse().adapter(), session = empty->adapter();
  dbt::CheckInputs inputs{warehouse.get(), session.get(), {}, &listener};
  return dbt::check(project, workspace.dbt_nodes()->builder(), inputs, chosen);
}

Error error_of(const dbt::Mistake& mistake) {
  std::string place = mistake.where;
  if (!mistake.line.empty()) {
    std::string caret(mistake.column - 1, ' ');
    for (std::size_t i = 0; i < caret.size() && i < mistake.line.size(); ++i)
      if (mistake.line[i] == '\t') caret[i] = '\t';
    place += fmt::format("\n    {}\n    {}^\n ", mistake.line, caret);
  }
  Error error(ErrorCode::dbt_model_failed, mistake.text, place);
  return std::move(error).fix(mistake.near.empty() ? "It was found before anything ran."
                                                   : fmt::format("Did you mean `{}`?", mistake.near));
}

}  // namespace leat::run

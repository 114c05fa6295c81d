#include "dbt/build.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "base/error.h"
#include "base/units.h"
#include "dbt/renderer.h"
#include "dbt/values.h"
#include "jinja/operations.h"

namespace leat::dbt {

namespace {

bool has_code(const Node& node) {
  return node.type != ResourceType::seed && node.type != ResourceType::source;
}

// A statement that failed left its transaction open; the session must be usable for the next node.
void roll_back(sql::Adapter& adapter) {
  try {
    adapter.execute("rollback");
  } catch (const Error&) {
    // There was none.
    return;
  }
}

std::string rows_message(std::int64_t rows) {
  return rows < 0 ? "" : format_count(rows) + (rows == 1 ? " row" : " rows");
}

}  // namespace

Rendering NodeBuilder::rendering_of(const Node* node, sql::Adapter& adapter) const {
  Rendering rendering;
  rendering.project = &project_;
  rendering.node = node;
  rendering.adapter = &adapter;
  rendering.env = &env_;
  rendering.full_refresh = project_.options().full_refresh;
  return rendering;
}

std::string NodeBuilder::compile(const Node& node, sql::Adapter& adapter) const {
  if (!has_code(node)) return "";
  Rendering rendering = rendering_of(&node, adapter);
  std::string code = node.test.macro.empty()
                         ? project_.renderer().render(*project_.renderer().parsed(node), rendering)
                         : compile_test(node, rendering);
  code = with_ephemerals(std::move(code), rendering);
  write_artifact("compiled", node, code);
  return code;
}

std::string NodeBuilder::with_ephemerals(std::string code, Rendering& rendering) const {
  // Depth first, each once: an ephemeral model's own ephemerals stand before it.
  std::vector<std::pair<std::string, std::string>> ctes;
  std::vector<const Node*> waiting(rendering.ephemerals.rbegin(), rendering.ephemerals.rend());
  std::function<void(const Node*)> add = [&](const Node* node) {
    std::string name = "__dbt__cte__" + node->name;
    if (std::any_of(ctes.begin(), ctes.end(), [&](const auto& each) { return each.first == name; })) return;
    Rendering inner = rendering_of(node, *rendering.adapter);
    std::string text = project_.renderer().render(*project_.renderer().parsed(*node), inner);
    for (const Node* deeper : inner.ephemerals) add(deeper);
    ctes.emplace_back(name, text);
  };
  for (const Node* node : rendering.ephemerals) add(node);
  if (ctes.empty()) return code;
  std::string front;
  for (const auto& [name, text] : ctes)
    front += fmt::format("{}{} as (\n{}\n)", front.empty() ? "with " : ", ", name, text);
  // The code becomes a subquery: whatever it begins with (comments, a WITH of its own) stays as it is.
  return fmt::format("{}\nselect * from (\n{}\n) as __dbt__main", front, code);
}

std::string NodeBuilder::compile_test(const Node& node, Rendering& rendering) const {
  std::string name = node.test.macro, package;
  if (std::size_t dot = name.find('.'); dot != std::string::npos) {
    package = name.substr(0, dot);
    name = name.substr(dot + 1);
  }
  std::optional<jinja::Value> macro = package.empty() ? project_.macros().find("test_" + name)
                                                      : project_.macros().find_in(package, "test_" + name);
  if (!macro)
    throw Error(ErrorCode::dbt_unresolved, fmt::format("There is no generic test `{}`", node.test.macro),
                node.where);
  const Node* tested = project_.find(node.test.attached_to);
  LEAT_ASSERT(tested);
  if (tested->materialized() == "ephemeral") rendering.ephemerals.push_back(tested);
  jinja::Value model = project_.renderer().relation_value(*tested);
  if (std::string where = node.config_text("where"); !where.empty()) {
    model =
        jinja::Value(fmt::format("(select * from {} where {}) dbt_subquery", jinja::to_text(model), where));
  }
  std::vector<std::pair<std::string, jinja::Value>> arguments = {{"model", model}};
  if (!node.test.column.empty()) arguments.emplace_back("column_name", jinja::Value(node.test.column));
  jinja::Value given = project_.renderer().render_document(node.test.arguments, rendering);
  given.as_dict().each([&](const jinja::Value& key, const jinja::Value& value) {
    arguments.emplace_back(key.as_string(), value);
  });
  return jinja::to_text(project_.renderer().call(*macro, arguments, rendering));
}

NodeResult NodeBuilder::build(const Node& node, sql::Adapter& adapter) const {
  try {
    switch (node.type) {
      case ResourceType::model:
        return build_model(node, adapter);
      case ResourceType::seed:
        return build_seed(node, adapter);
      case ResourceType::test:
        return run_test(node, adapter);
      case ResourceType::source:
      case ResourceType::analysis:
        return {};
    }
  } catch (const Error& error) {
    roll_back(adapter);
    if (error.code() != ErrorCode::warehouse_sql) throw;
    throw Error(ErrorCode::dbt_model_failed, error.what_failed(),
                fmt::format("{} {} ({})", dbt::name(node.type), node.name, node.path))
        .fix(fmt::format("The compiled SQL is {}/compiled/{}/{}.", project_.target_folder(), node.package,
                         node.path));
  }
  return {};
}

NodeResult NodeBuilder::build_model(const Node& node, sql::Adapter& adapter) const {
  NodeResult result;
  result.compiled = compile(node, adapter);
  if (node.materialized() == "ephemeral") {
    result.message = "ephemeral";
    return result;
  }
  adapter.create_schema(node.relation.schema);
  std::optional<jinja::Value> materialization =
      project_.macros().materialization(node.materialized(), adapter.dialect().name());
  if (!materialization) {
    throw Error(ErrorCode::dbt_unsupported,
                fmt::format("There is no materialization `{}`", node.materialized()), node.path)
        .fix(
            "There are table, view, incremental and ephemeral; a project may define its own with {% "
            "materialization %}.");
  }
  Rendering rendering = rendering_of(&node, adapter);
  rendering.compiled = result.compiled;
  project_.renderer().call(*materialization, {}, rendering);
  std::string run;
  for (const std::string& statement : rendering.statements) run += statement + ";\n\n";
  write_artifact("run", node, run);
  result.rows = node.materialized() == "view" ? -1 : rendering.rows_affected;
  result.message = node.materialized() == "view" ? "view" : rows_message(result.rows);
  return result;
}

NodeResult NodeBuilder::run_test(const Node& node, sql::Adapter& adapter) const {
  NodeResult result;
  result.compiled = compile(node, adapter);
  auto setting = [&](const char* key, const char* fallback) {
    std::string text = node.config_text(key);
    return text.empty() ? std::string(fallback) : text;
  };
  std::string calc = setting("fail_calc", "count(*)"), limit = setting("limit", "");
  std::string warn_if = setting("warn_if", "!= 0"), error_if = setting("error_if", "!= 0");
  sql::QueryResult answer = adapter.query(
      fmt::format("select cast({0} as bigint) as failures, {0} {1} as should_warn, {0} {2} as should_error "
                  "from (\n{3}\n{4}) as dbt_internal_test",
                  calc, warn_if, error_if, result.compiled, limit.empty() ? "" : "limit " + limit + "\n"),
      1);
  const batch::RecordBatch& row = answer.batches.at(0);
  result.rows = row.column(0).is_null(0) ? 0 : row.column(0).value<std::int64_t>(0);
  bool should_warn = row.column(1).value<std::uint8_t>(0) != 0,
       should_error = row.column(2).value<std::uint8_t>(0) != 0;
  std::string severity = setting("severity", "error");
  std::transform(severity.begin(), severity.end(), severity.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (severity == "error" && should_error) {
    result.status = NodeStatus::fail;
  } else if (should_warn) {
    result.status = NodeStatus::warn;
  } else {
    result.status = NodeStatus::pass;
  }
  if (result.status != NodeStatus::pass)
    result.message = rows_message(result.rows) + (result.rows == 1 ? " fails" : " fail");
  return result;
}

std::string NodeBuilder::fingerprint(const Node& node) const {
  return fmt::format(
      "{}\n{}\n{}\n{}\n{}\n{}", node.raw_code, document::to_json(to_document(node.config), true),
      node.test.macro + document::to_json(node.test.arguments, true),
      project_.options().dialect->render(node.relation), document::to_json(project_.options().vars, true),
      has_code(node) ? project_.macros().checksum_text() : "");
}

std::string NodeBuilder::run_macro(const std::string& name, const document::Value& arguments,
                                   sql::Adapter& adapter) const {
  std::size_t dot = name.find('.');
  std::optional<jinja::Value> macro =
      dot == std::string::npos ? project_.macros().find(name)
                               : project_.macros().find_in(name.substr(0, dot), name.substr(dot + 1));
  if (!macro)
    throw Error(ErrorCode::dbt_unresolved, fmt::format("There is no macro `{}`", name), project_.folder());
  Rendering rendering = rendering_of(nullptr, adapter);
  std::vector<std::pair<std::string, jinja::Value>> given;
  for (const auto& [key, value] : arguments.members()) given.emplace_back(key, to_jinja(value));
  return jinja::to_text(project_.renderer().call(*macro, given, rendering));
}

void NodeBuilder::run_hooks(const std::vector<std::string>& hooks, sql::Adapter& adapter) const {
  for (const std::string& hook : hooks) {
    Rendering rendering = rendering_of(nullptr, adapter);
    std::string sql = project_.renderer().render(*jinja::Template::parse(hook, "dbt_project.yml"), rendering);
    if (sql.find_first_not_of(" \t\r\n;") != std::string::npos) adapter.execute(sql);
  }
}

void NodeBuilder::write_artifact(const char* kind, const Node& node, const std::string& text) const {
  std::string file =
      node.test.macro.empty() ? node.path : node.path + "/" + node.name.substr(0, 120) + ".sql";
  std::filesystem::path path = std::filesystem::path(project_.target_folder()) / kind / node.package / file;
  std::error_code made;
  std::filesystem::create_directories(path.parent_path(), made);
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> out(std::fopen(path.c_str(), "wb"), std::fclose);
  // An artifact is for people; a run does not fail for want of one.
  if (out) std::fwrite(text.data(), 1, text.size(), out.get());
}

}  // namespace leat::dbt

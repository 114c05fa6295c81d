#include "dbt/build.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "base/error.h"
#include "base/units.h"
#include "dbt/basics.h"
#include "dbt/macro_uses.h"
#include "dbt/python_model.h"
#include "dbt/query_comment.h"
#include "dbt/renderer.h"
#include "dbt/values.h"
#include "jinja/operations.h"

namespace leat::dbt {

std::string rows_message(std::int64_t rows) {
  return rows < 0 ? "" : format_count(rows) + (rows == 1 ? " row" : " rows");
}

NodeBuilder::NodeBuilder(const Project& project, Env& env)
    : project_(project),
      env_(env),
      uses_(std::make_unique<MacroUses>(project.macros(), std::string(project.options().dialect->name()))) {}
NodeBuilder::~NodeBuilder() = default;

Rendering NodeBuilder::rendering_of(const Node* node, sql::Adapter& adapter) const {
  Rendering rendering;
  rendering.project = &project_;
  rendering.node = node;
  rendering.adapter = &adapter;
  rendering.env = &env_;
  return rendering;
}

std::string NodeBuilder::compile_quietly(const Node& node, Rendering& rendering) const {
  std::string code = node.is_generic_test()
                         ? compile_test(node, rendering)
                         : project_.renderer().render(*project_.renderer().parsed(node), rendering);
  return with_ephemerals(std::move(code), rendering);
}

std::string NodeBuilder::compile(const Node& node, sql::Adapter& adapter) const {
  if (!node.has_code()) return "";
  Rendering rendering = rendering_of(&node, adapter);
  if (is_python(node.path)) return node.raw_code;
  std::string code = compile_quietly(node, rendering);
  write_artifact("compiled", node, code);
  return code;
}

std::string NodeBuilder::compile_ahead(const Node& node, sql::Adapter& adapter) const {
  Rendering rendering = rendering_of(&node, adapter);
  Hush quiet;
  return compile_quietly(node, rendering);
}

std::string NodeBuilder::compile_inline(const std::string& sql, sql::Adapter& adapter) const {
  Rendering rendering = rendering_of(nullptr, adapter);
  return with_ephemerals(project_.renderer().render_text(sql, "inline", rendering), rendering);
}

NodeResult NodeBuilder::build(const Node& node, sql::Adapter& adapter, const sql::Record* record) const {
  NodeResult result;
  result.started = env_.now();
  if (is_in_batches(node)) {
    build_batches(node, adapter, result);
    result.finished = env_.now();
    return result;
  }
  Rendering rendering = rendering_of(&node, adapter);
  if (node.type == ResourceType::model && is_python(node.path)) {
    throw Error(ErrorCode::dbt_unsupported, "Python models are not run", node.display)
        .fix("Write the model in SQL, or leave it out: --exclude " + node.name);
  }
  try {
    // Before anything else: a transaction that a template begins does not see what others create later.
    if (!node.is_test() && !node.is_ephemeral()) ensure_schema(node, rendering);
    if (node.has_code()) {
      result.compiled = compile_quietly(node, rendering);
      write_artifact("compiled", node, result.compiled);
    }
    result.compiled_at = env_.now();
    rendering.compiled = result.compiled;
    if (node.type == ResourceType::model || node.type == ResourceType::snapshot) {
      build_model(node, rendering, result);
    } else if (node.type == ResourceType::seed) {
      build_seed(node, rendering, result);
    } else if (node.type == ResourceType::test) {
      run_test(node, rendering, result);
    } else if (node.type == ResourceType::unit_test) {
      run_unit_test(node, adapter, result);
    }
    result.recorded = commit_for(rendering, takes_record(node) ? record : nullptr);
  } catch (const Error& error) {
    roll_back_for(rendering);
    throw failure_of(node, rendering, error);
  }
  result.finished = env_.now();
  return result;
}

// An engine may let a transaction write to one database only; hooks and materializations of a project may
// write to any, or end the transaction.
bool NodeBuilder::takes_record(const Node& node) const {
  const ProjectOptions& options = project_.options();
  const std::string& database = node.relation.database;
  if (!database.empty() && !options.dialect->same_name(database, options.target.database)) return false;
  if (!hooks_of(node, "pre_hook").items().empty() || !hooks_of(node, "post_hook").items().empty())
    return false;
  if (node.type == ResourceType::seed) return true;
  const MacroEntry* own =
      project_.macros().materialization(node.materialized(), node.package, options.dialect->name());
  return own && own->package == kOwnPackage;
}

// Says which file failed, and where the compiled SQL stands. The warehouse's own words come first, without
// the macros on the way to it.
Error NodeBuilder::failure_of(const Node& node, const Rendering& rendering, const Error& error) const {
  if (error.code() != ErrorCode::warehouse_sql) return error;
  const Error& first = rendering.refused ? *rendering.refused : error;
  std::string file =
      std::filesystem::path(artifact_path("compiled", node)).lexically_relative(project_.folder()).string();
  constexpr std::string_view kLine = "line ";
  std::size_t at = first.where().rfind(kLine);
  std::string line;
  if (at != std::string::npos && !rendering.statements.empty()) {
    // The statement holds the compiled SQL somewhere: count from there.
    std::int64_t said = jinja::parse_integer(first.where().substr(at + kLine.size(),
                                                                  first.where().find(' ', at + kLine.size()) -
                                                                      at - kLine.size()))
                            .value_or(0);
    said -= lines_before(rendering);
    const std::string& statement = rendering.statements.back();
    std::size_t begin = rendering.compiled.empty() ? std::string::npos : statement.find(rendering.compiled);
    if (begin != std::string::npos && said > 0) {
      std::int64_t before =
          std::count(statement.begin(), statement.begin() + static_cast<std::ptrdiff_t>(begin), '\n');
      if (said > before) line = fmt::format(":{}", said - before);
    }
  }
  return std::move(Error(ErrorCode::dbt_model_failed, first.what_failed(),
                         fmt::format("{} {} ({})", dbt::name(node.type), node.name, node.display)))
      .fix(fmt::format("The compiled SQL is {}{}.", file, line));
}

void NodeBuilder::ensure_schema(const Node& node, Rendering& rendering) const {
  {
    std::lock_guard lock(mutex_);
    if (schemas_.count(node.relation.schema)) return;
  }
  const MacroEntry* own = project_.macros().find("create_schema", node.package);
  if (own && own->package != kOwnPackage) {
    project_.renderer().call(*own, {{own->info->parameters.at(0), project_.renderer().relation_value(node)}},
                             rendering);
    commit_for(rendering);
  } else {
    rendering.adapter->create_schema(node.relation.schema);
  }
  std::lock_guard lock(mutex_);
  schemas_.insert(node.relation.schema);
}

void NodeBuilder::build_model(const Node& node, Rendering& rendering, NodeResult& result) const {
  if (node.is_ephemeral()) {
    result.message = "ephemeral";
    return;
  }
  std::string kind = node.materialized();
  const MacroEntry* materialization =
      project_.macros().materialization(kind, node.package, rendering.adapter->dialect().name());
  if (!materialization) {
    throw Error(ErrorCode::dbt_unsupported, fmt::format("There is no materialization `{}`", kind),
                node.display)
        .fix(
            "There are table, view, incremental and ephemeral; a project may define its own with {% "
            "materialization %}.");
  }
  project_.renderer().call(*materialization, {}, rendering);
  std::string run;
  for (const std::string& statement : rendering.statements) run += statement + ";\n\n";
  write_artifact("run", node, run);
  result.rows = kind == "view" ? -1 : rendering.rows_affected;
  result.message = kind == "view" ? "view" : rows_message(result.rows);
}

std::string NodeBuilder::run_macro(const std::string& name, const document::Value& arguments,
                                   sql::Adapter& adapter) const {
  std::size_t dot = name.find('.');
  const MacroEntry* macro = dot == std::string::npos
                                ? project_.macros().find(name)
                                : project_.macros().find_in(name.substr(0, dot), name.substr(dot + 1));
  if (!macro)
    throw Error(ErrorCode::dbt_unresolved, fmt::format("There is no macro `{}`", name), project_.folder());
  Rendering rendering = rendering_of(nullptr, adapter);
  rendering.package = macro->package == kOwnPackage ? project_.name() : macro->package;
  std::vector<std::pair<std::string, jinja::Value>> given;
  for (const auto& [key, value] : arguments.members()) given.emplace_back(key, to_jinja(value));
  try {
    std::string text = jinja::to_text(project_.renderer().call(*macro, given, rendering));
    commit_for(rendering);
    return text;
  } catch (const Error&) {
    roll_back_for(rendering);
    throw;
  }
}

namespace {

jinja::Value results_value(const Project& project, const std::vector<FinishedNode>& results) {
  std::vector<jinja::Value> all;
  for (const FinishedNode& each : results) {
    double seconds = std::chrono::duration<double>(each.result.finished - each.result.started).count();
    bool test = each.node->is_test();
    all.push_back(
        jinja::Value::dict({{"node", project.renderer().node_value(*each.node)},
                            {"status", jinja::Value(each.status)},
                            {"message", jinja::Value(each.result.message)},
                            {"failures", test ? jinja::Value(each.result.rows) : jinja::Value::none()},
                            {"execution_time", jinja::Value(seconds)}}));
  }
  return jinja::Value::list(std::move(all));
}

}  // namespace

std::vector<FinishedNode> NodeBuilder::run_hooks(std::string_view when, sql::Adapter& adapter,
                                                 const std::vector<FinishedNode>& results) const {
  std::vector<FinishedNode> finished;
  for (const Node& hook : project_.operations()) {
    if (hook.hook != when) continue;
    NodeResult result;
    result.started = env_.now();
    Rendering rendering = rendering_of(&hook, adapter);
    if (when == "on-run-end") rendering.results = results_value(project_, results);
    result.compiled = project_.renderer().render(*project_.renderer().parsed(hook), rendering);
    result.compiled_at = env_.now();
    if (result.compiled.find_first_not_of(" \t\r\n;") != std::string::npos) adapter.execute(result.compiled);
    commit_for(rendering);
    result.finished = env_.now();
    finished.push_back({&hook, "success", std::move(result)});
  }
  return finished;
}

std::string NodeBuilder::fingerprint(const Node& node) const {
  return fmt::format(
      "{}\n{}\n{}\n{}\n{}", node.has_code() ? node.raw_code : node.checksum,
      jinja::to_json(node.config, -1, true), node.test.macro + document::to_json(node.test.arguments, true),
      project_.options().dialect->render(node.relation), node.has_code() ? uses_text(node) : "");
}

// The text of every macro that the node uses, and the values of variables.
std::string NodeBuilder::uses_text(const Node& node) const {
  MacroUses::Direct uses = node.is_generic_test()
                               ? MacroUses::Direct{}
                               : uses_->of(*project_.renderer().parsed(node), node.package);
  if (node.is_generic_test()) {
    if (const MacroEntry* test = uses_->find_test(node.test.macro, node.package)) uses.macros.insert(test);
  } else if (const MacroEntry* own = project_.macros().materialization(node.materialized(), node.package,
                                                                       project_.options().dialect->name())) {
    uses.macros.insert(own);
  }
  std::lock_guard lock(mutex_);
  uses = uses_->closure(std::move(uses));
  std::map<std::string, const MacroEntry*> ordered;
  for (const MacroEntry* each : uses.macros) {
    // Leat's own macros change with the program, not with the project.
    if (each->package != kOwnPackage) ordered.emplace(each->unique_id, each);
  }
  std::string text;
  for (const auto& [id, macro] : ordered) text += macro->text;
  for (const std::string& name : uses.vars) {
    const document::Value* value = project_.var(name, node.package);
    text += fmt::format("\nvar {}={}", name, value ? document::to_json(*value, true) : "");
  }
  for (const std::string& name : uses.env_vars)
    text += fmt::format("\nenv_var {}={}", name, env_.variable(name).value_or(""));
  if (uses.any_var) {
    text += document::to_json(project_.options().vars, true);
    for (const Package& package : project_.packages()) text += document::to_json(package.file["vars"], true);
  }
  return text;
}

std::string NodeBuilder::artifact_path(const char* kind, const Node& node) const {
  std::string file = node.path;
  if (node.is_generic_test()) file += "/" + node.below;
  if (node.type == ResourceType::unit_test) file += "/" + node.name + ".sql";
  if (node.type == ResourceType::snapshot) file += "/" + node.name + ".sql";
  return project_.target_folder() + "/" + kind + "/" + node.package + "/" + file;
}

namespace {

bool holds(const std::filesystem::path& path, const std::string& text) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> in(std::fopen(path.c_str(), "rb"), std::fclose);
  if (!in) return false;
  std::string there(text.size() + 1, '\0');
  return std::fread(there.data(), 1, there.size(), in.get()) == text.size() &&
         std::string_view(there).substr(0, text.size()) == text;
}

}  // namespace

void NodeBuilder::write_artifact(const char* kind, const Node& node, const std::string& text) const {
  std::filesystem::path path = artifact_path(kind, node);
  // To empty and refill a file makes file systems write it at once.
  if (holds(path, text)) return;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> out(std::fopen(path.c_str(), "wb"), std::fclose);
  if (!out) {
    std::error_code made;
    std::filesystem::create_directories(path.parent_path(), made);
    out.reset(std::fopen(path.c_str(), "wb"));
  }
  // An artifact is for people; a run does not fail for want of one.
  if (out) std::fwrite(text.data(), 1, text.size(), out.get());
}

}  // namespace leat::dbt

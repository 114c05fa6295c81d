// ProjectLoader: configurations and what follows from them: schema, alias, quotes.
#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/text.h"
#include "dbt/halves.h"
#include "dbt/loader.h"
#include "dbt/macro_uses.h"
#include "dbt/python_model.h"
#include "dbt/values.h"
#include "jinja/operations.h"

namespace leat::dbt {

using document::Value;

void ProjectLoader::configure() {
  in_halves(project_->nodes_.size(), [this](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) configure_node(project_->nodes_[i]);
  });
  for (Node& test : tests_) configure_test(test);
  auto part = [this](std::vector<Node>& nodes, std::vector<Node>& kept) {
    for (Node& node : nodes)
      (node.enabled() || node.idle ? kept : project_->disabled_).push_back(std::move(node));
  };
  std::vector<Node> kept;
  kept.reserve(project_->nodes_.size() + tests_.size());
  part(project_->nodes_, kept);
  // A test of what is disabled is disabled as well.
  std::set<std::string_view> ids;
  for (const Node& node : kept) ids.insert(node.unique_id);
  for (Node& test : tests_) {
    if (test.is_declaration()) continue;
    bool is_unit = test.type == ResourceType::unit_test;
    if (!test.enabled() || ids.count(is_unit ? test.unit.model : test.test.attached_to)) continue;
    test.config.as_dict().set("enabled", jinja::Value(false));
    test.idle = !is_unit;
  }
  part(tests_, kept);
  project_->nodes_ = std::move(kept);
}

// dbt_project.yml of the node's package from its root to the node's folder, then properties, then config() in
// the file; the project's dbt_project.yml has the last word on nodes of packages.
void ProjectLoader::configure_node(Node& node) {
  node.config = jinja::Value::dict();
  jinja::Dict& merged = node.config.as_dict();
  merge_tree(project_->package(node.package).tree(node.type), node, merged);
  auto found = configs_.find(node.unique_id);
  // As in dbt: what dbt_project.yml says of a folder does not hold for its Python models.
  if (is_python(node.path)) merged.set("materialized", "table");
  if (found != configs_.end()) merge_config(merged, found->second.as_dict());
  if (node.has_code()) {
    Rendering rendering = parsing(&node);
    project_->renderer_->render(*project_->renderer_->parsed(node), rendering);
    merge_config(merged, rendering.config.as_dict());
    node.called_config = rendering.config;
    parse_hooks(node, rendering);
    parse_constraints(node, rendering);
    node.refs = std::move(rendering.refs);
    node.sources = std::move(rendering.sources);
  }
  if (node.package != project_->name()) merge_tree(project_->packages_.front().tree(node.type), node, merged);
  if (node.type == ResourceType::seed) refuse_inputs_of_seed(node);
}

// A seed is built of its file alone, so its hooks can't wait for other nodes.
void ProjectLoader::refuse_inputs_of_seed(Node& node) {
  Rendering rendering = parsing(&node);
  parse_hooks(node, rendering);
  if (rendering.refs.empty() && rendering.sources.empty()) return;
  throw Error(ErrorCode::dbt_project,
              fmt::format("Seeds cannot depend on other nodes. Got: {}", node.unique_id), node.where)
      .fix("Take ref() and source() out of the seed's hooks.");
}

// The test's own settings were read with its properties.
void ProjectLoader::configure_test(Node& node) {
  jinja::Value declared = node.config;
  if (node.is_generic_test()) test_configs_[node.unique_id] = declared;
  node.config = config_of_test(node, jinja::Value::dict(), declared);
}

// Trees, then what the test's macro called, then what was declared; as in configure_node the project has the
// last word.
jinja::Value ProjectLoader::config_of_test(const Node& node, const jinja::Value& called,
                                           const jinja::Value& declared) {
  jinja::Value config = jinja::Value::dict();
  jinja::Dict& merged = config.as_dict();
  merge_tree(project_->package(node.package).tree(node.type), node, merged);
  merge_config(merged, called.as_dict());
  merge_config(merged, declared.as_dict());
  if (node.package != project_->name()) merge_tree(project_->packages_.front().tree(node.type), node, merged);
  return config;
}

namespace {

// Whether rendering a test's macro tells something: a setting, or another node that it reads.
bool tells(const MacroEntry& macro, MacroUses& uses) {
  auto asks = [](const MacroEntry& each) {
    if (each.package == kOwnPackage) return false;
    return each.text.find("config") != std::string::npos || each.text.find("ref(") != std::string::npos ||
           each.text.find("source(") != std::string::npos;
  };
  if (asks(macro)) return true;
  MacroUses::Direct used = uses.closure(uses.of(*macro.parsed, macro.package));
  return std::any_of(used.macros.begin(), used.macros.end(),
                     [&](const MacroEntry* each) { return asks(*each); });
}

}  // namespace

// config() in the macro of a generic test speaks for every test of it; what a declaration says wins. And what
// the macro reads by ref() and source() is above the test.
void ProjectLoader::take_settings_of_test_macros() {
  MacroUses uses(project_->macros_, std::string(project_->options_.dialect->name()));
  std::map<const MacroEntry*, bool> telling;
  for (Node& node : project_->nodes_) {
    const MacroEntry* macro =
        node.is_generic_test() && !node.idle ? uses.find_test(node.test.macro, node.package) : nullptr;
    if (!macro) continue;
    auto [known, fresh] = telling.try_emplace(macro, false);
    if (fresh) known->second = tells(*macro, uses);
    if (!known->second) continue;
    Rendering rendering = parsing(&node);
    auto arguments =
        project_->renderer_->test_arguments(node, jinja::Value(node.test.attached_to), rendering);
    Rendering body = parsing(&node);
    project_->renderer_->call(*macro, std::move(arguments), body);
    for (Reference& each : body.refs) node.refs.push_back(std::move(each));
    for (Reference& each : body.sources) node.sources.push_back(std::move(each));
    node.config = config_of_test(node, body.config, test_configs_.at(node.unique_id));
  }
}

// Hooks may ref() as well; they are rendered again when they run.
void ProjectLoader::parse_hooks(Node& node, Rendering& rendering) {
  for (const char* key : {"pre_hook", "post_hook"}) {
    jinja::Value hooks = hooks_of(node, key);
    for (const jinja::Value& hook : hooks.items()) {
      const jinja::Value* sql = hook.as_dict().find("sql");
      if (sql->is_string() && sql->as_string().find("{") != std::string::npos)
        project_->renderer_->render_text(sql->as_string(), node.display + ", " + key, rendering);
    }
  }
}

// Foreign keys name what they point at by ref() or source().
void ProjectLoader::parse_constraints(Node& node, Rendering& rendering) {
  auto look_at = [&](const Value& constraints) {
    for (const Value& each : constraints.items()) {
      const Value& to = each["to"];
      if (to.is_text() && to.raw().find('(') != std::string::npos)
        project_->renderer_->render_text("{{ " + to.raw() + " }}", to.where(), rendering);
    }
  };
  look_at(node.properties["constraints"]);
  for (const Value& column : node.columns.items()) look_at(column["constraints"]);
}

// One level of a config tree: settings here, and the branch that the node's path takes.
void ProjectLoader::merge_tree(const Value& tree, const Node& node, jinja::Dict& merged, std::size_t depth) {
  if (!tree.is_mapping()) return;
  jinja::Value here = jinja::Value::dict();
  const Value* branch = nullptr;
  for (const auto& [key, value] : tree.members()) {
    if (depth < node.fqn.size() && key == node.fqn[depth] && value.is_mapping()) {
      branch = &value;
    } else if (key.starts_with('+') || !value.is_mapping()) {
      here.as_dict().set(key, to_jinja(value));
    }
  }
  merge_config(merged, here.as_dict());
  if (branch) merge_tree(*branch, node, merged, depth + 1);
}

void ProjectLoader::name_relations() {
  for (Node& node : project_->nodes_) {
    name_relation(node);
    quote_relation(node);
  }
  check_relations_differ();
}

// True when neither the project nor a package has its own macro for that name.
bool ProjectLoader::is_own(const char* macro, const Node& node) {
  auto [known, is_new] = own_names_.try_emplace({macro, node.package}, false);
  if (is_new) {
    const MacroEntry* called = project_->macros_.find(macro, node.package);
    const MacroEntry* reached =
        project_->macros_.dispatch(macro, "dbt", node.package, project_->options_.dialect->name());
    known->second = called && reached && called->package == kOwnPackage && reached->package == kOwnPackage;
  }
  return known->second;
}

void ProjectLoader::name_relation(Node& node) {
  const TargetInfo& target = project_->options_.target;
  if (node.type == ResourceType::unit_test || node.is_declaration()) return;
  if (node.type == ResourceType::source) {
    if (node.relation.database.empty()) node.relation.database = target.database;
    return;
  }
  const jinja::Value none = jinja::Value::none();
  auto custom = [&](const char* key) {
    const jinja::Value* found = node.setting(key);
    return found ? *found : none;
  };
  jinja::Value schema = custom("schema"), database = custom("database"), alias = custom("alias");
  if (node.type == ResourceType::test && schema.is_none()) schema = "dbt_test__audit";
  node.relation.database = target.database;
  node.relation.schema = target.schema;
  node.relation.identifier = node.name;
  auto trim = [](const std::string& text) { return std::string(trimmed(text)); };
  auto text = [&](const jinja::Value& value) { return trim(jinja::to_text(value)); };
  // Most projects keep dbt's names: no template needs to be run to know those.
  std::string named_schema = !is_own("generate_schema_name", node)
                                 ? named("generate_schema_name", node, schema, "custom_schema_name")
                             : schema.is_none() ? target.schema
                                                : trim(target.schema + "_" + text(schema));
  std::string named_database = !is_own("generate_database_name", node)
                                   ? named("generate_database_name", node, database, "custom_database_name")
                               : database.is_none() ? target.database
                                                    : text(database);
  bool has_plain_alias = is_own("generate_alias_name", node) && (jinja::truth(alias) || node.version.empty());
  std::string identifier = !has_plain_alias ? named("generate_alias_name", node, alias, "custom_alias_name")
                           : jinja::truth(alias) ? text(alias)
                                                 : node.name;
  if (const jinja::Value* fixed = node.setting("target_schema")) named_schema = jinja::to_text(*fixed);
  if (const jinja::Value* fixed = node.setting("target_database")) named_database = jinja::to_text(*fixed);
  node.relation.schema = named_schema;
  node.relation.database = named_database;
  node.relation.identifier = identifier;
  node.relation.kind = node.materialized() == "view" ? sql::RelationKind::view : sql::RelationKind::table;
}

// `quoting:` of the project, then of the node; sources know only their own.
void ProjectLoader::quote_relation(Node& node) {
  constexpr const char* kParts[] = {"database", "schema", "identifier"};
  auto take = [&](int part, bool quoted) { node.quotes[part] = quoted; };
  for (int part = 0; part < 3; ++part) {
    const Value& project = project_->packages_.front().file["quoting"][kParts[part]];
    if (!project.is_null() && node.type != ResourceType::source) take(part, project.boolean());
    const Value& own = node.properties["quoting"][kParts[part]];
    if (!own.is_null()) take(part, own.boolean());
    const jinja::Value* config = node.setting("quoting");
    const jinja::Value* found = config && config->is_dict() ? config->as_dict().find(kParts[part]) : nullptr;
    if (found && !found->is_none()) take(part, jinja::truth(*found));
  }
}

std::string ProjectLoader::named(const char* macro, const Node& node, const jinja::Value& custom,
                                 const char* parameter) {
  const MacroEntry* found = project_->macros_.find(macro, node.package);
  LEAT_ASSERT(found);
  Rendering rendering = parsing(&node);
  // A macro that takes its arguments in dbt's order is called by position whatever it names them.
  std::string first = found->info->parameters.empty() ? parameter : found->info->parameters[0];
  std::vector<std::pair<std::string, jinja::Value>> arguments = {{first, custom}};
  if (found->info->parameters.size() > 1)
    arguments.emplace_back(found->info->parameters[1], project_->renderer_->node_value(node));
  jinja::Value result = project_->renderer_->call(*found, arguments, rendering);
  if (result.is_none()) return "";
  std::string text = jinja::to_text(result);
  return std::string(trimmed(text));
}

void ProjectLoader::check_relations_differ() const {
  std::map<std::string, const Node*> held;
  for (const Node& node : project_->nodes_) {
    if (!node.referable() || node.is_ephemeral()) continue;
    auto [other, fresh] = held.emplace(project_->options_.dialect->render(node.relation), &node);
    if (fresh) continue;
    throw Error(ErrorCode::dbt_project,
                fmt::format("Two nodes would build {}: {} and {}", other->first, other->second->unique_id,
                            node.unique_id),
                node.where)
        .fix("Give one of them another alias or schema.");
  }
}

}  // namespace leat::dbt

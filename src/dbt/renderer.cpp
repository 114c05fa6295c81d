#include "dbt/renderer.h"

#include <fmt/core.h>

#include "base/error.h"
#include "dbt/basics.h"
#include "dbt/environments.h"
#include "dbt/json_writer.h"
#include "dbt/manifest_parts.h"
#include "dbt/python_model.h"
#include "dbt/relation_object.h"
#include "dbt/scope.h"
#include "dbt/values.h"
#include "jinja/operations.h"

namespace leat::dbt {

using jinja::CallArguments;
using jinja::Value;

Renderer::Renderer(const Project& project, Env& env)
    : project_(project),
      env_(env),
      text_(make_environment(jinja::UndefinedPolicy::lenient, env)),
      parsing_(make_environment(jinja::UndefinedPolicy::absorbing, env)),
      native_(make_environment(jinja::UndefinedPolicy::lenient, env)),
      api_(make_api(*project.options().dialect)) {
  add_native_filters(*native_);
  add_basics(basics_, project, env);
  basics_.set("env_var", jinja::make_function("env_var", [this](CallArguments& arguments) {
                {
                  std::lock_guard lock(mutex_);
                  asked_.insert(arguments.text(0, "var"));
                }
                return env_variable(arguments, env_);
              }));
}
Renderer::~Renderer() = default;

std::vector<std::string> Renderer::asked_variables() const {
  std::lock_guard lock(mutex_);
  return {asked_.begin(), asked_.end()};
}

const jinja::Environment& Renderer::environment_of(const Rendering& rendering) const {
  return rendering.execute() ? *text_ : *parsing_;
}

std::vector<std::pair<std::string, Value>> Renderer::test_arguments(const Node& test, Value model,
                                                                    Rendering& rendering) const {
  std::vector<std::pair<std::string, Value>> arguments = {{"model", std::move(model)}};
  if (!test.test.column.empty()) arguments.emplace_back("column_name", Value(test.test.column));
  Value given = render_document(test.test.arguments, rendering);
  given.as_dict().each(
      [&](const Value& key, const Value& value) { arguments.emplace_back(key.as_string(), value); });
  return arguments;
}

std::shared_ptr<const jinja::Template> Renderer::parsed(const Node& node) const {
  {
    std::lock_guard lock(mutex_);
    if (auto held = templates_.find(node.unique_id); held != templates_.end()) return held->second;
  }
  // Others parse theirs meanwhile.
  jinja::ParseOptions options;
  options.dbt = true;
  options.first_line = node.first_line;
  std::shared_ptr<const jinja::Template> parsed = jinja::Template::parse(
      is_python(node.path) ? template_of_calls(node.raw_code) : node.raw_code, node.display, options);
  std::lock_guard lock(mutex_);
  return templates_.try_emplace(node.unique_id, std::move(parsed)).first->second;
}

std::string Renderer::render(const jinja::Template& code, Rendering& rendering) const {
  if (code.is_plain()) {
    std::string text = code.source();
    if (text.ends_with('\n')) text.pop_back();
    return text;
  }
  Scope scope(*this, rendering);
  return environment_of(rendering).render(code, scope.context());
}

std::string Renderer::render_text(const std::string& text, const std::string& where,
                                  Rendering& rendering) const {
  jinja::ParseOptions options;
  options.dbt = true;
  return render(*jinja::Template::parse(text, where, options), rendering);
}

Value Renderer::call(const MacroEntry& macro, std::vector<std::pair<std::string, Value>> arguments,
                     Rendering& rendering) const {
  Scope scope(*this, rendering);
  CallArguments given;
  for (auto& [name, value] : arguments) given.named.push_back({name, value});
  return environment_of(rendering).call_macro(macro.value, given, scope.context());
}

Value Renderer::render_native(const std::string& text, const std::string& where, Rendering& rendering) const {
  if (text.find("{{") == std::string::npos && text.find("{%") == std::string::npos &&
      text.find("{#") == std::string::npos)
    return Value(text);
  Scope scope(*this, rendering);
  std::shared_ptr<const jinja::Template> parsed = jinja::Template::parse(text, where);
  Value value = native_->render_native(*parsed, scope.context());
  return value.is_undefined() ? Value::none() : value;
}

Value Renderer::render_document(const document::Value& value, Rendering& rendering) const {
  if (value.is_text()) return render_native(value.raw(), value.where(), rendering);
  if (value.is_list()) {
    std::vector<Value> items;
    for (const document::Value& item : value.items()) items.push_back(render_document(item, rendering));
    return Value::list(std::move(items));
  }
  if (value.is_mapping()) {
    Value dict = Value::dict();
    for (const auto& [key, item] : value.members()) dict.as_dict().set(key, render_document(item, rendering));
    return dict;
  }
  return to_jinja(value);
}

namespace {

// `external_location` of a source's configuration or meta, as dbt-duckdb has it: "data/{name}.csv" with the
// source's names and settings put in, quoted unless it is a function's call; "" for none.
std::string external_location(const Node& node, const sql::Dialect& dialect) {
  if (node.type != ResourceType::source || dialect.name() != "duckdb") return "";
  const Value* meta = node.setting("meta");
  auto told = [&](std::string_view key) -> const Value* {
    if (const Value* own = node.setting(key)) return own;
    return meta && meta->is_dict() ? meta->as_dict().find(key) : nullptr;
  };
  const Value* location = told("external_location");
  if (!location || !location->is_string()) return "";
  if (const Value* formatter = told("formatter"); formatter && jinja::to_text(*formatter) != "newstyle")
    throw Error(ErrorCode::dbt_unsupported, "A source's external_location is written with {names} only",
                node.where);
  const std::string text = location->as_string();
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    bool is_brace = text[at] == '{' || text[at] == '}';
    if (!is_brace || text.substr(at, 2) == std::string(2, text[at])) {
      out += text[at];
      at += is_brace ? 1 : 0;
      continue;
    }
    std::size_t end = text.find('}', at);
    std::string key = text.substr(at + 1, end == std::string::npos ? end : end - at - 1);
    const Value* value = told(key);
    if (key == "name") {
      out += node.name;
    } else if (key == "identifier") {
      out += node.relation.identifier;
    } else if (key == "schema") {
      out += node.relation.schema;
    } else if (key == "database") {
      out += node.relation.database;
    } else if (value && text[at] == '{' && end != std::string::npos) {
      out += jinja::to_text(*value);
    } else {
      throw Error(ErrorCode::dbt_project,
                  fmt::format("external_location asks for `{}`, which nothing says", key), node.where);
    }
    at = end;
  }
  return out.find('(') != std::string::npos || out.starts_with('\'') ? out : "'" + out + "'";
}

}  // namespace

Value Renderer::relation_value(const Node& node) const {
  const sql::Dialect& dialect = *project_.options().dialect;
  if (node.is_ephemeral()) return RelationObject::cte("__dbt__cte__" + node.name, dialect);
  return RelationObject::read_from(RelationObject::unbuilt(node.relation, dialect, node.quotes),
                                   external_location(node, dialect));
}

// Which rows of a node a model or snapshot reads; "" for all.
std::string Renderer::input_condition(const Node& node, const Rendering& rendering) const {
  bool reads = rendering.node && (rendering.node->type == ResourceType::model ||
                                  rendering.node->type == ResourceType::snapshot);
  if (!reads) return "";
  if (project_.options().empty) return "where false limit 0";
  std::optional<TimeWindow> times = project_.options().sample;
  if (rendering.batch) times = times ? common(rendering.batch->times, *times) : rendering.batch->times;
  std::string column = node.config_text("event_time");
  if (!times || column.empty()) return "";
  return fmt::format("where {0} >= '{1}' and {0} < '{2}'", column, event_time_text(times->begin),
                     event_time_text(times->end));
}

Value Renderer::input_value(const Node& node, const Rendering& rendering) const {
  sql::Relation named = node.relation;
  std::string condition = input_condition(node, rendering);
  if (auto found = elsewhere_.find(node.unique_id); found != elsewhere_.end()) {
    named = found->second;
    if (condition.empty()) return RelationObject::unbuilt(named, *project_.options().dialect, node.quotes);
  } else if (node.is_ephemeral()) {
    named = {"", "", "__dbt__cte__" + node.name};
  }
  if (condition.empty()) return relation_value(node);
  // DuckDB needs no alias, and the model may give one.
  bool needs_alias = project_.options().dialect->name() != "duckdb";
  const char* prefix = project_.options().empty ? "_dbt_limit_subq_" : "_dbt_et_filter_subq_";
  const bool bare[3] = {false, false, false};
  const sql::Dialect& dialect = *project_.options().dialect;
  bool is_elsewhere = elsewhere_.count(node.unique_id) > 0;
  return RelationObject::read_from(
      RelationObject::filtered(named, dialect, node.is_ephemeral() ? bare : node.quotes, condition,
                               needs_alias ? prefix + named.identifier : ""),
      is_elsewhere ? "" : external_location(node, dialect));
}

namespace {

Value columns_value(const Node& node) {
  Value columns = Value::dict();
  for (const document::Value& column : node.columns.items()) {
    Value each = to_jinja(column);
    for (const char* key : {"description", "data_type", "quote", "meta", "tags"}) {
      if (!each.as_dict().find(key))
        each.as_dict().set(key, std::string(key) == "description" ? Value("") : Value::none());
    }
    columns.as_dict().set(column["name"].raw(), each);
  }
  return columns;
}

Value test_metadata(const Node& node) {
  Value metadata = Value::dict();
  std::size_t dot = node.test.macro.find('.');
  metadata.as_dict().set("name",
                         dot == std::string::npos ? node.test.macro : node.test.macro.substr(dot + 1));
  metadata.as_dict().set("namespace",
                         dot == std::string::npos ? Value::none() : Value(node.test.macro.substr(0, dot)));
  metadata.as_dict().set("kwargs", to_jinja(node.test.arguments));
  return metadata;
}

Value list_of(const std::vector<std::string>& texts) {
  return Value::list(std::vector<Value>(texts.begin(), texts.end()));
}

}  // namespace

Value Renderer::node_value(const Node& node) const {
  Value value = Value::dict();
  jinja::Dict& dict = value.as_dict();
  Value depends = Value::dict();
  depends.as_dict().set("nodes", list_of(node.depends_on));
  depends.as_dict().set("macros", list_of(node.macros));
  dict.set("unique_id", node.unique_id);
  dict.set("name", node.name);
  dict.set("resource_type", std::string(dbt::name(node.type)));
  dict.set("package_name", node.package);
  dict.set("path", node.below);
  dict.set("original_file_path", node.path);
  dict.set("fqn", list_of(node.fqn));
  dict.set("tags", list_of(node.tags()));
  dict.set("config", node.config.is_dict() ? node.config : Value::dict());
  const Value* meta = node.setting("meta");
  dict.set("meta", meta ? *meta : Value::dict());
  dict.set("description", node.description);
  dict.set("columns", columns_value(node));
  dict.set("depends_on", depends);
  dict.set("database", node.relation.database);
  dict.set("schema", node.relation.schema);
  dict.set("alias", node.relation.identifier);
  dict.set("identifier", node.relation.identifier);
  dict.set("raw_code", node.raw_code);
  dict.set("raw_sql", node.raw_code);
  dict.set("language", is_python(node.path) ? "python" : "sql");
  if (node.type == ResourceType::source) dict.set("source_name", node.source_name);
  if (!node.version.empty()) dict.set("version", node.version);
  if (node.type == ResourceType::model) dict.set("constraints", to_jinja(node.properties["constraints"]));
  // What is only told of in YAML: `url`, `owner`, `type_params`, …
  if (node.is_declaration()) {
    for (const auto& [key, told] : node.properties.members())
      if (!dict.find(key)) dict.set(key, to_jinja(told));
  }
  if (node.is_generic_test()) {
    dict.set("test_metadata", test_metadata(node));
    dict.set("attached_node", node.test.attached_to);
    dict.set("column_name", node.test.column.empty() ? Value::none() : Value(node.test.column));
  }
  return value;
}

Value Renderer::whole_value(const Node& node) const {
  Value value = node_value(node);
  JsonWriter out;
  ManifestParts parts{out, project_};
  parts.write_object(node);
  Value told = to_jinja(document::parse_json(out.take(), node.display));
  told.as_dict().each([&](const Value& key, const Value& item) {
    if (!value.as_dict().find(key)) value.as_dict().set(key, item);
  });
  // Of columns and settings the manifest tells what nobody has said as well.
  if (const Value* columns = told.as_dict().find("columns")) value.as_dict().set("columns", *columns);
  if (const Value* config = told.as_dict().find("config"); config && config->is_dict()) {
    if (node.config.is_dict())
      node.config.as_dict().each(
          [&](const Value& key, const Value& item) { config->as_dict().set(key, item); });
    value.as_dict().set("config", *config);
  }
  return value;
}

Value Renderer::graph() const {
  std::lock_guard lock(mutex_);
  if (!graph_.is_absent()) return graph_;
  graph_ = Value::dict();
  Value nodes = Value::dict(), sources = Value::dict();
  Value exposures = Value::dict(), metrics = Value::dict(), semantic = Value::dict(), queries = Value::dict(),
        groups = Value::dict();
  for (const Node& node : project_.nodes()) {
    Value& into = node.type == ResourceType::source           ? sources
                  : node.type == ResourceType::exposure       ? exposures
                  : node.type == ResourceType::metric         ? metrics
                  : node.type == ResourceType::semantic_model ? semantic
                  : node.type == ResourceType::saved_query    ? queries
                                                              : nodes;
    into.as_dict().set(node.unique_id, whole_value(node));
  }
  for (const Node& node : project_.groups()) groups.as_dict().set(node.unique_id, whole_value(node));
  graph_.as_dict().set("nodes", nodes);
  graph_.as_dict().set("sources", sources);
  graph_.as_dict().set("exposures", exposures);
  graph_.as_dict().set("metrics", metrics);
  graph_.as_dict().set("semantic_models", semantic);
  graph_.as_dict().set("saved_queries", queries);
  graph_.as_dict().set("groups", groups);
  return graph_;
}

}  // namespace leat::dbt

// target/manifest.json.
#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "base/time.h"
#include "dbt/artifacts.h"
#include "dbt/config_defaults.h"
#include "dbt/json_writer.h"
#include "dbt/renderer.h"
#include "dbt/test_names.h"
#include "dbt/values.h"

namespace leat::dbt {

using jinja::Value;

namespace {

constexpr const char* kSchema = "https://schemas.getdbt.com/dbt/manifest/v12.json";

double seconds_of(Timestamp time) {
  return static_cast<double>(time.time_since_epoch().count()) / 1e6;
}

std::string number(double value) {
  return fmt::format("{:.6f}", value);
}

void write_metadata(JsonWriter& out, const Project& project, Env& env) {
  out.key("metadata");
  out.begin_object();
  out.member("dbt_schema_version", kSchema);
  out.member("dbt_version", "1.10.0");
  out.member("generated_at", format_iso_timestamp(env.now()));
  out.member("invocation_id", project.options().invocation_id);
  out.key("env");
  out.raw("{}");
  out.member("project_name", project.name());
  out.key("user_id");
  out.raw("null");
  out.key("send_anonymous_usage_stats");
  out.raw("false");
  out.member("adapter_type", project.options().target.type);
  out.member("generated_by", "leat " LEAT_VERSION);
  out.end_object();
}

void write_columns(JsonWriter& out, const Node& node) {
  out.key("columns");
  out.begin_object();
  for (const document::Value& column : node.columns.items()) {
    out.key(column["name"].raw());
    out.begin_object();
    out.member("name", column["name"].raw());
    out.member("description", column["description"].raw());
    out.key("meta");
    out.raw(column["meta"].is_mapping() ? document::to_json(column["meta"]) : "{}");
    out.key("data_type");
    out.text_or_null(column["data_type"].raw());
    out.key("constraints");
    out.raw(column["constraints"].is_list() ? document::to_json(column["constraints"]) : "[]");
    out.key("quote");
    out.raw(column.find("quote") ? (column["quote"].boolean() ? "true" : "false") : "null");
    out.key("tags");
    out.raw(column["tags"].is_list() ? document::to_json(column["tags"]) : "[]");
    out.end_object();
  }
  out.end_object();
}

void write_references(JsonWriter& out, const Node& node) {
  out.key("refs");
  out.begin_array();
  for (const Reference& each : node.refs) {
    out.begin_object();
    out.member("name", each.name);
    out.key("package");
    out.text_or_null(each.package);
    out.key("version");
    out.text_or_null(each.version);
    out.end_object();
  }
  out.end_array();
  out.key("sources");
  out.begin_array();
  for (const Reference& each : node.sources) out.texts({each.package, each.name});
  out.end_array();
  out.key("depends_on");
  out.begin_object();
  out.key("macros");
  out.texts(node.macros);
  out.key("nodes");
  out.texts(node.depends_on);
  out.end_object();
}

void write_test(JsonWriter& out, const Node& node, const Project& project) {
  if (!node.is_generic_test()) return;
  const Node* tested = project.find(node.test.attached_to);
  std::size_t dot = node.test.macro.find('.');
  out.key("test_metadata");
  out.begin_object();
  out.member("name", dot == std::string::npos ? node.test.macro : node.test.macro.substr(dot + 1));
  out.key("kwargs");
  Value kwargs = to_jinja(node.test.arguments);
  if (!node.test.column.empty()) kwargs.as_dict().set("column_name", node.test.column);
  if (tested) kwargs.as_dict().set("model", model_argument(*tested));
  out.value(kwargs);
  out.key("namespace");
  out.text_or_null(dot == std::string::npos ? "" : node.test.macro.substr(0, dot));
  out.end_object();
  out.key("column_name");
  out.text_or_null(node.test.column);
  out.member("file_key_name", "models." + (tested ? tested->name : ""));
  out.key("attached_node");
  out.text_or_null(tested && tested->type != ResourceType::source ? tested->unique_id : "");
}

void write_place(JsonWriter& out, const Node& node, const Project& project) {
  bool kept = node.type != ResourceType::analysis && !node.is_ephemeral() && node.type != ResourceType::test;
  out.member("database", node.relation.database);
  out.member("schema", node.relation.schema);
  out.member("name", node.name);
  out.member("resource_type", name(node.type));
  out.member("package_name", node.package);
  out.member("path", node.below);
  out.member("original_file_path", node.path);
  out.member("unique_id", node.unique_id);
  out.key("fqn");
  out.texts(node.fqn);
  out.key("relation_name");
  out.text_or_null(kept ? jinja::to_text(project.renderer().relation_value(node)) : "");
}

// Versions are numbers where they look like numbers.
void write_version(JsonWriter& out, const std::string& version) {
  bool is_number = document::parse_scalar(version).kind() == document::Value::Kind::integer;
  is_number ? out.raw(version) : out.text_or_null(version);
}

void write_node(JsonWriter& out, const Node& node, const Project& project, double created) {
  out.key(node.unique_id);
  out.begin_object();
  write_place(out, node, project);
  out.member("alias", node.relation.identifier);
  out.key("checksum");
  bool hashed = !node.is_generic_test();
  out.raw(fmt::format("{{\"name\": \"{}\", \"checksum\": \"{}\"}}", hashed ? "sha256" : "none",
                      hashed ? node.checksum : ""));
  out.key("config");
  out.value(full_config(node));
  out.key("tags");
  out.texts(node.tags());
  out.member("description", node.description);
  write_columns(out, node);
  const Value* meta = node.setting("meta");
  out.key("meta");
  out.value(meta ? *meta : Value::dict());
  out.key("group");
  out.text_or_null(node.config_text("group"));
  out.key("docs");
  out.raw("{\"show\": true, \"node_color\": null}");
  out.key("patch_path");
  out.text_or_null(node.patch.empty() ? "" : node.package + "://" + node.patch);
  out.key("build_path");
  out.raw("null");
  out.key("unrendered_config");
  out.value(node.called_config.is_dict() ? node.called_config : Value::dict());
  out.key("created_at");
  out.raw(number(created));
  out.member("raw_code", node.raw_code);
  if (node.type != ResourceType::seed) {
    out.member("language", "sql");
    write_references(out, node);
    out.key("metrics");
    out.raw("[]");
    out.key("compiled_path");
    out.raw("null");
    out.key("contract");
    out.raw("{\"enforced\": false, \"alias_types\": true, \"checksum\": null}");
  } else {
    out.member("root_path", project.folder());
    out.key("depends_on");
    out.raw("{\"macros\": []}");
  }
  if (node.type == ResourceType::model) {
    out.member("access", node.config_text("access").empty() ? "protected" : node.config_text("access"));
    out.key("constraints");
    out.raw("[]");
    out.key("version");
    write_version(out, node.version);
    out.key("latest_version");
    write_version(out, node.version.empty() ? "" : node.properties["latest_version"].raw());
    out.key("deprecation_date");
    out.raw("null");
  }
  write_test(out, node, project);
  out.end_object();
}

void write_source(JsonWriter& out, const Node& node, const Project& project, double created) {
  out.key(node.unique_id);
  out.begin_object();
  write_place(out, node, project);
  out.member("source_name", node.source_name);
  out.member("source_description", node.properties["source_description"].raw());
  out.member("loader", node.properties["loader"].raw());
  out.member("identifier", node.relation.identifier);
  out.key("quoting");
  out.raw("{\"database\": null, \"schema\": null, \"identifier\": null, \"column\": null}");
  out.key("loaded_at_field");
  out.text_or_null(node.properties["loaded_at_field"].raw());
  out.key("freshness");
  out.raw("null");
  out.key("external");
  out.raw("null");
  out.member("description", node.description);
  write_columns(out, node);
  const Value* meta = node.setting("meta");
  out.key("meta");
  out.value(meta ? *meta : Value::dict());
  out.key("source_meta");
  out.raw("{}");
  out.key("tags");
  out.texts(node.tags());
  out.key("config");
  out.value(full_config(node));
  out.key("patch_path");
  out.raw("null");
  out.key("unrendered_config");
  out.raw("{}");
  out.key("created_at");
  out.raw(number(created));
  out.end_object();
}

void write_macros(JsonWriter& out, const Project& project, double created) {
  out.key("macros");
  out.begin_object();
  for (const auto& macro : project.macros().all()) {
    out.key(macro->unique_id);
    out.begin_object();
    out.member("name", macro->name);
    out.member("resource_type", "macro");
    out.member("package_name", macro->package);
    out.member("path", macro->path);
    out.member("original_file_path", macro->path);
    out.member("unique_id", macro->unique_id);
    out.member("macro_sql", macro->text);
    out.key("depends_on");
    out.raw("{\"macros\": []}");
    out.member("description", "");
    out.key("meta");
    out.raw("{}");
    out.key("docs");
    out.raw("{\"show\": true, \"node_color\": null}");
    out.key("patch_path");
    out.raw("null");
    out.key("arguments");
    out.raw("[]");
    out.key("created_at");
    out.raw(number(created));
    out.key("supported_languages");
    out.raw("null");
    out.end_object();
  }
  out.end_object();
}

void write_docs(JsonWriter& out, const Project& project) {
  out.key("docs");
  out.begin_object();
  for (const auto& [name, contents] : project.docs()) {
    std::size_t dot = name.find('.');
    out.key("doc." + name);
    out.begin_object();
    out.member("name", name.substr(dot + 1));
    out.member("resource_type", "doc");
    out.member("package_name", name.substr(0, dot));
    out.member("path", "");
    out.member("original_file_path", "");
    out.member("unique_id", "doc." + name);
    out.member("block_contents", contents);
    out.end_object();
  }
  out.end_object();
}

void write_maps(JsonWriter& out, const Project& project) {
  std::map<std::string, std::vector<std::string>> below;
  out.key("parent_map");
  out.begin_object();
  for (const Node& node : project.nodes()) {
    out.key(node.unique_id);
    out.texts(node.depends_on);
    below[node.unique_id];
    for (const std::string& above : node.depends_on) below[above].push_back(node.unique_id);
  }
  out.end_object();
  out.key("child_map");
  out.begin_object();
  for (auto& [id, children] : below) {
    std::sort(children.begin(), children.end());
    out.key(id);
    out.texts(children);
  }
  out.end_object();
}

void write_disabled(JsonWriter& out, const Project& project, double created) {
  out.key("disabled");
  out.begin_object();
  for (const Node& node : project.disabled()) {
    JsonWriter one;
    one.begin_object();
    node.type == ResourceType::source ? write_source(one, node, project, created)
                                      : write_node(one, node, project, created);
    std::string text = one.take();
    // {"id": {…} becomes "id": [{…}]
    std::size_t colon = text.find(": ");
    out.key(node.unique_id);
    out.raw("[" + text.substr(colon + 2) + "]");
  }
  out.end_object();
}

}  // namespace

std::string manifest_json(const Project& project, Env& env) {
  double created = seconds_of(env.now());
  JsonWriter out;
  out.begin_object();
  write_metadata(out, project, env);
  out.key("nodes");
  out.begin_object();
  for (const Node& node : project.nodes()) {
    if (node.type != ResourceType::source) write_node(out, node, project, created);
  }
  out.end_object();
  out.key("sources");
  out.begin_object();
  for (const Node& node : project.nodes()) {
    if (node.type == ResourceType::source) write_source(out, node, project, created);
  }
  out.end_object();
  write_macros(out, project, created);
  write_docs(out, project);
  for (const char* empty : {"exposures", "metrics", "groups", "selectors", "group_map", "saved_queries",
                            "semantic_models", "unit_tests", "functions"}) {
    out.key(empty);
    out.raw("{}");
  }
  write_disabled(out, project, created);
  write_maps(out, project);
  out.end_object();
  return out.take();
}

}  // namespace leat::dbt

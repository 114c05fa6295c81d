// The manifest's models, seeds, snapshots, tests, analyses, sources and unit tests.
#include <fmt/core.h>

#include <algorithm>

#include "dbt/config_defaults.h"
#include "dbt/contract_checksum.h"
#include "dbt/digest.h"
#include "dbt/manifest_parts.h"
#include "dbt/primary_key.h"
#include "dbt/python_model.h"
#include "dbt/renderer.h"
#include "dbt/test_names.h"
#include "dbt/values.h"

namespace leat::dbt {

using document::Value;

std::string with_defaults(const Value& entry, std::initializer_list<FieldDefault> fields) {
  std::string out = "{";
  for (const FieldDefault& field : fields) {
    const Value* given = entry.find(field.key);
    out += fmt::format("{}\"{}\": {}", out.size() > 1 ? ", " : "", field.key,
                       given && !given->is_null() ? document::to_json(*given) : std::string(field.json));
  }
  return out + "}";
}

void ManifestParts::json(const char* key, std::string_view raw) {
  out.key(key);
  out.raw(raw);
}

void ManifestParts::write_created() {
  json("created_at", fmt::format("{:.6f}", created));
}

void ManifestParts::write_identity(const Node& node) {
  out.member("name", node.name);
  out.member("resource_type", name(node.type));
  out.member("package_name", node.package);
  out.member("path", node.below);
  out.member("original_file_path", node.path);
  out.member("unique_id", node.unique_id);
  if (node.type == ResourceType::group) return;
  out.key("fqn");
  out.texts(node.fqn);
}

void ManifestParts::write_depends_on(const Node& node) {
  out.key("depends_on");
  out.begin_object();
  out.key("macros");
  out.texts(node.macros);
  if (node.type != ResourceType::seed) {
    out.key("nodes");
    out.texts(node.depends_on);
  }
  out.end_object();
}

void ManifestParts::write_refs(const Node& node) {
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
}

void ManifestParts::write_config(const Node& node) {
  out.key("config");
  out.value(full_config(node));
  json("unrendered_config", jinja::to_json(node.config.is_dict() ? node.config : jinja::Value::dict()));
}

void ManifestParts::write(const Node& node) {
  out.key(node.unique_id);
  write_object(node);
}

void ManifestParts::write_object(const Node& node) {
  out.begin_object();
  switch (node.type) {
    case ResourceType::source:
      write_source(node);
      break;
    case ResourceType::unit_test:
      write_unit_test(node);
      break;
    case ResourceType::exposure:
      write_exposure(node);
      break;
    case ResourceType::metric:
      write_metric(node);
      break;
    case ResourceType::semantic_model:
      write_semantic_model(node);
      break;
    case ResourceType::saved_query:
      write_saved_query(node);
      break;
    case ResourceType::group:
      write_group(node);
      break;
    default:
      write_node(node);
  }
  out.end_object();
}

namespace {

std::string constraints_json(const Value& constraints, bool of_model) {
  std::string all = "[";
  for (const Value& each : constraints.items()) {
    std::string one = with_defaults(each, {{"type", "null"},
                                           {"name", "null"},
                                           {"expression", "null"},
                                           {"warn_unenforced", "true"},
                                           {"warn_unsupported", "true"},
                                           {"to", "null"},
                                           {"to_columns", "[]"}});
    if (of_model) {
      const Value* columns = each.find("columns");
      one.insert(one.size() - 1, ", \"columns\": " + (columns ? document::to_json(*columns) : "[]"));
    }
    all += (all.size() > 1 ? ", " : "") + one;
  }
  return all + "]";
}

std::string json_or(const Value& value, const char* fallback) {
  return value.is_null() ? fallback : document::to_json(value);
}

// A setting of a column: beside its name, or under its `config`.
std::string column_setting(const Value& column, const char* key, const char* fallback) {
  const Value* given = column["config"].find(key);
  return json_or(given ? *given : column[key], fallback);
}

void write_column(JsonWriter& out, const Value& column) {
  std::string meta = column_setting(column, "meta", "{}"), tags = column_setting(column, "tags", "[]");
  if (!tags.starts_with('[')) tags = "[" + tags + "]";
  auto raw = [&out](const char* key, std::string_view json) {
    out.key(key);
    out.raw(json);
  };
  out.key(column["name"].raw());
  out.begin_object();
  out.member("name", column["name"].raw());
  out.member("description", column["description"].raw());
  raw("meta", meta);
  out.key("data_type");
  out.text_or_null(column["data_type"].raw());
  raw("constraints", constraints_json(column["constraints"], false));
  raw("quote", column.find("quote") ? (column["quote"].boolean() ? "true" : "false") : "null");
  raw("config", fmt::format("{{\"meta\": {}, \"tags\": {}}}", meta, tags));
  raw("tags", tags);
  raw("granularity", json_or(column["granularity"], "null"));
  raw("doc_blocks", "[]");
  out.end_object();
}

void write_columns(JsonWriter& out, const Node& node) {
  out.key("columns");
  out.begin_object();
  for (const Value& column : node.columns.items()) write_column(out, column);
  out.end_object();
}

std::string contract_json(const Node& node) {
  const jinja::Value* contract = node.setting("contract");
  const jinja::Value* enforced =
      contract && contract->is_dict() ? contract->as_dict().find("enforced") : nullptr;
  if (!enforced || !jinja::truth(*enforced))
    return R"({"enforced": false, "alias_types": true, "checksum": null})";
  const jinja::Value* alias = contract->as_dict().find("alias_types");
  return fmt::format(R"({{"enforced": true, "alias_types": {}, "checksum": "{}"}})",
                     !alias || jinja::truth(*alias) ? "true" : "false", contract_checksum(node));
}

void write_sources(JsonWriter& out, const Node& node) {
  out.key("sources");
  out.begin_array();
  for (const Reference& each : node.sources) out.texts({each.package, each.name});
  out.end_array();
}

void write_place(JsonWriter& out, const Node& node) {
  out.member("database", node.relation.database);
  out.member("schema", node.relation.schema);
}

bool keeps_failures(const Node& node, const Project& project) {
  if (std::string kind = node.config_text("store_failures_as"); !kind.empty()) return kind != "ephemeral";
  const jinja::Value* stored = node.setting("store_failures");
  return stored ? jinja::truth(*stored) : project.options().store_failures;
}

void write_relation_name(JsonWriter& out, const Node& node, const Project& project) {
  bool kept = node.type != ResourceType::analysis && node.type != ResourceType::operation &&
              !node.is_ephemeral() && (node.type != ResourceType::test || keeps_failures(node, project));
  out.key("relation_name");
  out.text_or_null(kept ? jinja::to_text(project.renderer().relation_value(node)) : "");
}

void write_test(JsonWriter& out, const Node& node, const Project& project) {
  if (!node.is_generic_test()) return;
  const Node* tested = project.find(node.test.attached_to);
  std::size_t dot = node.test.macro.find('.');
  out.key("test_metadata");
  out.begin_object();
  out.member("name", dot == std::string::npos ? node.test.macro : node.test.macro.substr(dot + 1));
  out.key("kwargs");
  jinja::Value kwargs = to_jinja(node.test.arguments);
  if (!node.test.column.empty()) kwargs.as_dict().set("column_name", node.test.column);
  if (tested) kwargs.as_dict().set("model", model_argument(*tested));
  out.value(kwargs);
  out.key("namespace");
  out.text_or_null(dot == std::string::npos ? "" : node.test.macro.substr(0, dot));
  out.end_object();
  out.key("column_name");
  out.text_or_null(node.test.column);
  bool of_source = tested && tested->type == ResourceType::source;
  out.member("file_key_name",
             (of_source ? "sources." + tested->source_name : "models." + (tested ? tested->name : "")));
  out.key("attached_node");
  out.text_or_null(tested && !of_source ? tested->unique_id : "");
}

// Versions are numbers where they look like numbers.
std::string version_json(const std::string& version) {
  if (version.empty()) return "null";
  bool is_number = document::parse_scalar(version).kind() == Value::Kind::integer;
  return is_number ? version : document::json_quote(version);
}

// A date is the midnight that begins it.
std::string deprecation_json(const Value& date) {
  if (date.is_null()) return "null";
  return document::json_quote(date.raw().size() == 10 ? date.raw() + "T00:00:00+00:00" : date.raw());
}

}  // namespace

void ManifestParts::write_node(const Node& node) {
  write_place(out, node);
  write_identity(node);
  out.member("alias", node.relation.identifier);
  bool hashed = !node.is_generic_test();
  const char* kind = !hashed ? "none" : node.checksum == node.path ? "path" : "sha256";
  json("checksum", fmt::format(R"({{"name": "{}", "checksum": {}}})", kind,
                               document::json_quote(hashed ? node.checksum : "")));
  write_config(node);
  std::vector<std::string> tags = node.tags();
  if (!node.hook.empty()) tags.insert(tags.begin(), node.hook);
  out.key("tags");
  out.texts(tags);
  out.member("description", node.description);
  write_columns(out, node);
  const jinja::Value* meta = node.setting("meta");
  out.key("meta");
  out.value(meta ? *meta : jinja::Value::dict());
  out.key("group");
  out.text_or_null(node.config_text("group"));
  const jinja::Value* docs = node.setting("docs");
  json("docs",
       with_defaults(docs ? to_document(*docs) : Value(), {{"show", "true"}, {"node_color", "null"}}));
  out.key("patch_path");
  out.text_or_null(node.patch.empty() ? "" : node.package + "://" + node.patch);
  json("build_path", "null");
  write_created();
  write_relation_name(out, node, project);
  out.member("raw_code", node.raw_code);
  json("doc_blocks", "[]");
  if (node.type == ResourceType::seed) {
    out.member("root_path", project.package(node.package).folder);
    write_depends_on(node);
  } else {
    out.member("language", is_python(node.path) ? "python" : "sql");
    write_refs(node);
    write_sources(out, node);
    json("metrics", "[]");
    json("functions", "[]");
    write_depends_on(node);
    json("compiled_path", "null");
    json("contract", contract_json(node));
  }
  if (node.type == ResourceType::model) {
    out.member("access", node.config_text("access").empty() ? "protected" : node.config_text("access"));
    json("constraints", constraints_json(node.properties["constraints"], true));
    json("version", version_json(node.version));
    json("latest_version", version_json(node.version.empty() ? "" : node.properties["latest_version"].raw()));
    json("deprecation_date", deprecation_json(node.properties["deprecation_date"]));
    out.key("primary_key");
    out.texts(primary_key_of(node, project));
    const Value& spine = node.properties["time_spine"];
    json("time_spine", spine.is_null() ? "null"
                                       : with_defaults(spine, {{"standard_granularity_column", "null"},
                                                               {"custom_granularities", "[]"}}));
  }
  if (node.type == ResourceType::operation) json("index", std::to_string(node.hook_index));
  write_test(out, node, project);
}

void ManifestParts::write_source(const Node& node) {
  const Value& told = node.properties;
  write_place(out, node);
  write_identity(node);
  out.member("source_name", node.source_name);
  out.member("source_description", told["source_description"].raw());
  out.member("loader", told["loader"].raw());
  out.member("identifier", node.relation.identifier);
  json("quoting",
       with_defaults(told["quoting"],
                     {{"database", "null"}, {"schema", "null"}, {"identifier", "null"}, {"column", "null"}}));
  jinja::Value config = full_config(node);
  for (const char* key : {"loaded_at_field", "loaded_at_query", "freshness"})
    json(key, jinja::to_json(*config.as_dict().find(key)));
  json("external", told["external"].is_null() ? "null"
                                              : with_defaults(told["external"], {{"location", "null"},
                                                                                 {"file_format", "null"},
                                                                                 {"row_format", "null"},
                                                                                 {"tbl_properties", "null"},
                                                                                 {"partitions", "null"}}));
  out.member("description", node.description);
  write_columns(out, node);
  const jinja::Value* meta = node.setting("meta");
  out.key("meta");
  out.value(meta ? *meta : jinja::Value::dict());
  json("source_meta", json_or(told["source_meta"], "{}"));
  out.key("tags");
  out.texts(node.tags());
  write_config(node);
  out.key("patch_path");
  out.text_or_null(node.patch.empty() ? "" : node.package + "://" + node.patch);
  write_relation_name(out, node, project);
  write_created();
  for (const char* key : {"unrendered_database", "unrendered_schema"}) json(key, "null");
  json("doc_blocks", "[]");
}

void ManifestParts::write_unit_test(const Node& node) {
  const Node* model = project.find(node.unit.model);
  out.member("model", model ? model->name : "");
  out.key("given");
  out.begin_array();
  for (const Value& each : node.unit.given.items())
    out.raw(with_defaults(
        each, {{"input", "null"}, {"rows", "null"}, {"format", "\"dict\""}, {"fixture", "null"}}));
  out.end_array();
  json("expect",
       with_defaults(node.unit.expect, {{"rows", "[]"}, {"format", "\"dict\""}, {"fixture", "null"}}));
  write_identity(node);
  out.member("description", node.description);
  json("overrides",
       node.unit.overrides.is_null()
           ? "null"
           : with_defaults(node.unit.overrides, {{"macros", "{}"}, {"vars", "{}"}, {"env_vars", "{}"}}));
  write_depends_on(node);
  write_config(node);
  out.member("checksum", sha256_hex(document::to_json(node.properties)));
  out.member("schema", model ? model->relation.schema : "");
  write_created();
  json("versions", "null");
  json("version", model ? version_json(model->version) : "null");
}

}  // namespace leat::dbt

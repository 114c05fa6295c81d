// The manifest's exposures, metrics, semantic models, saved queries and groups.
#include <fmt/core.h>

#include "dbt/manifest_parts.h"
#include "dbt/renderer.h"

namespace leat::dbt {

using document::Value;

namespace {

std::string json_or(const Value& value, const char* fallback) {
  return value.is_null() ? fallback : document::to_json(value);
}

// A filter is a condition or several; each is kept as it is written.
std::string filter_json(const Value& filter) {
  if (filter.is_null()) return "null";
  std::string all;
  auto add = [&all](const Value& each) {
    all += fmt::format("{}{{\"where_sql_template\": {}}}", all.empty() ? "" : ", ",
                       document::json_quote(each.raw()));
  };
  if (!filter.is_list()) add(filter);
  for (const Value& each : filter.items()) add(each);
  return "{\"where_filters\": [" + all + "]}";
}

// A mention of a measure or a metric is a name, or a mapping with one.
Value as_mention(const Value& given) {
  return given.is_mapping() ? given : Value::mapping({{"name", given}});
}

std::string measure_json(const Value& given) {
  if (given.is_null()) return "null";
  Value mention = as_mention(given);
  return fmt::format(
      R"({{"name": {}, "filter": {}, "alias": {}, "join_to_timespine": {}, "fill_nulls_with": {}}})",
      document::to_json(mention["name"]), filter_json(mention["filter"]), json_or(mention["alias"], "null"),
      json_or(mention["join_to_timespine"], "false"), json_or(mention["fill_nulls_with"], "null"));
}

// "7 days" is seven of day.
std::string window_json(const Value& window) {
  if (window.is_null()) return "null";
  const std::string& text = window.raw();
  std::size_t space = text.find(' ');
  if (space == std::string::npos) return document::json_quote(text);
  std::string unit = text.substr(space + 1);
  if (unit.ends_with('s')) unit.pop_back();
  return fmt::format(R"({{"count": {}, "granularity": {}}})", text.substr(0, space),
                     document::json_quote(unit));
}

std::string metric_json(const Value& given) {
  if (given.is_null()) return "null";
  Value mention = as_mention(given);
  return fmt::format(
      R"({{"name": {}, "filter": {}, "alias": {}, "offset_window": {}, "offset_to_grain": {}}})",
      document::to_json(mention["name"]), filter_json(mention["filter"]), json_or(mention["alias"], "null"),
      window_json(mention["offset_window"]), json_or(mention["offset_to_grain"], "null"));
}

std::string list_json(const std::vector<std::string>& all) {
  std::string out;
  for (const std::string& each : all) out += (out.empty() ? "" : ", ") + each;
  return "[" + out + "]";
}

// The measures that a metric comes from in the end.
void collect_measures(const Project& project, const Node& metric, std::vector<std::string>& all) {
  const Value& given = metric.properties["type_params"];
  if (given.find("measure")) all.push_back(measure_json(given["measure"]));
  for (const char* key : {"base_measure", "conversion_measure"}) {
    const Value& measure = given["conversion_type_params"][key];
    if (!measure.is_null()) all.push_back(measure_json(measure));
  }
  for (const std::string& id : metric.depends_on) {
    const Node* above = project.find(id);
    if (above && above->type == ResourceType::metric) collect_measures(project, *above, all);
  }
}

std::string cumulative_json(const Value& given) {
  return fmt::format(R"({{"window": {}, "grain_to_date": {}, "period_agg": {}, "metric": {}}})",
                     window_json(given["window"]), json_or(given["grain_to_date"], "null"),
                     json_or(given["period_agg"], "\"first\""), metric_json(given["metric"]));
}

std::string conversion_json(const Value& given) {
  if (given.is_null()) return "null";
  return fmt::format(
      R"({{"base_measure": {}, "conversion_measure": {}, "entity": {}, "calculation": {}, "window": {}, )"
      R"("constant_properties": {}}})",
      measure_json(given["base_measure"]), measure_json(given["conversion_measure"]),
      json_or(given["entity"], "null"), json_or(given["calculation"], "\"conversion_rate\""),
      window_json(given["window"]), json_or(given["constant_properties"], "null"));
}

std::string type_params_json(const Project& project, const Node& node) {
  const Value& given = node.properties["type_params"];
  std::vector<std::string> measures, metrics;
  collect_measures(project, node, measures);
  for (const Value& each : given["metrics"].items()) metrics.push_back(metric_json(each));
  return fmt::format(
      R"({{"measure": {}, "input_measures": {}, "numerator": {}, "denominator": {}, "expr": {}, "window": {}, )"
      R"("grain_to_date": {}, "metrics": {}, "conversion_type_params": {}, "cumulative_type_params": {}, )"
      R"("metric_aggregation_params": null}})",
      measure_json(given["measure"]), list_json(measures), metric_json(given["numerator"]),
      metric_json(given["denominator"]), json_or(given["expr"], "null"), window_json(given["window"]),
      json_or(given["grain_to_date"], "null"), list_json(metrics),
      conversion_json(given["conversion_type_params"]),
      node.properties["type"].raw() == "cumulative" ? cumulative_json(given["cumulative_type_params"])
                                                    : "null");
}

// The entry with a member as text: `expr: 1` is "1".
Value with_text(Value entry, const char* key) {
  if (const Value* given = entry.find(key); given && !given->is_null())
    entry.set(key, Value::of(given->raw()));
  return entry;
}

std::string with_config(std::string object, const Value& entry) {
  object.insert(object.size() - 1, ", \"config\": " + with_defaults(entry["config"], {{"meta", "{}"}}));
  return object;
}

}  // namespace

void ManifestParts::write_exposure(const Node& node) {
  write_identity(node);
  const Value& told = node.properties;
  json("type", json_or(told["type"], "\"application\""));
  json("owner", with_defaults(told["owner"], {{"email", "null"}, {"name", "null"}}));
  out.member("description", node.description);
  for (const char* key : {"label", "maturity"}) json(key, json_or(told[key], "null"));
  const jinja::Value* meta = node.setting("meta");
  json("meta", meta ? jinja::to_json(*meta) : "{}");
  out.key("tags");
  out.texts(node.tags());
  write_config(node);
  json("url", json_or(told["url"], "null"));
  write_depends_on(node);
  write_refs(node);
  out.key("sources");
  out.begin_array();
  for (const Reference& each : node.sources) out.texts({each.package, each.name});
  out.end_array();
  out.key("metrics");
  out.begin_array();
  for (const std::string& each : node.metrics) out.texts({each});
  out.end_array();
  write_created();
}

void ManifestParts::write_metric(const Node& node) {
  write_identity(node);
  const Value& told = node.properties;
  out.member("description", node.description);
  for (const char* key : {"label", "type"}) json(key, json_or(told[key], "\"\""));
  json("type_params", type_params_json(project, node));
  json("filter", filter_json(told["filter"]));
  json("metadata", "null");
  json("time_granularity", json_or(told["time_granularity"], "null"));
  const jinja::Value* meta = node.setting("meta");
  json("meta", meta ? jinja::to_json(*meta) : "{}");
  out.key("tags");
  out.texts(node.tags());
  write_config(node);
  json("sources", "[]");
  write_depends_on(node);
  write_refs(node);
  json("metrics", "[]");
  write_created();
  out.key("group");
  out.text_or_null(node.config_text("group"));
}

void ManifestParts::write_semantic_model(const Node& node) {
  write_identity(node);
  const Value& told = node.properties;
  out.member("model", told["model"].raw());
  const Node* model = node.depends_on.empty() ? nullptr : project.find(node.depends_on.front());
  if (model) {
    out.key("node_relation");
    out.begin_object();
    out.member("alias", model->relation.identifier);
    out.member("schema_name", model->relation.schema);
    out.member("database", model->relation.database);
    out.member("relation_name", jinja::to_text(project.renderer().relation_value(*model)));
    out.end_object();
  } else {
    json("node_relation", "null");
  }
  out.key("description");
  out.text_or_null(node.description);
  for (const char* key : {"label", "defaults"}) json(key, json_or(told[key], "null"));
  std::vector<std::string> entities, measures, dimensions;
  for (const Value& each : told["entities"].items())
    entities.push_back(with_config(with_defaults(each, {{"name", "null"},
                                                        {"type", "null"},
                                                        {"description", "null"},
                                                        {"label", "null"},
                                                        {"role", "null"},
                                                        {"expr", "null"}}),
                                   each));
  for (const Value& each : told["measures"].items())
    measures.push_back(with_config(with_defaults(with_text(each, "expr"), {{"name", "null"},
                                                                           {"agg", "null"},
                                                                           {"description", "null"},
                                                                           {"label", "null"},
                                                                           {"create_metric", "false"},
                                                                           {"expr", "null"},
                                                                           {"agg_params", "null"},
                                                                           {"non_additive_dimension", "null"},
                                                                           {"agg_time_dimension", "null"}}),
                                   each));
  for (const Value& each : told["dimensions"].items()) {
    Value dimension = each;
    if (dimension["type_params"].is_mapping() && !dimension["type_params"].find("validity_params"))
      dimension.find("type_params")->set("validity_params", Value());
    dimensions.push_back(with_config(with_defaults(dimension, {{"name", "null"},
                                                               {"type", "null"},
                                                               {"description", "null"},
                                                               {"label", "null"},
                                                               {"is_partition", "false"},
                                                               {"type_params", "null"},
                                                               {"expr", "null"},
                                                               {"metadata", "null"}}),
                                     each));
  }
  json("entities", list_json(entities));
  json("measures", list_json(measures));
  json("dimensions", list_json(dimensions));
  json("metadata", "null");
  write_depends_on(node);
  write_refs(node);
  write_created();
  write_config(node);
  json("primary_entity", json_or(told["primary_entity"], "null"));
  out.key("group");
  out.text_or_null(node.config_text("group"));
}

void ManifestParts::write_saved_query(const Node& node) {
  write_identity(node);
  const Value& told = node.properties;
  const Value& query = told["query_params"];
  json("query_params",
       fmt::format(R"({{"metrics": {}, "group_by": {}, "where": {}, "order_by": {}, "limit": {}}})",
                   json_or(query["metrics"], "[]"), json_or(query["group_by"], "[]"),
                   filter_json(query["where"]), json_or(query["order_by"], "[]"),
                   json_or(query["limit"], "null")));
  std::vector<std::string> exports;
  for (const Value& each : told["exports"].items()) {
    const Value& config = each["config"];
    const Value& schema = config.find("schema") ? config["schema"] : config["schema_name"];
    const TargetInfo& target = project.options().target;
    exports.push_back(fmt::format(
        R"({{"name": {}, "config": {{"export_as": {}, "schema_name": {}, "alias": {}, "database": {}}}, )"
        R"("unrendered_config": {}}})",
        document::to_json(each["name"]), json_or(config["export_as"], "null"),
        schema.is_null() ? document::json_quote(target.schema) : document::to_json(schema),
        config.find("alias") ? document::to_json(config["alias"]) : document::to_json(each["name"]),
        document::json_quote(target.database), json_or(config, "{}")));
  }
  json("exports", list_json(exports));
  out.key("description");
  out.text_or_null(node.description);
  json("label", json_or(told["label"], "null"));
  json("metadata", "null");
  write_config(node);
  out.key("group");
  out.text_or_null(node.config_text("group"));
  write_depends_on(node);
  write_created();
  write_refs(node);
  out.key("tags");
  out.texts(node.tags());
}

void ManifestParts::write_group(const Node& node) {
  write_identity(node);
  json("owner", json_or(node.properties["owner"], "{}"));
  out.key("description");
  out.text_or_null(node.description);
  json("config", with_defaults(node.properties["config"], {{"meta", "{}"}}));
}

}  // namespace leat::dbt

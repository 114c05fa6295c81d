#include "dbt/config_defaults.h"

#include "dbt/renderer.h"
#include "jinja/operations.h"

namespace leat::dbt {

using jinja::Value;

namespace {

Value freshness() {
  auto never = [] { return Value::dict({{"count", Value::none()}, {"period", Value::none()}}); };
  return Value::dict({{"warn_after", never()}, {"error_after", never()}, {"filter", Value::none()}});
}

void set_common(jinja::Dict& dict) {
  dict.set("enabled", Value(true));
  dict.set("alias", Value::none());
  dict.set("schema", Value::none());
  dict.set("database", Value::none());
  dict.set("tags", Value::list());
  dict.set("meta", Value::dict());
  dict.set("group", Value::none());
}

void set_for_tests(jinja::Dict& dict) {
  dict.set("schema", "dbt_test__audit");
  dict.set("materialized", "test");
  dict.set("severity", "ERROR");
  dict.set("store_failures", Value::none());
  dict.set("store_failures_as", Value::none());
  dict.set("where", Value::none());
  dict.set("limit", Value::none());
  dict.set("fail_calc", "count(*)");
  dict.set("warn_if", "!= 0");
  dict.set("error_if", "!= 0");
}

void set_for_built(jinja::Dict& dict) {
  dict.set("materialized", "");  // each node has its own
  dict.set("incremental_strategy", Value::none());
  dict.set("batch_size", Value::none());
  dict.set("lookback", Value(1));
  dict.set("begin", Value::none());
  dict.set("persist_docs", Value::dict());
  dict.set("post-hook", Value::list());
  dict.set("pre-hook", Value::list());
  dict.set("quoting", Value::dict());
  dict.set("column_types", Value::dict());
  dict.set("full_refresh", Value::none());
  dict.set("unique_key", Value::none());
  dict.set("on_schema_change", "ignore");
  dict.set("on_configuration_change", "apply");
  dict.set("grants", Value::dict());
  dict.set("packages", Value::list());
  dict.set("docs", Value::dict({{"show", Value(true)}, {"node_color", Value::none()}}));
  dict.set("contract", Value::dict({{"enforced", Value(false)}, {"alias_types", Value(true)}}));
  dict.set("event_time", Value::none());
  dict.set("concurrent_batches", Value::none());
}

// Settings of a kind of node with what they are when nothing is said.
void set_defaults(jinja::Dict& dict, ResourceType type) {
  switch (type) {
    case ResourceType::source:
      dict.set("enabled", Value(true));
      dict.set("event_time", Value::none());
      dict.set("freshness", freshness());
      dict.set("loaded_at_field", Value::none());
      dict.set("loaded_at_query", Value::none());
      dict.set("meta", Value::dict());
      dict.set("tags", Value::list());
      return;
    case ResourceType::unit_test:
    case ResourceType::exposure:
      dict.set("tags", Value::list());
      dict.set("meta", Value::dict());
      dict.set("enabled", Value(true));
      return;
    case ResourceType::metric:
    case ResourceType::semantic_model:
    case ResourceType::saved_query:
    case ResourceType::group:
      dict.set("enabled", Value(true));
      dict.set("group", Value::none());
      dict.set("meta", Value::dict());
      break;
    default:
      set_common(dict);
      type == ResourceType::test ? set_for_tests(dict) : set_for_built(dict);
  }
  if (type == ResourceType::model) {
    dict.set("access", "protected");
    dict.set("freshness", Value::none());
  }
  if (type == ResourceType::snapshot) {
    Value names = Value::dict();
    for (const char* each :
         {"dbt_valid_to", "dbt_valid_from", "dbt_scd_id", "dbt_updated_at", "dbt_is_deleted"})
      names.as_dict().set(each, Value::none());
    dict.set("snapshot_meta_column_names", names);
    for (const char* each : {"target_schema", "target_database", "updated_at", "dbt_valid_to_current"})
      dict.set(each, Value::none());
  }
  if (type == ResourceType::seed) {
    dict.set("delimiter", ",");
    dict.set("quote_columns", Value::none());
  }
  if (type == ResourceType::saved_query) {
    for (const char* each : {"export_as", "schema"}) dict.set(each, Value::none());
    dict.set("cache", Value::dict({{"enabled", Value(false)}}));
  }
}

// The same for all nodes of a kind: made once, and shared by their configurations.
const jinja::Dict& defaults_of(ResourceType type) {
  static const std::vector<Value> all = [] {
    std::vector<Value> made;
    for (int each = 0; each <= static_cast<int>(ResourceType::group); ++each) {
      made.push_back(Value::dict());
      set_defaults(made.back().as_dict(), static_cast<ResourceType>(each));
    }
    return made;
  }();
  return all[static_cast<std::size_t>(type)].as_dict();
}

// A source's freshness with both its limits, where it has one.
Value whole_freshness(const Value& given) {
  if (!given.is_dict()) return given;
  Value whole = freshness();
  given.as_dict().each([&](const Value& key, const Value& value) { whole.as_dict().set(key, value); });
  return whole;
}

}  // namespace

Value full_config(const Node& node) {
  Value config = Value::dict();
  jinja::Dict& dict = config.as_dict();
  defaults_of(node.type).each([&](const Value& key, const Value& value) { dict.set(key, value); });
  if (dict.find("incremental_strategy")) dict.set("materialized", node.materialized());
  if (!node.config.is_dict()) return config;
  node.config.as_dict().each([&](const Value& key, const Value& value) {
    const std::string& name = key.as_string();
    if (name == "pre_hook" || name == "post_hook") {
      std::vector<Value> hooks;
      Value given = hooks_of(node, name);
      for (const Value& each : given.items()) {
        each.as_dict().set("index", Value::none());
        hooks.push_back(each);
      }
      dict.set(name == "pre_hook" ? "pre-hook" : "post-hook", Value::list(std::move(hooks)));
    } else if (name == "freshness" && node.type == ResourceType::source) {
      dict.set(name, whole_freshness(value));
    } else if (name == "contract" && value.is_dict()) {
      Value whole = Value::dict();
      dict.find(name)->as_dict().each(
          [&](const Value& part, const Value& set) { whole.as_dict().set(part, set); });
      value.as_dict().each([&](const Value& part, const Value& set) { whole.as_dict().set(part, set); });
      dict.set(name, whole);
    } else if (name == "tags") {
      std::vector<std::string> tags = node.tags();
      dict.set("tags", Value::list(std::vector<Value>(tags.begin(), tags.end())));
    } else {
      dict.set(name, value);
    }
  });
  if (const Value* stored = node.setting("store_failures"); stored && !node.setting("store_failures_as"))
    dict.set("store_failures_as", jinja::truth(*stored) ? "table" : "ephemeral");
  return config;
}

}  // namespace leat::dbt

#include "sources/declarative/config_rules.h"

#include "base/error.h"
#include "jinja/operations.h"
#include "sources/declarative/analytics_filters.h"
#include "sources/declarative/json_value.h"
#include "sources/declarative/known_classes.h"
#include "sources/declarative/manifest.h"
#include "sources/declarative/record_path_values.h"

namespace leat::sources::declarative {
namespace {

// What templates of a rule see.
struct Rule {
  const Value& component;
  const Interpolation& interpolation;
  const jinja::Value& config;

  Interpolated text(const Value& setting) const {
    if (setting.is_null()) return {};
    return Interpolated(setting, component["$parameters"], interpolation, config);
  }
  std::vector<std::string> path(const Value& list) const {
    std::vector<std::string> out;
    for (const Value& segment : list.items()) out.push_back(text(segment).text(Scope()));
    return out;
  }
};

void add_fields(const Rule& rule, jinja::Value& config) {
  Interpolated condition = rule.text(rule.component["condition"]);
  for (const Value& field : need(rule.component, "fields").items()) {
    jinja::Value value = rule.text(need(field, "value")).evaluate(Scope());
    const std::string& type = field["value_type"].raw();
    if (type == "string" && !value.is_string()) value = jinja::Value(jinja::to_text(value));
    Scope scope;
    scope.set("value", value);
    if (!condition.empty() && !condition.truth(scope)) continue;
    set_at(config, rule.path(need(field, "path")), std::move(value));
  }
}

void remove_fields(const Rule& rule, jinja::Value& config) {
  Interpolated condition = rule.text(rule.component["condition"]);
  for (const Value& pointer : need(rule.component, "field_pointers").items()) {
    std::vector<std::string> path = rule.path(pointer);
    std::optional<jinja::Value> value = value_at(config, path);
    if (path.empty() || !value) continue;
    Scope scope;
    scope.set("property", *value);
    if (!condition.empty() && !condition.truth(scope)) continue;
    std::string last = path.back();
    path.pop_back();
    std::optional<jinja::Value> holder = path.empty() ? config : value_at(config, path);
    if (holder && holder->is_dict()) holder->as_dict().erase(jinja::Value(last));
  }
}

void remap_field(const Rule& rule, jinja::Value& config) {
  std::vector<std::string> path = rule.path(need(rule.component, "field_path"));
  std::optional<jinja::Value> value = value_at(config, path);
  if (path.empty() || !value) return;
  const Value& map = need(rule.component, "map");
  jinja::Value meanings =
      map.is_text() ? rule.text(map).evaluate(Scope())
                    : InterpolatedTree(map, rule.component["$parameters"], rule.interpolation, rule.config)
                          .evaluate(Scope());
  const jinja::Value* meaning = meanings.find(jinja::to_text(*value));
  if (meaning) set_at(config, path, *meaning);
}

// Mailchimp's keys end with the data center that they belong to.
void set_data_center(const Rule& rule, jinja::Value& config) {
  if (auto there = value_at(config, {"data_center"}); there && jinja::truth(*there)) return;
  std::optional<jinja::Value> key = value_at(config, {"apikey"});
  if (!key) key = value_at(config, {"credentials", "apikey"});
  std::string text = key ? jinja::to_text(*key) : std::string();
  std::size_t dash = text.rfind('-');
  if (dash == std::string::npos) {
    throw Error(ErrorCode::config_invalid, "The data center can't be seen from the credentials",
                rule.component.where())
        .fix("Set `data_center` in the config, such as us10.");
  }
  set_at(config, {"data_center"}, jinja::Value(text.substr(dash + 1)));
}

// A host, perhaps with a scheme, without a path.
void check_host(const jinja::Value& value, const std::string& where) {
  std::string text = jinja::to_text(value);
  std::size_t scheme = text.find("://");
  std::string host = scheme == std::string::npos ? text : text.substr(scheme + 3);
  bool good = text.find('.') != std::string::npos && host.find('/') == std::string::npos &&
              (scheme == std::string::npos || text.starts_with("http://") || text.starts_with("https://"));
  if (!good)
    throw Error(ErrorCode::config_invalid, "The address of the API has to be a host without a path", where);
}

}  // namespace

void ConfigRules::apply(const Value& transformations, jinja::Value& config,
                        const Interpolation& interpolation) const {
  for (const Value& each : transformations.items()) {
    Rule rule{each, interpolation, config};
    std::string name = component_name(each);
    if (name == "ConfigAddFields") {
      add_fields(rule, config);
    } else if (name == "ConfigRemoveFields") {
      remove_fields(rule, config);
    } else if (name == "ConfigRemapField") {
      remap_field(rule, config);
    } else if (class_of(each) == "ExtractAndSetDataCenterConfigValue") {
      set_data_center(rule, config);
    } else if (class_of(each) == "DimensionFilterConfigTransformation") {
      rewrite_dimension_filters(config);
    } else {
      refuse_component(each, "transformations",
                       {"ConfigAddFields", "ConfigRemapField", "ConfigRemoveFields"});
    }
  }
}

void ConfigRules::migrate(jinja::Value& config, const Interpolation& interpolation) const {
  for (const Value& migration : rules_["config_migrations"].items())
    apply(migration["transformations"], config, interpolation);
}

void ConfigRules::transform(jinja::Value& config, const Interpolation& interpolation) const {
  apply(rules_["transformations"], config, interpolation);
}

void ConfigRules::validate(const jinja::Value& config, const Interpolation& interpolation) const {
  for (const Value& each : rules_["validations"].items()) {
    Rule rule{each, interpolation, config};
    std::string name = component_name(each);
    const Value& strategy = need(each, "validation_strategy");
    // What other classes would refuse, the API does.
    bool is_class = strategy["type"].raw() == "CustomValidationStrategy";
    if (is_class && class_of(strategy) != "ValidateApiUrl") continue;
    if (!is_class && component_name(strategy) != "ValidateAdheresToSchema")
      refuse_component(strategy, "validation_strategy", {"ValidateAdheresToSchema"});
    std::vector<jinja::Value> values;
    if (name == "DpathValidator") {
      values = values_at(config, rule.path(need(each, "field_path")));
    } else if (name == "PredicateValidator") {
      const Value& value = need(each, "value");
      values.push_back(value.is_text() ? rule.text(value).evaluate(Scope()) : to_jinja(value));
    } else {
      refuse_component(each, "validations", {"DpathValidator", "PredicateValidator"});
    }
    if (is_class) {
      for (const jinja::Value& value : values) check_host(value, each.where());
      continue;
    }
    const Value& base = need(strategy, "base_schema");
    Value schema = base.is_text() ? document::parse_json(base.raw(), "base_schema") : base;
    for (const jinja::Value& value : values) {
      Value document =
          value.is_string() ? Value::of(value.as_string()) : document::parse_json(json_text(value), "config");
      if (value.is_string() && !value.as_string().empty() &&
          (value.as_string()[0] == '{' || value.as_string()[0] == '[')) {
        document = document::parse_json(value.as_string(), "config");
      }
      document.set_mark(each.mark());
      check_config(document, schema);
    }
  }
}

}  // namespace leat::sources::declarative

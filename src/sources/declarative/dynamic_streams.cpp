#include "sources/declarative/dynamic_streams.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "jinja/operations.h"
#include "sources/declarative/json_value.h"
#include "sources/declarative/propagation.h"
#include "sources/declarative/record_path_values.h"
#include "sources/declarative/retriever.h"

namespace leat::sources::declarative {
namespace {

constexpr std::size_t kStreamsMax = 10'000;

// One ComponentMappingDefinition.
struct Mapping {
  std::vector<Interpolated> path;
  Interpolated value, condition;
  std::string type;
  bool creates;

  Mapping(const Value& component, const Workshop& workshop)
      : value((need(component, "value"), workshop.text(component, "value"))),
        condition(workshop.text(component, "condition")),
        type(plain_text(component, "value_type")),
        creates(plain_flag(component, "create_or_update")) {
    for (const Value& segment : need(component, "field_path").items()) {
      path.emplace_back(segment, component["$parameters"], workshop.interpolation, workshop.config);
    }
  }
};

// Sets what is there at the path; false when there is nothing.
bool set_existing(Value& at, const std::vector<std::string>& path, std::size_t depth, const Value& leaf) {
  if (depth == path.size()) {
    at = leaf;
    return true;
  }
  bool found = false;
  if (at.is_mapping()) {
    for (auto& [name, member] : at.members()) {
      if (name == path[depth] || glob_matches(path[depth], name))
        found = set_existing(member, path, depth + 1, leaf) || found;
    }
  }
  for (std::size_t i = 0; at.is_list() && i < at.items().size(); ++i) {
    if (glob_matches(path[depth], std::to_string(i)))
      found = set_existing(at.items()[i], path, depth + 1, leaf) || found;
  }
  return found;
}

void create(Value& root, const std::vector<std::string>& path, const Value& leaf) {
  Value* at = &root;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    if (!at->find(path[i])) at->set(path[i], Value::mapping());
    at = at->find(path[i]);
  }
  at->set(path.back(), leaf);
}

class Resolver {
 public:
  Resolver(const Value& definition, const Workshop& workshop)
      : workshop_(workshop),
        template_(need(definition, "stream_template")),
        resolver_(need(definition, "components_resolver")),
        kind_(component_name(resolver_)) {
    for (const Value& each : need(resolver_, "components_mapping").items())
      mappings_.emplace_back(each, workshop);
  }

  std::vector<Value> resolve() {
    if (kind_ == "HttpComponentsResolver") {
      from_api();
    } else if (kind_ == "ConfigComponentsResolver") {
      from_config();
    } else if (kind_ == "ParametrizedComponentsResolver") {
      const Value& parameters = need(resolver_, "stream_parameters");
      for (const Value& each : need(parameters, "list_of_parameters_for_stream").items())
        add(to_jinja(each), jinja::Value::dict());
    } else {
      refuse_component(
          resolver_, "components_resolver",
          {"ConfigComponentsResolver", "HttpComponentsResolver", "ParametrizedComponentsResolver"});
    }
    return std::move(out_);
  }

 private:
  void from_api() {
    std::unique_ptr<Retriever> retriever = make_retriever(need(resolver_, "retriever"), Value(), workshop_);
    std::unique_ptr<PartitionRun> parts = retriever->router() ? retriever->router()->start(Value()) : nullptr;
    bool given = false;
    ReadPlan plan;
    plan.stream = "dynamic streams";
    plan.concurrency = 1;
    if (retriever->router()) plan.contributors.push_back(retriever->router());
    plan.next_slice = [&]() -> std::optional<StreamSlice> {
      StreamSlice slice;
      if (!parts) return std::exchange(given, true) ? std::nullopt : std::optional(slice);
      std::optional<Partition> part = parts->next();
      if (!part) return std::nullopt;
      slice.keys = slice.partition = part->keys;
      slice.extra = part->extra;
      return slice;
    };
    plan.on_record = [&](jinja::Value&& record, const StreamSlice& slice) {
      add(record, slice_value(slice));
    };
    retriever->read(plan);
  }

  // Every combination of the lists in the config.
  void from_config() {
    const Value& setting = need(resolver_, "stream_config");
    std::vector<const Value*> configs;
    if (setting.is_list()) {
      for (const Value& each : setting.items()) configs.push_back(&each);
    } else {
      configs.push_back(&setting);
    }
    std::vector<jinja::Value> combined{jinja::Value::dict()};
    for (std::size_t i = 0; i < configs.size(); ++i) {
      std::vector<jinja::Value> items = items_of(*configs[i]), wider;
      if (combined.size() * items.size() > kStreamsMax) too_many();
      for (const jinja::Value& left : combined) {
        for (std::size_t k = 0; k < items.size(); ++k) wider.push_back(merged(left, items[k], i, k));
      }
      combined = std::move(wider);
    }
    for (const jinja::Value& each : combined) add(each, jinja::Value::dict());
  }
  std::vector<jinja::Value> items_of(const Value& config) const {
    std::vector<std::string> path = texts_now(need(config, "configs_pointer"), config, workshop_);
    std::optional<jinja::Value> found = value_at(workshop_.config, path);
    std::vector<jinja::Value> out;
    if (found && found->is_list()) {
      out = found->items();
    } else if (found) {
      out.push_back(*found);
    }
    for (const Value& each : config["default_values"].items()) out.push_back(to_jinja(each));
    return out;
  }
  static jinja::Value merged(const jinja::Value& left, const jinja::Value& item, std::size_t list,
                             std::size_t index) {
    jinja::Value out = jinja::Value::dict();
    for (const jinja::Value* side : {&left, &item}) {
      if (!side->is_dict()) continue;
      side->as_dict().each(
          [&](const jinja::Value& key, const jinja::Value& value) { out.as_dict().set(key, value); });
    }
    if (!item.is_dict()) {
      out.as_dict().set(fmt::format("source_config_{}", list),
                        jinja::Value::tuple({jinja::Value(static_cast<std::int64_t>(index)), item}));
    }
    return out;
  }
  [[noreturn]] void too_many() const {
    throw Error(ErrorCode::config_invalid, fmt::format("More than {} dynamic streams", kStreamsMax),
                resolver_.where());
  }

  void add(const jinja::Value& values, const jinja::Value& slice) {
    if (out_.size() >= kStreamsMax) too_many();
    Scope scope;
    scope.set("components_values", values);
    scope.set("stream_template_config", to_jinja(template_));
    scope.set_slice(slice);
    Value stream = template_;
    for (const Mapping& mapping : mappings_) {
      if (!mapping.condition.empty() && !mapping.condition.truth(scope)) continue;
      Value leaf = leaf_of(mapping, scope);
      std::vector<std::string> path;
      for (const Interpolated& segment : mapping.path) path.push_back(segment.text(scope));
      bool found = set_existing(stream, path, 0, leaf);
      if (!found && mapping.creates && !path.empty()) create(stream, path, leaf);
    }
    out_.push_back(std::move(stream));
  }

  Value leaf_of(const Mapping& mapping, const Scope& scope) const {
    jinja::Value value = mapping.value.evaluate(scope);
    if (mapping.type == "string" && !value.is_string()) value = jinja::Value(jinja::to_text(value));
    Value out;
    if (!value.is_string()) {
      out = document::parse_json(json_text(value), "component");
    } else if (kind_ == "HttpComponentsResolver" || mapping.type == "string") {
      out = Value::of(value.as_string());
    } else {
      out = yaml_or_text(value.as_string());
    }
    out.set_mark(template_.mark());
    return out;
  }
  // Text that is YAML of something else than text stands for that.
  static Value yaml_or_text(const std::string& text) {
    if (text.find("{{") != std::string::npos || text.find('%') != std::string::npos || text.empty())
      return Value::of(text);
    try {
      return document::parse_yaml(text, "component");
    } catch (const Error&) {
      return Value::of(text);
    }
  }

  const Workshop& workshop_;
  Value template_, resolver_;
  std::string kind_;
  std::vector<Mapping> mappings_;
  std::vector<Value> out_;
};

}  // namespace

DynamicStreams make_dynamic_streams(const Value& definition, std::size_t index, const Workshop& workshop) {
  DynamicStreams out;
  out.name = plain_text(definition, "name", fmt::format("dynamic_stream_{}", index));
  bool parent_wins = plain_flag(definition, "use_parent_parameters", true);
  std::vector<std::string> names;
  for (Value& raw : Resolver(definition, workshop).resolve()) {
    Value component = propagate(raw, parent_wins);
    std::string name = workshop.text_now(component, "name");
    if (std::find(names.begin(), names.end(), name) != names.end()) {
      throw Error(ErrorCode::config_invalid, fmt::format("Two dynamic streams have the name `{}`", name),
                  definition.where());
    }
    names.push_back(name);
    out.components.push_back(std::move(component));
  }
  return out;
}

}  // namespace leat::sources::declarative

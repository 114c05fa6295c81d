#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "jinja/operations.h"
#include "sources/declarative/json_value.h"
#include "sources/declarative/record_path_values.h"
#include "sources/declarative/retriever.h"
#include "sources/declarative/schema_loaders.h"

namespace leat::sources::declarative {
namespace {

// Airbyte's types as JSON schema.
constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
    {"string", R"({"type":["null","string"]})"},
    {"boolean", R"({"type":["null","boolean"]})"},
    {"date", R"({"type":["null","string"],"format":"date"})"},
    {"timestamp_without_timezone",
     R"({"type":["null","string"],"format":"date-time","airbyte_type":"timestamp_without_timezone"})"},
    {"timestamp_with_timezone", R"({"type":["null","string"],"format":"date-time"})"},
    {"time_without_timezone",
     R"({"type":["null","string"],"format":"time","airbyte_type":"time_without_timezone"})"},
    {"time_with_timezone",
     R"({"type":["null","string"],"format":"time","airbyte_type":"time_with_timezone"})"},
    {"integer", R"({"type":["null","integer"]})"},
    {"number", R"({"type":["null","number"]})"},
    {"array", R"({"type":["null","array"]})"},
    {"object", R"({"type":["null","object"]})"},
};

// DynamicSchemaLoader: the API describes the fields of its records.
class DynamicSchemaLoader final : public SchemaLoader {
 public:
  DynamicSchemaLoader(const Value& component, const Workshop& workshop)
      : retriever_(make_retriever(need(component, "retriever"), Value(), workshop)),
        filter_(workshop.text(component["schema_filter"], "condition")) {
    const Value& identifier = need(component, "schema_type_identifier");
    schema_pointer_ = texts_now(identifier["schema_pointer"], identifier, workshop);
    key_pointer_ = texts_now(need(identifier, "key_pointer"), identifier, workshop);
    type_pointer_ = texts_now(identifier["type_pointer"], identifier, workshop);
    for (const Value& row : identifier["types_mapping"].items()) {
      mappings_.push_back(
          {to_jinja(need(row, "current_type")), need(row, "target_type"), workshop.text(row, "condition")});
    }
    for (const Value& each : component["schema_transformations"].items())
      transformations_.push_back(make_transformation(each, workshop));
  }

  std::vector<Field> load(const Requester& requester) const override {
    return fields_of_schema(schema(requester));
  }

  Value schema(const Requester&) const override {
    jinja::Value properties = jinja::Value::dict();
    for (const jinja::Value& row : described()) {
      std::optional<jinja::Value> key = value_at(row, key_pointer_);
      if (!key || !key->is_string()) {
        throw Error(ErrorCode::source_schema, "A field that the API describes has no name");
      }
      properties.as_dict().set(key->as_string(), to_jinja(type_of(row)));
    }
    properties = filtered(properties);
    Scope scope;
    scope.set("record", properties);
    for (const auto& transformation : transformations_) transformation->apply(properties, scope);
    Value out = Value::mapping();
    out.set("$schema", Value::of("https://json-schema.org/draft-07/schema#"));
    out.set("type", Value::of("object"));
    out.set("additionalProperties", Value::of(true));
    out.set("properties", document::parse_json(json_text(properties), "schema"));
    return out;
  }

 private:
  struct Mapping {
    jinja::Value current;
    Value target;
    Interpolated condition;
  };

  std::vector<jinja::Value> described() const {
    std::optional<jinja::Value> first;
    ReadPlan plan;
    plan.stream = "schema";
    plan.concurrency = 1;
    plan.records_max = 1;
    bool given = false;
    plan.next_slice = [&]() -> std::optional<StreamSlice> {
      return std::exchange(given, true) ? std::nullopt : std::optional(StreamSlice{});
    };
    plan.on_record = [&](jinja::Value&& record, const StreamSlice&) {
      if (!first) first = std::move(record);
    };
    retriever_->read(plan);
    if (!first) return {};
    std::optional<jinja::Value> rows = value_at(*first, schema_pointer_);
    if (!rows) return {};
    return rows->is_list() ? rows->items() : std::vector<jinja::Value>{*rows};
  }

  Value type_of(const jinja::Value& row) const {
    std::optional<jinja::Value> raw;
    if (!type_pointer_.empty()) raw = value_at(row, type_pointer_);
    jinja::Value type = raw ? *raw : jinja::Value("string");
    Scope scope;
    scope.set("raw_schema", row);
    for (const Mapping& mapping : mappings_) {
      if (jinja::equals(type, mapping.current) &&
          (mapping.condition.empty() || mapping.condition.truth(scope))) {
        return schema_of_type(mapping.target);
      }
    }
    return schema_of_type(document::parse_json(json_text(type), "type"));
  }

  static Value schema_of_type(const Value& type) {
    if (type.is_mapping()) {
      Value out = schema_of_type(need(type, "field_type"));
      if (type.find("items")) out.set("items", schema_of_type(type["items"]));
      return out;
    }
    if (type.is_list() && type.items().size() == 2) {
      Value out = Value::mapping();
      out.set("oneOf", Value::list({schema_of_type(type.items()[0]), schema_of_type(type.items()[1])}));
      return out;
    }
    for (const auto& [name, schema] : kTypes) {
      if (name == type.raw()) return document::parse_json(schema, "type");
    }
    throw Error(ErrorCode::source_schema,
                fmt::format("The API describes a field of the type `{}`", type.raw()))
        .fix("Map it with `types_mapping` of the schema_type_identifier.");
  }

  jinja::Value filtered(const jinja::Value& properties) const {
    if (filter_.empty()) return properties;
    jinja::Value out = jinja::Value::dict();
    properties.as_dict().each([&](const jinja::Value& key, const jinja::Value& value) {
      Scope scope;
      jinja::Value record = jinja::Value::dict();
      record.as_dict().set(key, value);
      scope.set("record", record);
      if (filter_.truth(scope)) out.as_dict().set(key, value);
    });
    return out;
  }

  std::unique_ptr<Retriever> retriever_;
  Interpolated filter_;
  std::vector<std::string> schema_pointer_, key_pointer_, type_pointer_;
  std::vector<Mapping> mappings_;
  std::vector<std::unique_ptr<Transformation>> transformations_;
};

}  // namespace

std::unique_ptr<SchemaLoader> make_dynamic_schema_loader(const Value& component, const Workshop& workshop) {
  return std::make_unique<DynamicSchemaLoader>(component, workshop);
}

}  // namespace leat::sources::declarative

#include "sources/declarative/schema_loaders.h"

#include <algorithm>

#include "base/error.h"
#include "sources/declarative/socrata_schema.h"

namespace leat::sources::declarative {
namespace {

using batch::Type;
using batch::TypeKind;

// The type names of a property without "null"; of anyOf and oneOf, those of all branches.
void collect_types(const Value& property, std::vector<std::string>& types, int depth = 0) {
  auto add = [&](const std::string& name) {
    if (name != "null" && std::find(types.begin(), types.end(), name) == types.end()) types.push_back(name);
  };
  if (property["type"].is_text()) add(property["type"].raw());
  for (const Value& name : property["type"].items()) add(name.raw());
  for (std::string_view choice : {"anyOf", "oneOf"}) {
    for (const Value& branch : property[choice].items()) {
      if (depth < 8) collect_types(branch, types, depth + 1);
    }
  }
}

Type text_type(const Value& property) {
  const std::string &format = property["format"].raw(), &airbyte = property["airbyte_type"].raw();
  if (format == "date") return Type{TypeKind::date};
  if (format == "date-time") {
    return Type{airbyte == "timestamp_without_timezone" ? TypeKind::timestamp : TypeKind::timestamptz};
  }
  if (format == "time" && airbyte == "time_without_timezone") return Type{TypeKind::time};
  return Type{TypeKind::text};
}

Type type_of_property(const Value& property) {
  std::vector<std::string> types;
  collect_types(property, types);
  bool is_whole = property["airbyte_type"].raw() == "integer";
  if (types.size() == 1) {
    const std::string& name = types[0];
    if (name == "string") return text_type(property);
    if (name == "integer" || (name == "number" && is_whole)) return Type{TypeKind::int64};
    if (name == "number") return Type{TypeKind::float64};
    if (name == "boolean") return Type{TypeKind::boolean};
    return Type{TypeKind::json};
  }
  bool all_numbers = !types.empty() && std::all_of(types.begin(), types.end(), [](const std::string& name) {
    return name == "integer" || name == "number";
  });
  if (all_numbers) return Type{TypeKind::float64};
  bool has_container = std::any_of(types.begin(), types.end(), [](const std::string& name) {
    return name == "object" || name == "array";
  });
  return Type{types.empty() || has_container ? TypeKind::json : TypeKind::text};
}

// A schema that is known from the beginning.
class KnownSchema : public SchemaLoader {
 public:
  std::vector<Field> load(const Requester&) const override { return fields_of_schema(schema_); }
  Value schema(const Requester&) const override { return schema_; }

 protected:
  Value schema_;
};

class InlineSchemaLoader final : public KnownSchema {
 public:
  InlineSchemaLoader(const Value& component, const Workshop&) { schema_ = component["schema"]; }
};

class JsonFileSchemaLoader final : public KnownSchema {
 public:
  JsonFileSchemaLoader(const Value& component, const Workshop& workshop) {
    std::string path = workshop.text_now(component, "file_path");
    if (path.empty()) return;
    if (path[0] != '/' && component.mark().file) {
      path = component.mark().file->substr(0, component.mark().file->rfind('/') + 1) + path;
    }
    schema_ = document::parse_json(document::read_file(path), path);
  }
};

// The metrics of Google's Search Console, with the dimensions of a report.
class SearchConsoleSchema final : public KnownSchema {
 public:
  SearchConsoleSchema(const Value& component, const Workshop&) {
    schema_ = document::parse_json(
        R"({"$schema":"https://json-schema.org/draft-07/schema#","type":["null","object"],"additionalProperties":true,"properties":{"clicks":{"type":["null","integer"]},"ctr":{"type":["null","number"],"multipleOf":1e-25},"impressions":{"type":["null","integer"]},"position":{"type":["null","number"],"multipleOf":1e-25},"search_type":{"type":["null","string"]},"site_url":{"type":["null","string"]}}})",
        "schema");
    std::vector<std::string> dimensions;
    for (const Value& each : component["dimensions"].items()) dimensions.push_back(each.raw());
    std::sort(dimensions.begin(), dimensions.end());
    Value properties = schema_["properties"];
    for (const std::string& name : dimensions) {
      Value property = document::parse_json(R"({"type":["null","string"]})", "schema");
      if (name == "date") property.set("format", Value::of("date"));
      properties.set(name, property);
    }
    schema_.set("properties", properties);
  }
};

// Several loaders: of a property in more than one, the first counts.
class CompositeSchemaLoader final : public SchemaLoader {
 public:
  CompositeSchemaLoader(const Value& loaders, const Workshop& workshop) {
    for (const Value& each : loaders.items()) loaders_.push_back(make_schema_loader(each, workshop));
  }
  std::vector<Field> load(const Requester& requester) const override {
    return fields_of_schema(schema(requester));
  }
  Value schema(const Requester& requester) const override {
    Value out = Value::mapping(), properties = Value::mapping();
    for (const auto& loader : loaders_) {
      Value one = loader->schema(requester);
      for (const auto& [name, property] : one["properties"].members()) {
        if (!properties.find(name)) properties.set(name, property);
      }
    }
    out.set("properties", std::move(properties));
    return out;
  }

 private:
  std::vector<std::unique_ptr<SchemaLoader>> loaders_;
};

template <class T>
std::unique_ptr<SchemaLoader> make(const Value& component, const Workshop& workshop) {
  return std::make_unique<T>(component, workshop);
}

constexpr ComponentRow<SchemaLoader> kSchemaLoaders[] = {
    {"DynamicSchemaLoader", make_dynamic_schema_loader},
    {"InlineSchemaLoader", make<InlineSchemaLoader>},
    {"JsonFileSchemaLoader", make<JsonFileSchemaLoader>},
    {"SearchConsoleSchema", make<SearchConsoleSchema>},
    {"leat.SocrataSchemaLoader", make_socrata_schema_loader},
};

}  // namespace

std::vector<Field> fields_of_schema(const Value& schema) {
  std::vector<Field> fields;
  for (const auto& [name, property] : schema["properties"].members()) {
    fields.push_back({name, type_of_property(property), false, false});
  }
  return fields;
}

std::unique_ptr<SchemaLoader> make_schema_loader(const Value& component, const Workshop& workshop) {
  if (component.is_list()) return std::make_unique<CompositeSchemaLoader>(component, workshop);
  return make_component<SchemaLoader>(kSchemaLoaders, component, "schema_loader", workshop);
}

}  // namespace leat::sources::declarative

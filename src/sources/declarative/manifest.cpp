#include "sources/declarative/manifest.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "base/secret.h"
#include "base/spec.h"
#include "jinja/regex.h"
#include "sources/declarative/component.h"
#include "sources/declarative/propagation.h"
#include "sources/declarative/references.h"

namespace leat::sources::declarative {
namespace {

bool has_type(const Value& value, std::string_view type) {
  using Kind = Value::Kind;
  switch (value.kind()) {
    case Kind::null:
      return type == "null";
    case Kind::boolean:
      return type == "boolean";
    case Kind::integer:
      return type == "integer" || type == "number";
    case Kind::real:
      return type == "number" || (type == "integer" && value.real() == static_cast<double>(value.integer()));
    case Kind::text:
      return type == "string";
    case Kind::list:
      return type == "array";
    case Kind::mapping:
      return type == "object";
  }
  return false;
}

bool has_any_type(const Value& value, const Value& types) {
  if (types.is_text()) return has_type(value, types.raw());
  return types.items().empty() || std::any_of(types.items().begin(), types.items().end(),
                                              [&](const Value& each) { return has_type(value, each.raw()); });
}

std::string names_of(const Value& types) {
  if (types.is_text()) return types.raw();
  std::string out;
  for (const Value& each : types.items()) out += (out.empty() ? "" : " or ") + each.raw();
  return out;
}

class ConfigCheck {
 public:
  void check(const Value& value, const Value& schema, const std::string& path) {
    if (schema["airbyte_secret"].boolean()) register_secret(value.raw());
    if (schema.find("type") && !has_any_type(value, schema["type"])) {
      // Settings that came out of an environment variable are text.
      if (!value.is_text() || !has_any_type(document::parse_scalar(value.raw()), schema["type"])) {
        return complain(value, fmt::format("`{}` has to be {}", path, names_of(schema["type"])));
      }
    }
    check_scalar(value, schema, path);
    check_members(value, schema, path);
    const Value& items = schema["items"];
    for (std::size_t i = 0; items.is_mapping() && i < value.items().size(); ++i) {
      check(value.items()[i], items, fmt::format("{}[{}]", path, i));
    }
    const Value& choices = schema["oneOf"];
    if (!choices.items().empty()) check_choice(value, choices, path);
  }
  void finish() const {
    if (problems_.empty()) return;
    std::string rest;
    for (std::size_t i = 1; i < problems_.size(); ++i) {
      rest += fmt::format("\n  {}: {}", problems_[i].first, problems_[i].second);
    }
    throw Error(ErrorCode::config_invalid, problems_[0].second + rest, problems_[0].first);
  }
  std::size_t problem_count() const { return problems_.size(); }

 private:
  void complain(const Value& at, std::string what) { problems_.emplace_back(at.where(), std::move(what)); }

  void check_scalar(const Value& value, const Value& schema, const std::string& path) {
    if (const Value* options = schema.find("enum"); options && !options->items().empty()) {
      bool found = std::any_of(options->items().begin(), options->items().end(),
                               [&](const Value& each) { return each.raw() == value.raw(); });
      if (!found)
        complain(value, fmt::format("`{}` is not one of the values that the connector knows", path));
    }
    if (const Value* constant = schema.find("const"); constant && constant->raw() != value.raw()) {
      complain(value, fmt::format("`{}` has to be {}", path, constant->raw()));
    }
    // An optional setting that is left empty needs no form.
    if (const Value* pattern = schema.find("pattern"); pattern && value.is_text() && !value.raw().empty()) {
      if (!jinja::regex_first(pattern->raw(), value.raw())) {
        complain(value, fmt::format("`{}` does not match {}", path, pattern->raw()));
      }
    }
    bool is_number = value.kind() == Value::Kind::integer || value.kind() == Value::Kind::real;
    if (is_number && schema.find("minimum") && value.real() < schema["minimum"].real()) {
      complain(value, fmt::format("`{}` is below {}", path, schema["minimum"].raw()));
    }
    if (is_number && schema.find("maximum") && value.real() > schema["maximum"].real()) {
      complain(value, fmt::format("`{}` is above {}", path, schema["maximum"].raw()));
    }
  }

  void check_members(const Value& value, const Value& schema, const std::string& path) {
    const Value& properties = schema["properties"];
    auto below = [&](const std::string& name) { return path.empty() ? name : path + "." + name; };
    for (const Value& name : schema["required"].items()) {
      if (!value.is_mapping()) break;
      if (!value.find(name.raw())) {
        const Value& property = properties[name.raw()];
        std::string words = property["title"].is_text() ? " (" + property["title"].raw() + ")" : "";
        complain(value, fmt::format("`{}`{} is missing in the config", below(name.raw()), words));
      }
    }
    std::vector<std::string> known;
    for (const auto& property : properties.members()) known.push_back(property.first);
    for (const auto& [name, member] : value.members()) {
      if (const Value* property = properties.find(name)) {
        check(member, *property, below(name));
      } else if (schema["additionalProperties"].kind() == Value::Kind::boolean &&
                 !schema["additionalProperties"].boolean()) {
        std::string near = nearest(name, known);
        complain(member, fmt::format("`{}` is no setting of this connector{}", below(name),
                                     near.empty() ? "" : fmt::format("; did you mean `{}`?", near)));
      }
    }
  }

  void check_choice(const Value& value, const Value& choices, const std::string& path) {
    std::optional<ConfigCheck> nearest_check;
    for (const Value& choice : choices.items()) {
      ConfigCheck attempt;
      attempt.check(value, choice, path);
      if (attempt.problems_.empty()) return;
      if (!nearest_check || attempt.problem_count() < nearest_check->problem_count()) nearest_check = attempt;
    }
    for (auto& problem : nearest_check->problems_) problems_.push_back(std::move(problem));
  }

  std::vector<std::pair<std::string, std::string>> problems_;
};

void require_list(const Value& manifest, std::string_view name) {
  const Value* list = manifest.find(name);
  if (list && !list->is_list()) {
    throw Error(ErrorCode::config_invalid, fmt::format("`{}` has to be a list", name), list->where());
  }
}

}  // namespace

Value parse_manifest(std::string_view text, const std::string& file) {
  Value manifest = document::parse_yaml(text, file, document::Duplicates::last_counts);
  if (!manifest.is_mapping()) {
    throw Error(ErrorCode::config_invalid, "A manifest has to be a mapping", file + ":1:1");
  }
  if (!manifest.find("type")) manifest.set("type", Value::of("DeclarativeSource"));
  if (manifest["type"].raw() != "DeclarativeSource") {
    refuse_component(manifest, "the manifest", {"DeclarativeSource"});
  }
  for (std::string_view name : {"check", "version"}) need(manifest, name);
  require_list(manifest, "streams");
  manifest = propagate(resolve_references(manifest));
  if (!manifest.find("dynamic_streams")) need(manifest, "streams");
  for (std::string_view name : {"streams", "dynamic_streams"}) require_list(manifest, name);
  return manifest;
}

Value load_manifest(const std::string& path) {
  return parse_manifest(document::read_file(path), path);
}

void check_config(const Value& config, const Value& specification) {
  ConfigCheck check;
  check.check(config.is_null() ? Value::mapping() : config, specification, "");
  check.finish();
}

}  // namespace leat::sources::declarative

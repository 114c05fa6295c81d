#include "document/settings.h"

#include <fmt/core.h>

#include "base/error.h"
#include "base/secret.h"
#include "base/secret_source.h"
#include "base/units.h"

namespace leat::document {
namespace {

std::string fill_text(const Value& value, const Env& env) {
  const std::string& text = value.raw();
  std::string out;
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t open = text.find("${", at);
    if (open == std::string::npos) break;
    std::size_t close = text.find('}', open);
    if (close == std::string::npos) break;
    out.append(text, at, open - at);
    std::string name = text.substr(open + 2, close - open - 2);
    std::optional<std::string> fallback;
    if (std::size_t dash = name.find(":-"); dash != std::string::npos) {
      fallback = name.substr(dash + 2);
      name.resize(dash);
    }
    std::size_t colon = name.find(':');
    bool is_secret = colon != std::string::npos && is_secret_scheme(name.substr(0, colon));
    std::optional<std::string> found =
        is_secret ? read_secret(name.substr(0, colon), name.substr(colon + 1)) : env.variable(name);
    if (found && !is_secret && sounds_secret(name)) register_secret(*found);
    if (fallback && (!found || found->empty())) found = fallback;
    if (!found) {
      throw Error(ErrorCode::config_env_missing, fmt::format("The variable {} is not set", name),
                  value.where());
    }
    out += *found;
    at = close + 1;
  }
  return out + text.substr(at);
}

// What is wrong with the value, or "".
std::string problem(const SpecField& field, const Value& value) {
  bool container = value.is_list() || value.is_mapping();
  switch (field.kind) {
    case FieldKind::integer:
      return value.kind() == Value::Kind::integer ? "" : "has to be a whole number";
    case FieldKind::boolean:
      return value.kind() == Value::Kind::boolean ? "" : "has to be true or false";
    case FieldKind::duration:
      return parse_duration(value.raw()) ? "" : "has to be a duration such as 30s or 5m";
    case FieldKind::bytes:
      return parse_bytes(value.raw()) ? "" : "has to be a size such as 8MB";
    case FieldKind::list:
      return value.is_list() ? "" : "has to be a list";
    case FieldKind::mapping:
      return value.is_mapping() ? "" : "has to be a mapping";
    case FieldKind::text:
    case FieldKind::secret:
    case FieldKind::path:
      break;
  }
  if (container) return "has to be text";
  if (!field.choices.empty()) {
    std::string all;
    for (std::string_view choice : field.choices) {
      if (choice == value.raw()) return "";
      all += (all.empty() ? "" : ", ") + std::string(choice);
    }
    return "has to be one of " + all;
  }
  return "";
}

// A value that came out of ${…} is text; numbers and booleans in it are typed as if written in place.
Value retyped(const SpecField& field, Value value) {
  if (value.is_text() && (field.kind == FieldKind::integer || field.kind == FieldKind::boolean)) {
    Value typed = parse_scalar(value.raw());
    typed.set_mark(value.mark());
    return typed;
  }
  return value;
}

}  // namespace

Value fill_variables(const Value& value, const Env& env) {
  Value out = value;
  if (value.is_text() && value.raw().find("${") != std::string::npos) {
    out = Value::of(fill_text(value, env));
    out.set_mark(value.mark());
  }
  for (Value& item : out.items()) item = fill_variables(item, env);
  for (Value::Member& member : out.members()) member.second = fill_variables(member.second, env);
  return out;
}

Settings read_settings(const Spec& spec, const Value& mapping, const Env& env) {
  Settings settings;
  settings.mark_ = mapping.mark();
  std::vector<std::string> problems, names;
  for (const SpecField& field : spec.fields) names.emplace_back(field.name);
  auto complain = [&](const Value& at, std::string text) {
    problems.push_back(at.where() + ": " + std::move(text));
  };

  for (const Value::Member& member : mapping.members()) {
    const SpecField* field = nullptr;
    for (const SpecField& each : spec.fields) {
      if (each.name == member.first) field = &each;
    }
    if (!field) {
      if (member.first == "type") continue;
      std::string near = nearest(member.first, names);
      complain(member.second, fmt::format("`{}` is no setting of {}{}", member.first, spec.name,
                                          near.empty() ? "" : fmt::format("; did you mean `{}`?", near)));
      continue;
    }
    Value value = retyped(*field, fill_variables(member.second, env));
    if (value.is_null()) continue;
    if (std::string wrong = problem(*field, value); !wrong.empty()) {
      complain(member.second, fmt::format("`{}` {}", member.first, wrong));
      continue;
    }
    if (field->kind == FieldKind::secret) register_secret(value.raw());
    settings.values_[member.first] = std::move(value);
  }
  for (const SpecField& field : spec.fields) {
    if (settings.values_.count(std::string(field.name))) continue;
    if (field.required) complain(mapping, fmt::format("`{}` is missing: {}", field.name, field.doc));
    if (!field.default_value.empty())
      settings.values_[std::string(field.name)] = parse_scalar(field.default_value);
  }
  if (!problems.empty()) {
    std::string rest;
    for (std::size_t i = 1; i < problems.size(); ++i) rest += "\n  " + problems[i];
    std::size_t colon = problems[0].find(": ");
    throw Error(ErrorCode::config_invalid, problems[0].substr(colon + 2) + rest,
                problems[0].substr(0, colon));
  }
  return settings;
}

bool Settings::has(std::string_view field) const {
  return values_.find(field) != values_.end();
}

const Value& Settings::value(std::string_view field) const {
  static const Value null;
  auto found = values_.find(field);
  return found == values_.end() ? null : found->second;
}

std::string Settings::text(std::string_view field) const {
  return value(field).raw();
}
std::int64_t Settings::integer(std::string_view field) const {
  return value(field).integer();
}
bool Settings::boolean(std::string_view field) const {
  return value(field).boolean();
}

std::chrono::milliseconds Settings::duration(std::string_view field) const {
  return parse_duration(value(field).raw()).value_or(std::chrono::milliseconds(0));
}

std::int64_t Settings::bytes(std::string_view field) const {
  return parse_bytes(value(field).raw()).value_or(0);
}

std::string Settings::resolve_path(std::string_view field) const {
  std::string path = text(field);
  if (path.empty() || path[0] == '/' || !mark_.file) return path;
  std::size_t slash = mark_.file->rfind('/');
  return slash == std::string::npos ? path : mark_.file->substr(0, slash + 1) + path;
}

}  // namespace leat::document

#include "sources/declarative/normalizer.h"

#include <algorithm>
#include <cmath>

#include "jinja/operations.h"
#include "sources/declarative/custom_dates.h"
#include "sources/declarative/datetime_format.h"

namespace leat::sources::declarative {
namespace {

using document::Value;

constexpr int kDepthMax = 100;

bool names_type(const Value& type, std::string_view name) {
  if (type.is_text()) return type.raw().find(name) != std::string::npos;
  return std::any_of(type.items().begin(), type.items().end(),
                     [&](const Value& each) { return each.raw() == name; });
}

// The one type that is named beside null, "" when there are several.
std::string single_type(const Value& type) {
  if (type.is_text()) return type.raw();
  std::string out;
  for (const Value& each : type.items()) {
    if (each.raw() == "null") continue;
    if (!out.empty()) return {};
    out = each.raw();
  }
  return out;
}

std::string_view trimmed(std::string_view text) {
  std::size_t from = text.find_first_not_of(" \t\r\n");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t\r\n") - from + 1);
}

std::optional<jinja::Value> to_number(const jinja::Value& value) {
  if (value.is_number() || value.is(jinja::Kind::boolean)) return jinja::Value(value.as_real());
  if (!value.is_string()) return std::nullopt;
  std::optional<double> number = jinja::parse_real(trimmed(value.as_string()));
  return number ? std::optional(jinja::Value(*number)) : std::nullopt;
}

std::optional<jinja::Value> to_integer(const jinja::Value& value) {
  if (value.is_integral()) return jinja::Value(value.as_integer());
  if (value.is(jinja::Kind::real)) {
    double real = std::trunc(value.as_real());
    if (!(std::abs(real) < 9.2e18)) return std::nullopt;
    return jinja::Value(static_cast<std::int64_t>(real));
  }
  if (!value.is_string()) return std::nullopt;
  std::optional<std::int64_t> number = jinja::parse_integer(trimmed(value.as_string()));
  return number ? std::optional(jinja::Value(*number)) : std::nullopt;
}

std::optional<jinja::Value> to_boolean(const jinja::Value& value) {
  if (!value.is_string()) return jinja::Value(jinja::truth(value));
  std::string word;
  for (char c : value.as_string()) word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (const char* yes : {"y", "yes", "t", "true", "on", "1"}) {
    if (word == yes) return jinja::Value(true);
  }
  for (const char* no : {"n", "no", "f", "false", "off", "0"}) {
    if (word == no) return jinja::Value(false);
  }
  return std::nullopt;
}

// A single value where a list of simple ones is expected.
std::optional<jinja::Value> to_list(const jinja::Value& value, const Value& items) {
  if (value.is_list() || value.is_dict() || items["type"].is_text()) return std::nullopt;
  for (const Value& type : items["type"].items()) {
    if (type.raw() == "object" || type.raw() == "array") return std::nullopt;
  }
  return jinja::Value::list({value});
}

jinja::Value converted(const jinja::Value& value, const Value& schema) {
  const Value& type = schema["type"];
  if (value.is_none() && names_type(type, "null")) return value;
  std::string wanted = single_type(type);
  std::optional<jinja::Value> out;
  if (wanted == "string") {
    out = jinja::Value(jinja::to_text(value));
  } else if (wanted == "number") {
    out = to_number(value);
  } else if (wanted == "integer") {
    out = to_integer(value);
  } else if (wanted == "boolean") {
    out = to_boolean(value);
  } else if (wanted == "array") {
    out = to_list(value, schema["items"]);
  }
  return out ? *out : value;
}

jinja::Value normalized(const jinja::Value& value, const Value& schema, Normalization normalization) {
  jinja::Value out = normalization == Normalization::iso_dates ? value : converted(value, schema);
  if (normalization == Normalization::types || !out.is_string() || schema["format"].raw() != "date-time")
    return out;
  if (normalization == Normalization::mail_dates) {
    std::optional<Timestamp> time = parse_datetime(out.as_string(), "%a, %d %b %Y %H:%M:%S %z");
    return time ? jinja::Value(format_datetime(*time, "%Y-%m-%dT%H:%M:%SZ")) : out;
  }
  if (schema["airbyte_type"].raw() != "timestamp_with_timezone") return out;
  std::optional<std::string> iso = python_isoformat(out.as_string());
  return iso ? jinja::Value(*iso) : out;
}

void walk(jinja::Value& value, const Value& schema, Normalization normalization, int depth) {
  if (depth > kDepthMax) return;
  if (value.is_dict()) {
    for (const auto& [name, property] : schema["properties"].members()) {
      jinja::Value* member = value.as_dict().find(std::string_view(name));
      if (!member) continue;
      *member = normalized(*member, property, normalization);
      walk(*member, property, normalization, depth + 1);
    }
  } else if (value.is_list() && schema["items"].is_mapping()) {
    for (jinja::Value& item : value.as_list().items) {
      item = normalized(item, schema["items"], normalization);
      walk(item, schema["items"], normalization, depth + 1);
    }
  }
}

}  // namespace

std::optional<Normalization> normalization_of(const Value& setting) {
  if (setting.raw() == "Default") return Normalization::types;
  const std::string& name = setting["class_name"].raw();
  if (name == "TwilioDateTimeTypeTransformer") return Normalization::mail_dates;
  if (name == "RFC3339DatetimeSchemaNormalization") return Normalization::iso_dates;
  return std::nullopt;
}

void Normalizer::apply(jinja::Value& record) const {
  walk(record, schema_, normalization_, 0);
}

}  // namespace leat::sources::declarative

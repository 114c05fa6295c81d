#include "warehouses/snowflake/dialect.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "sql/named_types.h"

namespace leat::warehouses::snowflake {

using batch::Type;
using batch::TypeKind;

namespace {

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}

// Letters, digits, _ and $, no digit or $ in front.
bool needs_no_quotes(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9') || name[0] == '$') return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return is_upper(c) || is_lower(c) || (c >= '0' && c <= '9') || c == '_' || c == '$';
  });
}

// The first row of a kind is the name that CREATE TABLE uses; a FLOAT is always 64 bits wide.
constexpr sql::NamedType kTypes[] = {
    {"BOOLEAN", {TypeKind::boolean}},
    {"NUMBER(5,0)", {TypeKind::int16}},
    {"NUMBER(10,0)", {TypeKind::int32}},
    {"NUMBER(19,0)", {TypeKind::int64}},
    {"FLOAT", {TypeKind::float64}},
    {"REAL", {TypeKind::float64}},
    {"DOUBLE", {TypeKind::float64}},
    {"DOUBLE PRECISION", {TypeKind::float64}},
    {"FLOAT4", {TypeKind::float64}},
    {"FLOAT8", {TypeKind::float64}},
    {"VARCHAR", {TypeKind::text}},
    {"TEXT", {TypeKind::text}},
    {"STRING", {TypeKind::text}},
    {"CHAR", {TypeKind::text}},
    {"CHARACTER", {TypeKind::text}},
    {"BINARY", {TypeKind::bytes}},
    {"VARBINARY", {TypeKind::bytes}},
    {"DATE", {TypeKind::date}},
    {"TIME", {TypeKind::time}},
    {"TIMESTAMP_NTZ", {TypeKind::timestamp}},
    {"TIMESTAMP", {TypeKind::timestamp}},
    {"DATETIME", {TypeKind::timestamp}},
    {"TIMESTAMP_TZ", {TypeKind::timestamptz}},
    {"TIMESTAMP_LTZ", {TypeKind::timestamptz}},
    {"VARIANT", {TypeKind::json}},
    {"OBJECT", {TypeKind::json}},
    {"ARRAY", {TypeKind::json}},
    {"MAP", {TypeKind::json}},
};

// A number without decimals is the integer that holds it; INTEGER itself is NUMBER(38,0).
Type number_type(std::string_view arguments) {
  int precision = 38, scale = 0;
  if (!arguments.empty()) {
    const char* end = arguments.data() + arguments.size();
    auto first = std::from_chars(arguments.data(), end, precision);
    const char* at = first.ptr;
    while (at != end && (*at == ',' || *at == ' ')) ++at;
    std::from_chars(at, end, scale);
  }
  if (scale == 0 && precision <= 5) return Type{TypeKind::int16};
  if (scale == 0 && precision <= 10) return Type{TypeKind::int32};
  if (scale == 0 && precision <= 19) return Type{TypeKind::int64};
  return Type{TypeKind::decimal, static_cast<std::uint8_t>(precision), static_cast<std::uint8_t>(scale)};
}

}  // namespace

std::string folded(std::string_view identifier) {
  std::string out(identifier);
  if (!needs_no_quotes(identifier)) return out;
  for (char& c : out) c = is_lower(c) ? static_cast<char>(c - 32) : c;
  return out;
}

std::string unfolded(std::string_view identifier) {
  std::string out(identifier);
  if (!needs_no_quotes(identifier) || std::any_of(out.begin(), out.end(), is_lower)) return out;
  for (char& c : out) c = is_upper(c) ? static_cast<char>(c + 32) : c;
  return out;
}

std::string SnowDialect::quote(std::string_view identifier) const {
  return Dialect::quote(folded(identifier));
}

std::string SnowDialect::literal(std::string_view text) const {
  std::string out = "'";
  for (char c : text) {
    if (c == '\0') {
      out += "\\0";
      continue;
    }
    if (c == '\'' || c == '\\') out.push_back(c);
    out.push_back(c);
  }
  return out + "'";
}

std::string SnowDialect::type_name(Type type) const {
  if (type.kind == TypeKind::decimal) return fmt::format("NUMBER({},{})", type.precision, type.scale);
  if (type.kind == TypeKind::float32) return "FLOAT";
  return std::string(sql::name_of(kTypes, type.kind, "VARCHAR"));
}

std::optional<Type> SnowDialect::parse_type(std::string_view native) const {
  std::string name(native);
  for (char& c : name) c = is_lower(c) ? static_cast<char>(c - 32) : c;
  std::string arguments;
  if (std::size_t open = name.find('('); open != std::string::npos) {
    std::size_t close = name.rfind(')');
    if (close != std::string::npos && close > open) arguments = name.substr(open + 1, close - open - 1);
    name.resize(open);
  }
  while (!name.empty() && name.back() == ' ') name.pop_back();
  for (std::string_view number : {"NUMBER", "NUMERIC", "DECIMAL", "FIXED"}) {
    if (name == number) return number_type(arguments);
  }
  for (std::string_view integer : {"INT", "INTEGER", "BIGINT", "SMALLINT", "TINYINT", "BYTEINT"}) {
    if (name == integer) return number_type("");
  }
  return sql::type_of(kTypes, name);
}

const SnowDialect& snow_dialect() {
  static const SnowDialect dialect;
  return dialect;
}

}  // namespace leat::warehouses::snowflake

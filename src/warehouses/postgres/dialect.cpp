#include "warehouses/postgres/dialect.h"

#include <fmt/core.h>

#include <charconv>

#include "sql/named_types.h"

namespace leat::warehouses::postgres {

using batch::Type;
using batch::TypeKind;

namespace {

// The first row of a kind is the name that CREATE TABLE uses; format_type() prints the others.
constexpr sql::NamedType kTypes[] = {
    {"boolean", {TypeKind::boolean}},
    {"bool", {TypeKind::boolean}},
    {"smallint", {TypeKind::int16}},
    {"int2", {TypeKind::int16}},
    {"integer", {TypeKind::int32}},
    {"int", {TypeKind::int32}},
    {"int4", {TypeKind::int32}},
    {"bigint", {TypeKind::int64}},
    {"int8", {TypeKind::int64}},
    {"real", {TypeKind::float32}},
    {"float4", {TypeKind::float32}},
    {"double precision", {TypeKind::float64}},
    {"float8", {TypeKind::float64}},
    {"text", {TypeKind::text}},
    {"varchar", {TypeKind::text}},
    {"character varying", {TypeKind::text}},
    {"character", {TypeKind::text}},
    {"bpchar", {TypeKind::text}},
    {"name", {TypeKind::text}},
    {"bytea", {TypeKind::bytes}},
    {"date", {TypeKind::date}},
    {"time", {TypeKind::time}},
    {"time without time zone", {TypeKind::time}},
    {"timestamp", {TypeKind::timestamp}},
    {"timestamp without time zone", {TypeKind::timestamp}},
    {"timestamptz", {TypeKind::timestamptz}},
    {"timestamp with time zone", {TypeKind::timestamptz}},
    {"jsonb", {TypeKind::json}},
    {"json", {TypeKind::json}},
    {"uuid", {TypeKind::uuid}},
};

}  // namespace

std::string PgDialect::literal(std::string_view text) const {
  // E'' wherever there is a backslash, so that standard_conforming_strings does not matter. NUL can't be
  // stored.
  bool escapes = text.find('\\') != std::string_view::npos;
  std::string out = escapes ? "E'" : "'";
  for (char c : text) {
    if (c == '\0') continue;
    if (c == '\'' || (c == '\\' && escapes)) out.push_back(c);
    out.push_back(c);
  }
  return out + "'";
}

std::string PgDialect::type_name(Type type) const {
  if (type.kind == TypeKind::decimal) return fmt::format("numeric({},{})", type.precision, type.scale);
  return std::string(sql::name_of(kTypes, type.kind, "text"));
}

std::optional<Type> PgDialect::parse_type(std::string_view native) const {
  std::string name(native);
  for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (name.starts_with("numeric") || name.starts_with("decimal")) {
    int precision = 0, scale = 0;
    if (std::size_t open = name.find('('); open != std::string::npos) {
      auto first = std::from_chars(name.data() + open + 1, name.data() + name.size(), precision);
      if (*first.ptr == ',') std::from_chars(first.ptr + 1, name.data() + name.size(), scale);
    }
    // Without a precision a numeric holds anything: a double keeps its magnitude. A scale may be negative.
    bool is_decimal = precision > 0 && precision <= 38 && scale >= 0 && scale <= precision;
    if (!is_decimal) return Type{TypeKind::float64};
    return Type{TypeKind::decimal, static_cast<std::uint8_t>(precision), static_cast<std::uint8_t>(scale)};
  }
  if (std::size_t open = name.find('('); open != std::string::npos) {
    std::size_t close = name.find(')', open);
    name = name.substr(0, open) + (close == std::string::npos ? "" : name.substr(close + 1));
  }
  return sql::type_of(kTypes, name);
}

const PgDialect& pg_dialect() {
  static const PgDialect dialect;
  return dialect;
}

}  // namespace leat::warehouses::postgres

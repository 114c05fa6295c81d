#include "warehouses/duckdb/dialect.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "sql/named_types.h"

namespace leat::warehouses::duckdb {

using batch::Type;
using batch::TypeKind;

namespace {

// The first row of a kind is the name that DuckDB prints.
constexpr sql::NamedType kTypes[] = {
    {"BOOLEAN", {TypeKind::boolean}},
    {"BOOL", {TypeKind::boolean}},
    {"LOGICAL", {TypeKind::boolean}},
    {"SMALLINT", {TypeKind::int16}},
    {"INT2", {TypeKind::int16}},
    {"SHORT", {TypeKind::int16}},
    {"TINYINT", {TypeKind::int16}},
    {"UTINYINT", {TypeKind::int16}},
    {"INTEGER", {TypeKind::int32}},
    {"INT", {TypeKind::int32}},
    {"INT4", {TypeKind::int32}},
    {"SIGNED", {TypeKind::int32}},
    {"USMALLINT", {TypeKind::int32}},
    {"BIGINT", {TypeKind::int64}},
    {"INT8", {TypeKind::int64}},
    {"LONG", {TypeKind::int64}},
    {"UINTEGER", {TypeKind::int64}},
    {"HUGEINT", {TypeKind::decimal, 38, 0}},
    {"UBIGINT", {TypeKind::decimal, 20, 0}},
    {"FLOAT", {TypeKind::float32}},
    {"REAL", {TypeKind::float32}},
    {"FLOAT4", {TypeKind::float32}},
    {"DOUBLE", {TypeKind::float64}},
    {"FLOAT8", {TypeKind::float64}},
    {"DOUBLE PRECISION", {TypeKind::float64}},
    {"VARCHAR", {TypeKind::text}},
    {"TEXT", {TypeKind::text}},
    {"STRING", {TypeKind::text}},
    {"CHAR", {TypeKind::text}},
    {"BPCHAR", {TypeKind::text}},
    {"BLOB", {TypeKind::bytes}},
    {"BYTEA", {TypeKind::bytes}},
    {"BINARY", {TypeKind::bytes}},
    {"VARBINARY", {TypeKind::bytes}},
    {"DATE", {TypeKind::date}},
    {"TIME", {TypeKind::time}},
    {"TIMESTAMP", {TypeKind::timestamp}},
    {"DATETIME", {TypeKind::timestamp}},
    {"TIMESTAMP_S", {TypeKind::timestamp}},
    {"TIMESTAMP_MS", {TypeKind::timestamp}},
    {"TIMESTAMP_NS", {TypeKind::timestamp}},
    {"TIMESTAMP WITHOUT TIME ZONE", {TypeKind::timestamp}},
    {"TIMESTAMP WITH TIME ZONE", {TypeKind::timestamptz}},
    {"TIMESTAMPTZ", {TypeKind::timestamptz}},
    {"JSON", {TypeKind::json}},
    {"UUID", {TypeKind::uuid}},
};

int number_at(std::string_view text, std::size_t& at) {
  int value = 0;
  while (at < text.size() && (text[at] == ' ' || text[at] == ',' || text[at] == '(')) ++at;
  auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), value);
  if (error != std::errc()) return -1;
  at = static_cast<std::size_t>(end - text.data());
  return value;
}

}  // namespace

std::string DuckDialect::type_name(Type type) const {
  if (type.kind == TypeKind::decimal) return fmt::format("DECIMAL({},{})", type.precision, type.scale);
  return std::string(sql::name_of(kTypes, type.kind, "VARCHAR"));
}

std::optional<Type> DuckDialect::parse_type(std::string_view native) const {
  std::string name(native);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  if (name.starts_with("DECIMAL") || name.starts_with("NUMERIC")) {
    std::size_t at = 7;
    int precision = number_at(name, at), scale = precision < 0 ? -1 : number_at(name, at);
    if (precision < 0) return Type{TypeKind::decimal, 18, 3};
    return Type{TypeKind::decimal, static_cast<std::uint8_t>(precision),
                static_cast<std::uint8_t>(std::max(scale, 0))};
  }
  if (std::size_t bracket = name.find('(');
      bracket != std::string::npos && name.find("CHAR") != std::string::npos) {
    return Type{TypeKind::text};
  }
  return sql::type_of(kTypes, name);
}

const DuckDialect& duck_dialect() {
  static const DuckDialect dialect;
  return dialect;
}

}  // namespace leat::warehouses::duckdb

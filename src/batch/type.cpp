#include "batch/type.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

namespace leat::batch {
namespace {
constexpr std::string_view kNames[] = {"boolean", "int16",     "int32",       "int64", "float32",
                                       "float64", "decimal",   "text",        "bytes", "date",
                                       "time",    "timestamp", "timestamptz", "json",  "uuid"};
constexpr std::size_t kWidths[] = {1, 2, 4, 8, 4, 8, 16, 0, 0, 4, 8, 8, 8, 0, 0};

bool is_integer(TypeKind kind) {
  return kind >= TypeKind::int16 && kind <= TypeKind::int64;
}
bool is_float(TypeKind kind) {
  return kind == TypeKind::float32 || kind == TypeKind::float64;
}

// How many digits an integer kind may have.
std::uint8_t integer_digits(TypeKind kind) {
  return kind == TypeKind::int16 ? 5 : kind == TypeKind::int32 ? 10 : 19;
}

Type decimal_of(Type type) {
  if (type.kind == TypeKind::decimal) return type;
  return Type{TypeKind::decimal, integer_digits(type.kind), 0};
}
}  // namespace

std::size_t Type::width() const {
  return kWidths[static_cast<std::size_t>(kind)];
}

std::string Type::name() const {
  std::string_view base = kNames[static_cast<std::size_t>(kind)];
  return kind == TypeKind::decimal ? fmt::format("decimal({},{})", precision, scale) : std::string(base);
}

std::optional<Type> parse_type(std::string_view name) {
  if (name.starts_with("decimal(") && name.ends_with(")")) {
    int precision = 0, scale = 0;
    const char* end = name.data() + name.size() - 1;
    auto first = std::from_chars(name.data() + 8, end, precision);
    if (first.ec != std::errc()) return std::nullopt;
    if (first.ptr != end) {
      if (*first.ptr != ',') return std::nullopt;
      const char* digits = first.ptr + 1;
      while (digits < end && *digits == ' ') ++digits;
      if (std::from_chars(digits, end, scale).ptr != end) return std::nullopt;
    }
    if (precision < 1 || precision > 38 || scale < 0 || scale > precision) return std::nullopt;
    return Type{TypeKind::decimal, static_cast<std::uint8_t>(precision), static_cast<std::uint8_t>(scale)};
  }
  for (std::size_t i = 0; i < std::size(kNames); ++i) {
    if (kNames[i] == name && static_cast<TypeKind>(i) != TypeKind::decimal)
      return Type{static_cast<TypeKind>(i), 0, 0};
  }
  return std::nullopt;
}

Type common_type(Type a, Type b) {
  if (a == b) return a;
  if (is_integer(a.kind) && is_integer(b.kind)) return a.kind > b.kind ? a : b;
  bool a_number = is_integer(a.kind) || is_float(a.kind) || a.kind == TypeKind::decimal;
  bool b_number = is_integer(b.kind) || is_float(b.kind) || b.kind == TypeKind::decimal;
  if (a_number && b_number) {
    if (is_float(a.kind) || is_float(b.kind)) return Type{TypeKind::float64, 0, 0};
    Type x = decimal_of(a), y = decimal_of(b);
    int scale = std::max(x.scale, y.scale);
    int whole = std::max(x.precision - x.scale, y.precision - y.scale);
    if (whole + scale > 38) return Type{TypeKind::float64, 0, 0};
    return Type{TypeKind::decimal, static_cast<std::uint8_t>(whole + scale),
                static_cast<std::uint8_t>(scale)};
  }
  auto either = [&](TypeKind x, TypeKind y) {
    return (a.kind == x && b.kind == y) || (a.kind == y && b.kind == x);
  };
  if (either(TypeKind::date, TypeKind::timestamp)) return Type{TypeKind::timestamp, 0, 0};
  if (either(TypeKind::date, TypeKind::timestamptz)) return Type{TypeKind::timestamptz, 0, 0};
  if (either(TypeKind::timestamp, TypeKind::timestamptz)) return Type{TypeKind::timestamptz, 0, 0};
  return Type{TypeKind::text, 0, 0};
}

Schema::Schema(std::vector<Column> columns) : columns_(std::move(columns)) {}

std::optional<std::size_t> Schema::find(std::string_view name) const {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].name == name) return i;
  }
  return std::nullopt;
}

}  // namespace leat::batch

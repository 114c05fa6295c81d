// Value: one cell as SoQL sees it, and the SODA types that columns have.
//
// Guarantees: instants are microseconds since 1970-01-01 (UTC, or the publisher's local
//   time for floating ones). Row identifiers ("row-xxxx.xxxx-xxxx") and versions ("rv-…")
//   are held as 64-bit codes whose order is the order of their texts.
// Threads: any; a text Value points into the table or the expression that it came from.
// Errors: parsers return nullopt.
// Source: dev.socrata.com data types; the spelling of system fields in the city's
//   answers.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace soda {

enum class Type : std::uint8_t {
  text,
  number,
  checkbox,
  floating_timestamp,
  fixed_timestamp,
  row_identifier,
  row_version,
  point,
  location,
  url,
  line,
  polygon,
  multipoint,
  multiline,
  multipolygon,
  document,
};

/// The name in X-SODA2-Types, such as "floating_timestamp".
std::string_view header_name(Type type);
/// The name in /api/views, such as "calendar_date".
std::string_view view_name(Type type);
/// Reads either spelling.
std::optional<Type> parse_type(std::string_view name);
/// Whether a cell of this type is written as a JSON object.
inline bool is_object(Type type) {
  return type >= Type::point;
}
inline bool is_timestamp(Type type) {
  return type == Type::floating_timestamp || type == Type::fixed_timestamp;
}
inline bool is_row_code(Type type) {
  return type == Type::row_identifier || type == Type::row_version;
}

struct Value {
  enum class Kind : std::uint8_t { null, text, number, boolean, instant, code };
  Kind kind = Kind::null;
  double number = 0;
  std::int64_t word = 0;  ///< instant, boolean (0, 1)
  std::uint64_t code = 0;
  std::string_view text;

  bool is_null() const { return kind == Kind::null; }
  static Value of_text(std::string_view text);
  static Value of_number(double number);
  static Value of_bool(bool value);
  static Value of_instant(std::int64_t micros);
  static Value of_code(std::uint64_t code);
};

/// Orders two values of one kind: negative, zero or positive. Nulls come last.
int compare(const Value& left, const Value& right);

/// Reads "2023-11-06", "2023-11-06T10:11:12(.123456)(Z|+01:00)", also with a space for the T.
std::optional<std::int64_t> parse_instant(std::string_view text);
/// Writes 23 bytes, "2023-11-06T10:11:12.123", and returns the end.
char* write_instant(char* out, std::int64_t micros);

/// Reads the 14 bytes behind "row-" or "rv-".
std::optional<std::uint64_t> parse_row_code(std::string_view text);
/// Writes 14 bytes, "xxxx.xxxx-xxxx", and returns the end.
char* write_row_code(char* out, std::uint64_t code);
/// "row-" or "rv-".
inline std::string_view row_code_prefix(Type type) {
  return type == Type::row_identifier ? "row-" : "rv-";
}

/// A number as SODA writes it: no exponent, no trailing zeros.
std::string format_number(double number);
std::optional<double> parse_number(std::string_view text);
/// The text of a value as SODA prints it, without quotes.
std::string print_value(const Value& value, Type type);

}  // namespace soda

#include "batch/convert.h"

#include <fmt/core.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "base/quotes.h"
#include "base/time.h"
#include "batch/decimal.h"

namespace leat::batch {
namespace {

constexpr std::int64_t kDayMicros = 86'400'000'000;

bool is_integer(TypeKind kind) {
  return kind == TypeKind::int16 || kind == TypeKind::int32 || kind == TypeKind::int64;
}
bool is_float(TypeKind kind) {
  return kind == TypeKind::float32 || kind == TypeKind::float64;
}
bool is_instant(TypeKind kind) {
  return kind == TypeKind::timestamp || kind == TypeKind::timestamptz;
}

std::optional<std::int64_t> integer_at(const ColumnData& column, std::size_t row) {
  switch (column.type().kind) {
    case TypeKind::int16:
      return column.value<std::int16_t>(row);
    case TypeKind::int32:
      return column.value<std::int32_t>(row);
    case TypeKind::int64:
      return column.value<std::int64_t>(row);
    default:
      return std::nullopt;
  }
}

double real_at(const ColumnData& column, std::size_t row) {
  return column.type().kind == TypeKind::float32 ? static_cast<double>(column.value<float>(row))
                                                 : column.value<double>(row);
}

bool append_integer(std::int64_t value, ColumnData& to) {
  switch (to.type().kind) {
    case TypeKind::int16:
      if (value < INT16_MIN || value > INT16_MAX) return false;
      to.append(static_cast<std::int16_t>(value));
      return true;
    case TypeKind::int32:
      if (value < INT32_MIN || value > INT32_MAX) return false;
      to.append(static_cast<std::int32_t>(value));
      return true;
    default:
      to.append(value);
      return true;
  }
}

bool append_real(double value, ColumnData& to) {
  if (to.type().kind == TypeKind::float64) {
    to.append(value);
    return true;
  }
  auto narrow = static_cast<float>(value);
  if (static_cast<double>(narrow) != value && !std::isnan(value)) return false;
  to.append(narrow);
  return true;
}

bool is_exact_double(std::int64_t value) {
  auto real = static_cast<double>(value);
  return real < 0x1p63 && static_cast<std::int64_t>(real) == value;
}

// A number that is kept exactly as text: the way between numbers of different kinds.
bool append_number(std::string_view text, ColumnData& to) {
  TypeKind kind = to.type().kind;
  if (kind == TypeKind::decimal) {
    std::optional<Int128> value = parse_decimal(text, to.type().precision, to.type().scale);
    if (!value) return false;
    to.append(*value);
    return true;
  }
  const char* end = text.data() + text.size();
  if (is_float(kind)) {
    double value = 0;
    auto [stop, error] = std::from_chars(text.data(), end, value);
    return error == std::errc() && stop == end && !text.empty() && append_real(value, to);
  }
  std::int64_t value = 0;
  auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc() && stop == end) return append_integer(value, to);
  // "3.00" and "1e3" are whole numbers too.
  std::optional<Int128> whole = parse_decimal(text, 19, 0);
  if (!whole || *whole > std::numeric_limits<std::int64_t>::max() ||
      *whole < std::numeric_limits<std::int64_t>::min())
    return false;
  return append_integer(static_cast<std::int64_t>(*whole), to);
}

// "007" and "+7" are names, not numbers.
bool is_plain_number(std::string_view text) {
  if (!text.empty() && text[0] == '-') text.remove_prefix(1);
  if (text.empty() || text[0] < '0' || text[0] > '9') return text == "inf" || text == "nan";
  return !(text.size() > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9');
}

bool append_boolean(std::string_view text, ColumnData& to) {
  bool yes = text == "true" || text == "t" || text == "1";
  if (!yes && text != "false" && text != "f" && text != "0") return false;
  to.append(static_cast<std::uint8_t>(yes));
  return true;
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (dash ? c != '-' : !hex) return false;
  }
  return true;
}

void append_as_json(std::string_view text, ColumnData& to) {
  std::string json;
  append_json_string(text, json);
  to.append_text(json);
}

// Dates, times and instants among each other.
bool append_moment(const ColumnData& from, std::size_t row, ColumnData& to) {
  TypeKind source = from.type().kind, target = to.type().kind;
  if (source == TypeKind::date && is_instant(target)) {
    to.append(static_cast<std::int64_t>(from.value<std::int32_t>(row)) * kDayMicros);
    return true;
  }
  if (is_instant(source) && is_instant(target)) {
    to.append(from.value<std::int64_t>(row));
    return true;
  }
  if (is_instant(source) && target == TypeKind::date) {
    std::int64_t micros = from.value<std::int64_t>(row);
    if (micros % kDayMicros != 0) return false;
    to.append(static_cast<std::int32_t>(micros / kDayMicros));
    return true;
  }
  return false;
}

// The text that a value of JSON spells: a number, true, false, or a string without escapes.
std::optional<std::string_view> spelled(std::string_view json) {
  if (json.empty() || json.front() == '{' || json.front() == '[') return std::nullopt;
  if (json.front() != '"') return json;
  if (json.size() < 2 || json.find('\\') != std::string_view::npos) return std::nullopt;
  return json.substr(1, json.size() - 2);
}

// A text, or what a value of JSON spells: a column is JSON where its values are of several kinds.
bool append_from_text(const ColumnData& from, std::size_t row, ColumnData& to) {
  if (from.type().kind == TypeKind::text) return append_parsed(from.text(row), to);
  if (from.type().kind != TypeKind::json) return false;
  std::optional<std::string_view> text = spelled(from.text(row));
  return text && append_parsed(*text, to);
}

bool append_as_text(const ColumnData& from, std::size_t row, ColumnData& to) {
  TypeKind source = from.type().kind, target = to.type().kind;
  switch (target) {
    case TypeKind::text:
      from.type().is_variable() ? to.append_text(from.text(row)) : to.append_text(from.print(row));
      return true;
    case TypeKind::bytes:
      if (source != TypeKind::text) return false;
      to.append_text(from.text(row));
      return true;
    case TypeKind::json:
      if (source == TypeKind::boolean || is_integer(source) || source == TypeKind::decimal ||
          (is_float(source) && std::isfinite(real_at(from, row)))) {
        to.append_text(from.print(row));
      } else {
        append_as_json(from.print(row), to);
      }
      return true;
    default:
      return append_from_text(from, row, to);
  }
}

}  // namespace

bool append_parsed(std::string_view text, ColumnData& to) {
  switch (to.type().kind) {
    case TypeKind::boolean:
      return append_boolean(text, to);
    case TypeKind::int16:
    case TypeKind::int32:
    case TypeKind::int64:
    case TypeKind::float32:
    case TypeKind::float64:
    case TypeKind::decimal:
      return is_plain_number(text) && append_number(text, to);
    case TypeKind::date: {
      std::optional<std::int32_t> days = parse_iso_date(text);
      if (days) to.append(*days);
      return days.has_value();
    }
    case TypeKind::time: {
      std::optional<std::int64_t> micros = parse_iso_time(text);
      if (micros) to.append(*micros);
      return micros.has_value();
    }
    case TypeKind::timestamp:
    case TypeKind::timestamptz: {
      std::optional<Timestamp> instant = parse_iso_timestamp(text);
      if (instant) to.append(static_cast<std::int64_t>(instant->time_since_epoch().count()));
      return instant.has_value();
    }
    case TypeKind::uuid:
      if (!is_uuid(text)) return false;
      to.append_text(text);
      return true;
    case TypeKind::json:
      append_as_json(text, to);
      return true;
    case TypeKind::text:
    case TypeKind::bytes:
      to.append_text(text);
      return true;
  }
  return false;
}

bool append_converted(const ColumnData& from, std::size_t row, ColumnData& to) {
  if (from.is_null(row)) {
    to.append_null();
    return true;
  }
  if (from.type() == to.type()) {
    to.append_from(from, row);
    return true;
  }
  TypeKind source = from.type().kind, target = to.type().kind;
  if (to.type().is_variable()) return append_as_text(from, row, to);
  if (from.type().is_variable()) return append_from_text(from, row, to);
  bool to_number = is_integer(target) || is_float(target) || target == TypeKind::decimal;
  if (std::optional<std::int64_t> whole = integer_at(from, row)) {
    if (is_integer(target)) return append_integer(*whole, to);
    if (is_float(target) && !is_exact_double(*whole)) return false;
    return to_number && append_number(fmt::format("{}", *whole), to);
  }
  if (is_float(source)) {
    double value = real_at(from, row);
    if (is_float(target)) return append_real(value, to);
    return to_number && std::isfinite(value) && append_number(fmt::format("{}", value), to);
  }
  if (source == TypeKind::decimal) return to_number && append_number(from.print(row), to);
  return append_moment(from, row, to);
}

ColumnData convert(const ColumnData& from, Type to, std::vector<std::size_t>& failed) {
  ColumnData out(to);
  out.reserve(from.size());
  for (std::size_t row = 0; row < from.size(); ++row) {
    if (append_converted(from, row, out)) continue;
    out.append_null();
    failed.push_back(row);
  }
  return out;
}

RecordBatch without_rows(RecordBatch&& batch, const std::vector<std::size_t>& dropped) {
  if (dropped.empty()) return std::move(batch);
  RecordBatch out(batch.schema());
  for (std::size_t i = 0; i < batch.schema()->size(); ++i) {
    std::size_t next = 0;
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      while (next < dropped.size() && dropped[next] < row) ++next;
      if (next < dropped.size() && dropped[next] == row) continue;
      out.column(i).append_from(batch.column(i), row);
    }
  }
  return out;
}

}  // namespace leat::batch

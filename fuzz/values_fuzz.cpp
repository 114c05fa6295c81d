// rooms: sources
//
// Fuzzes single values: numbers, dates, instants, durations, sizes, base64, globs, and texts into columns of
// every type. What is read is printed and read again to the same; quick readers say what the general ones
// say. A text, or a pattern and a text, a line each.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/base64.h"
#include "base/error.h"
#include "base/glob.h"
#include "base/time.h"
#include "base/units.h"
#include "batch/convert.h"
#include "batch/record_batch.h"
#include "sources/declarative/fast_parse.h"

namespace {

using namespace leat;

// The year 10000 and what is before the year 0 print, and are not read.
bool is_readable(std::string_view printed) {
  return printed.size() < 10 || (printed[4] == '-' && printed[7] == '-');
}

void look_at_times(std::string_view text) {
  bool has_zone = false;
  std::optional<Timestamp> time = parse_iso_timestamp(text, has_zone);
  if (time && is_readable(format_iso_timestamp(*time)))
    LEAT_ASSERT(parse_iso_timestamp(format_iso_timestamp(*time)) == time);
  if (std::optional<std::int32_t> day = parse_iso_date(text))
    LEAT_ASSERT(parse_iso_date(format_iso_date(*day)) == day);
  parse_iso_time(text);
  std::int64_t micros = 0;
  bool names_zone = false;
  if (sources::declarative::parse_instant(text, micros, names_zone) && time)
    LEAT_ASSERT(micros == time->time_since_epoch().count() && names_zone == has_zone);
  if (auto duration = parse_duration(text)) format_duration(*duration);
  if (auto bytes = parse_bytes(text)) format_bytes(*bytes);
}

void look_at_numbers(std::string_view text) {
  double quick = 0, padded = 0;
  std::string copy(text);
  copy.append(64, '\0');
  bool is_quick = sources::declarative::parse_float64(text, quick);
  bool is_padded = sources::declarative::parse_float64_padded({copy.data(), text.size()}, padded);
  LEAT_ASSERT(is_quick == is_padded && (!is_quick || quick == padded));
  if (is_quick) LEAT_ASSERT(quick == std::strtod(copy.c_str(), nullptr));
  std::int64_t whole = 0;
  if (sources::declarative::parse_int64(text, whole) && is_quick)
    LEAT_ASSERT(static_cast<double>(whole) == quick);
}

void look_at_columns(std::string_view text) {
  for (int kind = 0; kind <= static_cast<int>(batch::TypeKind::uuid); ++kind) {
    batch::Type type{static_cast<batch::TypeKind>(kind)};
    if (type.kind == batch::TypeKind::decimal) type.precision = 38, type.scale = 9;
    batch::ColumnData column(type);
    if (!batch::append_parsed(text, column)) {
      LEAT_ASSERT(column.size() == 0);
      continue;
    }
    LEAT_ASSERT(column.size() == 1);
    std::string printed = column.print(0);
    // A text becomes a JSON string, and a float prints fewer digits than tell it from its neighbours as a
    // double.
    if (type.kind == batch::TypeKind::json || type.kind == batch::TypeKind::float32) continue;
    bool is_moment = type.kind == batch::TypeKind::timestamp || type.kind == batch::TypeKind::timestamptz;
    if (is_moment && !is_readable(printed)) continue;
    LEAT_ASSERT(batch::append_parsed(printed, column));
    LEAT_ASSERT(column.print(1) == printed);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 512) return 0;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  look_at_times(text);
  look_at_numbers(text);
  look_at_columns(text);
  LEAT_ASSERT(decode_base64(base64(text)) == text);
  LEAT_ASSERT(decode_base64_url(base64_url(text)) == text);
  if (auto bytes = decode_base64(text)) LEAT_ASSERT(base64(*bytes) == text);
  decode_base64_url(text);
  if (std::size_t line = text.find('\n'); line != std::string_view::npos) {
    matches_glob(text.substr(0, line), text.substr(line + 1));
    matches_path_glob(text.substr(0, line), text.substr(line + 1));
  }
  return 0;
}

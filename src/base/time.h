// Times of day and calendar: parsing and printing of instants and dates, in UTC unless said otherwise.
//
// Guarantees: no allocation in the parsers; microsecond precision, further digits are cut off.
// Threads: any.
// Errors: parsers return nullopt for what is no valid instant or date.
// Source: RFC 3339 and ISO 8601 calendar form; civil-day arithmetic of std::chrono.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace leat {

using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

/// A day of the Gregorian calendar, continued to both sides; the year before 1 is 0, which is 1 BC.
struct CivilDay {
  std::int64_t year;
  unsigned month, day;
};
/// Of days since 1970-01-01, all of them: std::chrono::year ends at 32,767.
CivilDay civil_day(std::int64_t days);

/// Days since 1970-01-01, and microseconds since the midnight that begins the day.
struct DayAndClock {
  std::int64_t days, micros;
};
/// Of microseconds since 1970-01-01, all of them: the first instant's midnight is none itself.
DayAndClock split_day(std::int64_t micros);

/// "2026-01-05", "2026-01-05T10:11:12(.123456)(Z|+01:00)", also with a space for the T. Without a zone: UTC.
std::optional<Timestamp> parse_iso_timestamp(std::string_view text);
/// As parse_iso_timestamp, and tells whether the text named a zone.
std::optional<Timestamp> parse_iso_timestamp(std::string_view text, bool& has_zone);
/// "2026-01-05" as days since 1970-01-01.
std::optional<std::int32_t> parse_iso_date(std::string_view text);
/// "10:11:12.123456" as microseconds since midnight.
std::optional<std::int64_t> parse_iso_time(std::string_view text);

/// "2026-01-05T10:11:12Z", with ".123456" where there is a fraction (three digits where they are enough).
std::string format_iso_timestamp(Timestamp time);
/// "2026-01-05 10:11:12.123456" without zone, as SQL engines write it.
std::string format_sql_timestamp(Timestamp time);
/// "2026-01-05" of days since 1970-01-01.
std::string format_iso_date(std::int32_t days);

}  // namespace leat

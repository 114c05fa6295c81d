// Dates: Python's date, datetime, time, timedelta and tzinfo as template values, and modules.datetime.
//
// Guarantees: microsecond precision; str(), isoformat(), strftime() and strptime() as Python 3.11's; zones
//   are fixed offsets, UTC, or names of the IANA database (modules.pytz).
// Threads: values are immutable; any.
// Owns: nothing foreign.
// Errors: Error(jinja_type) for values out of range, formats that do not match, and mixes of aware and naive
//   ones.
// Source: https://docs.python.org/3.11/library/datetime.html
#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "jinja/value.h"

namespace leat::jinja {

/// A zone: a fixed offset with an optional name, or an IANA zone.
struct ZoneInfo {
  std::string name;  ///< as tzname() prints it, or the IANA name
  std::int64_t offset_seconds = 0;
  bool iana = false;
};

/// A datetime of UTC wall time `local` (the clock's reading in its zone), or naive without zone.
Value make_datetime(std::chrono::sys_time<std::chrono::microseconds> local,
                    std::optional<ZoneInfo> zone = {});
/// An aware datetime of an instant, in UTC.
Value make_utc_datetime(std::chrono::sys_time<std::chrono::microseconds> instant);
/// An aware datetime of an instant, in an IANA zone; throws for one that is not known.
Value make_datetime_in(std::chrono::sys_time<std::chrono::microseconds> instant, std::string_view zone);
Value make_date(std::int32_t days_since_1970);
Value make_timedelta(std::chrono::microseconds length);

/// The clock's reading of a datetime or (midnight) date; nullopt for other values.
std::optional<std::chrono::sys_time<std::chrono::microseconds>> local_time_of(const Value& value);
/// The instant of a datetime; a naive one is read as UTC. nullopt for other values.
std::optional<std::chrono::sys_time<std::chrono::microseconds>> instant_of(const Value& value);
std::optional<std::chrono::microseconds> duration_of(const Value& value);

/// Python's strftime; nullopt for a value that is no date, datetime or time.
std::optional<std::string> format_date(const Value& value, std::string_view format);
/// Python's datetime.strptime; throws when text and format do not fit.
Value parse_datetime(std::string_view text, std::string_view format);

/// The `datetime` module: datetime, date, time, timedelta, timezone. `now` is the clock of now(), utcnow(),
/// today().
Value datetime_module(std::function<std::chrono::sys_time<std::chrono::microseconds>()> now);

/// The `pytz` module: timezone(name).localize(datetime), utc.
Value pytz_module();

}  // namespace leat::jinja

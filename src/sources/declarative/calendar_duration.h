// CalendarDuration: an ISO 8601 duration: months, which have no fixed length, and microseconds.
//
// Guarantees: adding months keeps the day of the month, or takes the month's last where it has fewer.
// Threads: values; any.
// Errors: parse returns nullopt for what is no duration.
// Source: ISO 8601-1 5.5.2.
#pragma once
#include <chrono>
#include <optional>
#include <string_view>

#include "base/time.h"

namespace leat::sources::declarative {

struct CalendarDuration {
  int months = 0;
  std::chrono::microseconds length{0};
  bool empty() const { return months == 0 && length.count() == 0; }
};

/// "P1M", "P30D", "P1W", "PT0.001S", "P1Y2M3DT4H5M6S", "-P1D".
std::optional<CalendarDuration> parse_iso_duration(std::string_view text);
Timestamp plus(Timestamp time, const CalendarDuration& duration);
Timestamp minus(Timestamp time, const CalendarDuration& duration);

}  // namespace leat::sources::declarative

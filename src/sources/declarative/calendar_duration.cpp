#include "sources/declarative/calendar_duration.h"

#include <charconv>
#include <cmath>
#include <cstdlib>

namespace leat::sources::declarative {
namespace {

using std::chrono::microseconds;

// 10,000 years, which no calendar of ours reaches beyond.
constexpr int kMonthsMax = 120'000;
constexpr double kMicrosecondsMax = 3.2e17;

// The unit's length in months (negative) or microseconds; 0 for no unit of that part.
double unit_of(char letter, bool in_time) {
  constexpr double kDay = 86400e6;
  switch (letter) {
    case 'Y':
      return in_time ? 0 : -12;
    case 'M':
      return in_time ? 60e6 : -1;
    case 'W':
      return in_time ? 0 : 7 * kDay;
    case 'D':
      return in_time ? 0 : kDay;
    case 'H':
      return in_time ? 3600e6 : 0;
    case 'S':
      return in_time ? 1e6 : 0;
    default:
      return 0;
  }
}

}  // namespace

std::optional<CalendarDuration> parse_iso_duration(std::string_view text) {
  CalendarDuration out;
  int sign = 1;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    sign = text[0] == '-' ? -1 : 1;
    text.remove_prefix(1);
  }
  if (text.size() < 3 || text[0] != 'P') return std::nullopt;
  bool in_time = false;
  std::size_t at = 1;
  while (at < text.size()) {
    if (text[at] == 'T' && !in_time) {
      in_time = true;
      ++at;
      continue;
    }
    double amount = 0;
    auto [end, error] =
        std::from_chars(text.data() + at, text.data() + text.size(), amount, std::chars_format::fixed);
    if (error != std::errc() || end == text.data() + text.size() || amount < 0 || amount > 1e12)
      return std::nullopt;
    double unit = unit_of(*end, in_time);
    if (unit == 0) return std::nullopt;
    if (unit < 0) {
      if (amount != std::floor(amount) || amount * -unit > kMonthsMax) return std::nullopt;
      out.months += sign * static_cast<int>(amount * -unit);
    } else {
      if (amount * unit > kMicrosecondsMax) return std::nullopt;
      out.length += microseconds(sign * std::llround(amount * unit));
    }
    if (std::abs(out.months) > kMonthsMax ||
        std::abs(static_cast<double>(out.length.count())) > kMicrosecondsMax)
      return std::nullopt;
    at = static_cast<std::size_t>(end - text.data()) + 1;
  }
  return text.back() == 'T' ? std::nullopt : std::optional(out);
}

Timestamp plus(Timestamp time, const CalendarDuration& duration) {
  if (duration.months != 0) {
    auto day = std::chrono::floor<std::chrono::days>(time);
    std::chrono::year_month_day date{day};
    auto of_day = time - day;
    date += std::chrono::months(duration.months);
    if (!date.ok()) date = date.year() / date.month() / std::chrono::last;
    time = std::chrono::sys_days(date) + of_day;
  }
  return time + duration.length;
}

Timestamp minus(Timestamp time, const CalendarDuration& duration) {
  return plus(time, {-duration.months, -duration.length});
}

}  // namespace leat::sources::declarative

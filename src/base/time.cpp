#include "base/time.h"

#include <fmt/core.h>

#include <cstdlib>

namespace leat {
namespace {

using std::chrono::days;
using std::chrono::microseconds;

// Reads exactly `count` digits at `text`; -1 when one is no digit.
int digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

std::optional<std::int64_t> clock_part(std::string_view text, std::size_t& at) {
  int hour = digits(text, at, 2);
  if (hour < 0 || hour > 24 || at + 5 > text.size() || text[at + 2] != ':') return std::nullopt;
  int minute = digits(text, at + 3, 2);
  if (minute < 0 || minute > 59) return std::nullopt;
  at += 5;
  int second = 0;
  std::int64_t micros = 0;
  if (at < text.size() && text[at] == ':') {
    second = digits(text, at + 1, 2);
    if (second < 0 || second > 60) return std::nullopt;
    at += 3;
    if (at < text.size() && (text[at] == '.' || text[at] == ',')) {
      std::int64_t unit = 100000;
      std::size_t from = ++at;
      for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
        micros += unit * (text[at] - '0');
        unit /= 10;
      }
      if (at == from) return std::nullopt;
    }
  }
  std::int64_t total = ((hour * 60LL + minute) * 60LL + second) * 1000000LL + micros;
  if (hour == 24 && total != 86400LL * 1000000LL) return std::nullopt;
  return total;
}

// Reads "Z", "+01:00", "+0100" or "+01" to the end of the text; nullopt when there is anything else.
std::optional<std::int64_t> zone_part(std::string_view text, std::size_t at, bool& has_zone) {
  while (at < text.size() && text[at] == ' ') ++at;
  std::string_view rest = text.substr(at);
  has_zone = !rest.empty();
  if (rest.empty() || rest == "Z" || rest == "z" || rest == "UTC") return 0;
  if (rest[0] != '+' && rest[0] != '-') return std::nullopt;
  int hour = digits(rest, 1, 2);
  int minute = 0;
  if (rest.size() == 6 && rest[3] == ':') {
    minute = digits(rest, 4, 2);
  } else if (rest.size() == 5) {
    minute = digits(rest, 3, 2);
  } else if (rest.size() != 3) {
    return std::nullopt;
  }
  if (hour < 0 || minute < 0 || hour > 18 || minute > 59) return std::nullopt;
  std::int64_t offset = (hour * 60LL + minute) * 60LL * 1000000LL;
  return rest[0] == '-' ? -offset : offset;
}

}  // namespace

std::optional<std::int32_t> parse_iso_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  int year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  if (year < 0 || month < 0 || day < 0) return std::nullopt;
  std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                   std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return static_cast<std::int32_t>(std::chrono::sys_days(date).time_since_epoch().count());
}

std::optional<std::int64_t> parse_iso_time(std::string_view text) {
  std::size_t at = 0;
  std::optional<std::int64_t> micros = clock_part(text, at);
  return micros && at == text.size() ? micros : std::nullopt;
}

std::optional<Timestamp> parse_iso_timestamp(std::string_view text, bool& has_zone) {
  has_zone = false;
  if (text.size() < 10) return std::nullopt;
  std::optional<std::int32_t> date = parse_iso_date(text.substr(0, 10));
  if (!date) return std::nullopt;
  std::int64_t micros = 0, offset = 0;
  if (text.size() > 10) {
    if (text[10] != 'T' && text[10] != 't' && text[10] != ' ') return std::nullopt;
    std::size_t at = 11;
    std::optional<std::int64_t> clock = clock_part(text, at);
    if (!clock) return std::nullopt;
    std::optional<std::int64_t> zone = zone_part(text, at, has_zone);
    if (!zone) return std::nullopt;
    micros = *clock;
    offset = *zone;
  }
  return Timestamp(microseconds(*date * 86400LL * 1000000LL + micros - offset));
}

std::optional<Timestamp> parse_iso_timestamp(std::string_view text) {
  bool has_zone = false;
  return parse_iso_timestamp(text, has_zone);
}

CivilDay civil_day(std::int64_t day_count) {
  constexpr std::int64_t kDays400 = 146'097;  // the calendar repeats every 400 years
  std::chrono::year_month_day date{std::chrono::sys_days(days(day_count % kDays400))};
  return {static_cast<int>(date.year()) + day_count / kDays400 * 400, static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day())};
}

DayAndClock split_day(std::int64_t micros) {
  constexpr std::int64_t kDayMicros = 86'400'000'000;
  DayAndClock out{micros / kDayMicros, micros % kDayMicros};
  if (out.micros < 0) {
    --out.days;
    out.micros += kDayMicros;
  }
  return out;
}

std::string format_iso_date(std::int32_t days) {
  CivilDay date = civil_day(days);
  return fmt::format("{}{:04}-{:02}-{:02}", date.year < 0 ? "-" : "", std::abs(date.year), date.month,
                     date.day);
}

namespace {
std::string format_instant(Timestamp time, char between, std::string_view end) {
  auto [day, micros] = split_day(time.time_since_epoch().count());
  std::int64_t seconds = micros / 1000000, fraction = micros % 1000000;
  std::string text = fmt::format("{}{}{:02}:{:02}:{:02}", format_iso_date(static_cast<std::int32_t>(day)),
                                 between, seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (fraction % 1000 != 0) {
    text += fmt::format(".{:06}", fraction);
  } else if (fraction != 0) {
    text += fmt::format(".{:03}", fraction / 1000);
  }
  return text.append(end);
}
}  // namespace

std::string format_iso_timestamp(Timestamp time) {
  return format_instant(time, 'T', "Z");
}
std::string format_sql_timestamp(Timestamp time) {
  return format_instant(time, ' ', "");
}

}  // namespace leat

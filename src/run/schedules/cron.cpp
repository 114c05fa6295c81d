#include "run/schedules/cron.h"

#include <fmt/core.h>

#include <algorithm>

#include "run/schedules/cron_parser.h"

namespace leat::run {

using std::chrono::local_days;
using std::chrono::local_seconds;
using std::chrono::seconds;
using std::chrono::year_month_day;

namespace {

constexpr int kYearsAhead = 100;  // the 29th of February as a fifth Monday comes every 40 years

bool has(std::uint64_t set, int member) {
  return (set >> member & 1) != 0;
}

int weekday_of(year_month_day date) {
  return static_cast<int>(std::chrono::weekday(local_days(date)).c_encoding());
}

// The working day nearest to `day` without leaving the month.
int workday_near(year_month_day date, int day, int last) {
  day = std::min(day, last);
  int weekday = weekday_of({date.year(), date.month(), std::chrono::day(static_cast<unsigned>(day))});
  if (weekday == 6) return day > 1 ? day - 1 : day + 2;
  if (weekday == 0) return day < last ? day + 1 : day - 2;
  return day;
}

// The last working day at or before `day`.
int workday_until(year_month_day date, int day) {
  int weekday = weekday_of({date.year(), date.month(), std::chrono::day(static_cast<unsigned>(day))});
  return weekday == 6 ? day - 1 : weekday == 0 ? day - 2 : day;
}

// The first member of `set` at or after `from`, below `end`; -1 when there is none.
int first_of(std::uint64_t set, int from, int end) {
  for (int i = from; i < end; ++i)
    if (has(set, i)) return i;
  return -1;
}

}  // namespace

CronExpression CronExpression::parse(std::string_view text, const std::string& where) {
  return CronParser(text, where).parse();
}

bool CronExpression::names_day_of_month(year_month_day date, int last) const {
  int day = static_cast<int>(static_cast<unsigned>(date.day()));
  if (has(days_, day)) return true;
  if (std::find(before_last_.begin(), before_last_.end(), last - day) != before_last_.end()) return true;
  if (last_workday_ && day == workday_until(date, last)) return true;
  return std::any_of(workday_near_.begin(), workday_near_.end(),
                     [&](int wanted) { return wanted <= last && day == workday_near(date, wanted, last); });
}

bool CronExpression::names_weekday(year_month_day date, int last) const {
  int day = static_cast<int>(static_cast<unsigned>(date.day()));
  int weekday = weekday_of(date);
  if (has(weekdays_, weekday)) return true;
  if (has(last_weekdays_, weekday) && day + 7 > last) return true;
  return has(nth_weekdays_[static_cast<std::size_t>((day - 1) / 7 + 1)], weekday);
}

bool CronExpression::names_day(year_month_day date) const {
  std::chrono::year_month_day_last end{date.year(), std::chrono::month_day_last(date.month())};
  int last = static_cast<int>(static_cast<unsigned>(end.day()));
  bool day = names_day_of_month(date, last), weekday = names_weekday(date, last);
  return any_day_ || any_weekday_ ? day && weekday : day || weekday;
}

std::optional<seconds> CronExpression::next_time(seconds from) const {
  int whole = static_cast<int>(from.count());
  int hour = whole / 3600, minute = whole / 60 % 60, second = whole % 60;
  for (int h = first_of(hours_, hour, 24); h >= 0; h = first_of(hours_, h + 1, 24)) {
    if (h > hour) minute = second = 0;
    for (int m = first_of(minutes_, minute, 60); m >= 0; m = first_of(minutes_, m + 1, 60)) {
      if (h > hour || m > minute) second = 0;
      if (int s = first_of(seconds_, second, 60); s >= 0) return seconds(h * 3600 + m * 60 + s);
    }
    minute = 0;
  }
  return std::nullopt;
}

std::optional<local_seconds> CronExpression::next(local_seconds from) const {
  local_days day = std::chrono::floor<std::chrono::days>(from);
  seconds time = from - day;
  local_days end = day + std::chrono::days(kYearsAhead * 366);
  while (day < end) {
    year_month_day date(day);
    if (!has(months_, static_cast<int>(static_cast<unsigned>(date.month())))) {
      std::chrono::year_month month = date.year() / date.month() + std::chrono::months(1);
      day = local_days(month / std::chrono::day(1));
    } else {
      if (names_day(date)) {
        if (std::optional<seconds> found = next_time(time)) return day + *found;
      }
      day += std::chrono::days(1);
    }
    time = seconds(0);
  }
  return std::nullopt;
}

}  // namespace leat::run

// CronExpression: which local times a cron expression names.
//
// Guarantees: five fields (minute, hour, day of the month, month, weekday), six with seconds
//   before them, or a name such as @daily. Lists, ranges, steps, names of months and weekdays,
//   `?`, `L`, `L-3`, `15W`, `LW`, `5L`, `5#3`. Weekdays are 0 to 7, Sunday is 0 and 7. Where
//   neither the day nor the weekday begins with a star, either is enough; else both have to
//   hold.
// Threads: immutable.
// Errors: Error(schedule_invalid) names the field; also for an expression that never comes.
// Source: crontab(5) of cronie 1.6; Quartz's L, W and #.
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leat::run {

class CronExpression {
 public:
  /// Parses `text`; `where` is told in errors.
  static CronExpression parse(std::string_view text, const std::string& where = {});
  /// The first local time at or after `from` that it names; nullopt when there is none in the next century.
  std::optional<std::chrono::local_seconds> next(std::chrono::local_seconds from) const;
  /// True when neither seconds, minutes nor hours begin with a star: it names times of day, not a rhythm.
  bool is_fixed() const { return is_fixed_; }

 private:
  friend class CronParser;
  bool names_day(std::chrono::year_month_day date) const;
  bool names_day_of_month(std::chrono::year_month_day date, int last) const;
  bool names_weekday(std::chrono::year_month_day date, int last) const;
  std::optional<std::chrono::seconds> next_time(std::chrono::seconds from) const;

  std::uint64_t seconds_ = 1, minutes_ = 0, hours_ = 0, days_ = 0, months_ = 0, weekdays_ = 0;
  std::vector<int> before_last_;                 // days before the month's last
  std::vector<int> workday_near_;                // 15W
  bool last_workday_ = false;                    // LW
  std::uint64_t last_weekdays_ = 0;              // 5L
  std::array<std::uint64_t, 6> nth_weekdays_{};  // [3]: those of #3
  bool any_day_ = false, any_weekday_ = false;   // begins with a star
  bool is_fixed_ = true;
};

}  // namespace leat::run

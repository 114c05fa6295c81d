// Ticks: the instants at which a schedule is due.
//
// Guarantees: strictly ascending. Where clocks are put forward, an expression that names times of day is due
//   once at the first instant after the gap for all that the gap leaves out; where they are put back, it is
//   due only the first time. Rhythms (a star in minutes or hours) follow the clock: nothing for what the gap
//   leaves out, and both times of an hour that comes twice. Shifts of three hours and more are corrections of
//   the clock: times in them are not made up for.
// Threads: any.
// Source: cron(8) of cronie 1.6, on daylight saving time.
#pragma once
#include <chrono>
#include <optional>
#include <vector>

#include "run/schedules/cron.h"
#include "run/schedules/time_zone.h"

namespace leat::run {

/// The first instant after `after` at which the expression is due in the zone; nullopt when there is none.
std::optional<std::chrono::sys_seconds> next_tick(const CronExpression& cron, const TimeZone& zone,
                                                  std::chrono::sys_seconds after);
/// The next `count` of them.
std::vector<std::chrono::sys_seconds> next_ticks(const CronExpression& cron, const TimeZone& zone,
                                                 std::chrono::sys_seconds after, int count);

}  // namespace leat::run

#include "run/schedules/ticks.h"

#include <algorithm>

namespace leat::run {

using std::chrono::local_seconds;
using std::chrono::seconds;
using std::chrono::sys_seconds;

namespace {

constexpr std::chrono::hours kCorrection{3};
// Before and after these the calendar's arithmetic would overflow.
constexpr sys_seconds kFirst{seconds(-62'135'596'800)}, kLast{seconds(253'402'300'799)};

local_seconds local(sys_seconds instant, seconds offset) {
  return local_seconds(instant.time_since_epoch() + offset);
}

}  // namespace

std::optional<sys_seconds> next_tick(const CronExpression& cron, const TimeZone& zone, sys_seconds after) {
  sys_seconds from = std::clamp(after, kFirst, kLast) + seconds(1);
  for (;;) {
    ZoneSpan span = zone.at(from);
    local_seconds start = local(from, span.offset);
    if (cron.is_fixed() && span.begin > kFirst) {
      seconds before = zone.at(span.begin - seconds(1)).offset, shift = span.offset - before;
      local_seconds left = local(span.begin, before);  // where the local time before the shift ends
      if (shift > seconds(0) && shift < kCorrection && from == span.begin) {
        std::optional<local_seconds> skipped = cron.next(left);
        if (skipped && *skipped < start) return span.begin;
      }
      if (shift < seconds(0) && -shift < kCorrection) start = std::max(start, left);
    }
    std::optional<local_seconds> found = cron.next(start);
    if (!found) return std::nullopt;
    sys_seconds instant(found->time_since_epoch() - span.offset);
    if (instant < span.end) return instant;
    from = span.end;
    if (from > kLast) return std::nullopt;
  }
}

std::vector<sys_seconds> next_ticks(const CronExpression& cron, const TimeZone& zone, sys_seconds after,
                                    int count) {
  std::vector<sys_seconds> ticks;
  while (static_cast<int>(ticks.size()) < count) {
    std::optional<sys_seconds> next = next_tick(cron, zone, after);
    if (!next) break;
    ticks.push_back(*next);
    after = *next;
  }
  return ticks;
}

}  // namespace leat::run

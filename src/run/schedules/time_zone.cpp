#include "run/schedules/time_zone.h"

// The library is built on the system's zone files, which decides the layout of its types.
#define USE_OS_TZDB 1
#include <date/tz.h>
#include <fmt/core.h>

#include "base/error.h"
#include "base/spec.h"

namespace leat::run {

TimeZone::TimeZone(const std::string& name, const std::string& where) : name_(name) {
  if (name == "UTC") return;
  std::vector<std::string> names;
  for (const date::time_zone& zone : date::get_tzdb().zones) {
    if (zone.name() == name) zone_ = &zone;
    names.push_back(zone.name());
  }
  if (zone_) return;
  std::string near = nearest(name, names);
  throw Error(ErrorCode::schedule_invalid,
              fmt::format("There is no time zone `{}`{}", name,
                          near.empty() ? "" : fmt::format("; did you mean `{}`?", near)),
              where);
}

ZoneSpan TimeZone::at(std::chrono::sys_seconds instant) const {
  if (!zone_) return {std::chrono::sys_seconds::min(), std::chrono::sys_seconds::max(), {}};
  date::sys_info found = static_cast<const date::time_zone*>(zone_)->get_info(instant);
  return {found.begin, found.end, found.offset};
}

}  // namespace leat::run

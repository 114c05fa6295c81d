// The library is built on the system's zone files, which decides the layout of its types.
#define USE_OS_TZDB 1
#include <date/tz.h>

#include "jinja/date_values.h"
#include "jinja/operations.h"

namespace leat::jinja {
namespace {

const date::time_zone* locate(const std::string& name) {
  const date::tzdb& known = date::get_tzdb();
  const auto zone = std::find_if(known.zones.begin(), known.zones.end(),
                                 [&](const date::time_zone& entry) { return entry.name() == name; });
  if (zone == known.zones.end()) raise_type(fmt::format("UnknownTimeZoneError: '{}'", name));
  return &*zone;
}

// The zone's rule at a local time; in a gap or overlap the first one, as Python's fold=0.
date::sys_info rule_at(const ZoneInfo& zone, LocalTime local) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(local.time_since_epoch());
  return locate(zone.name)->get_info(date::local_time<std::chrono::seconds>(seconds)).first;
}

}  // namespace

ZoneInfo find_zone(std::string_view name) {
  const std::string text(name);
  if (text == "UTC" || text == "utc") return {"UTC", 0, false};
  return {locate(text)->name(), 0, true};
}

std::int64_t offset_at(const ZoneInfo& zone, LocalTime local) {
  return zone.iana ? rule_at(zone, local).offset.count() : zone.offset_seconds;
}

std::string abbreviation_at(const ZoneInfo& zone, LocalTime local) {
  return zone.iana ? rule_at(zone, local).abbrev : zone.name;
}

}  // namespace leat::jinja

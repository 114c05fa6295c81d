// Schedule: an entry of `schedules:` in leat.yml: when, what, and what becomes of times that were missed.
//
// Guarantees: read_schedules reports a wrong expression, zone or setting with file:line:column.
// Threads: values.
// Errors: Error(schedule_invalid).
#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/spec.h"
#include "document/value.h"
#include "run/schedules/ticks.h"

namespace leat::run {

/// What becomes of ticks that came while no server ran.
enum class Missed {
  skip,  ///< nothing
  once,  ///< one job for all of them
  all,   ///< a job for each
};

struct Schedule {
  std::string name;
  std::string cron_text;
  CronExpression cron;
  TimeZone zone{"UTC"};
  std::vector<std::string> select, exclude;  ///< dbt's selection language
  Missed missed = Missed::once;
  int concurrency = 1;  ///< how many of its jobs run at once
  int retries = 2;
  int priority = 0;  ///< higher ones first
  std::string pool;
  std::chrono::milliseconds timeout{0};  ///< 0: none
  bool enabled = true;
  bool full_refresh = false;

  /// Changes when its times do.
  std::string definition() const { return cron_text + " | " + zone.name(); }
};

extern const Spec kScheduleSpec;

/// Reads the mapping under `schedules:`.
std::vector<Schedule> read_schedules(const document::Value& all, const Env& env);
/// The schedule of that name; Error(schedule_unknown) lists the known ones.
const Schedule& find_schedule(const std::vector<Schedule>& all, const std::string& name);

}  // namespace leat::run

#include "run/schedules/schedule.h"

#include <fmt/core.h>

#include "base/error.h"
#include "document/texts.h"

namespace leat::run {

using document::Value;

const Spec kScheduleSpec{
    "a schedule",
    "When something runs.",
    {{"cron", FieldKind::text, "Minute, hour, day, month and weekday, or a name such as @daily.", "", true},
     {"timezone", FieldKind::text, "A zone of the IANA list.", "UTC"},
     {"select", FieldKind::list, "What runs, in dbt's selection language; everything when left out."},
     {"exclude", FieldKind::list, "What does not."},
     {"missed",
      FieldKind::text,
      "Of the times at which no server ran: none, one for all, or each.",
      "once",
      false,
      {"skip", "once", "all"}},
     {"concurrency", FieldKind::integer, "How many of its jobs run at once.", "1"},
     {"retries", FieldKind::integer, "How often a job that failed is tried again.", "2"},
     {"priority", FieldKind::integer, "Jobs of a higher one go first.", "0"},
     {"pool", FieldKind::text, "A pool of `serve:` that limits how many of its jobs run at once."},
     {"timeout", FieldKind::duration, "A job that takes longer is stopped."},
     {"full_refresh", FieldKind::boolean, "Reads from the beginning and rebuilds everything.", "false"},
     {"enabled", FieldKind::boolean, "Whether it is due at all.", "true"}}};

namespace {

constexpr std::int64_t kConcurrencyMax = 64, kRetriesMax = 100;

int bounded(const document::Settings& settings, std::string_view field, std::int64_t low, std::int64_t high) {
  std::int64_t value = settings.integer(field);
  if (value < low || value > high)
    throw Error(ErrorCode::schedule_invalid, fmt::format("`{}` is not from {} to {}", field, low, high),
                settings.mark().text());
  return static_cast<int>(value);
}

Schedule read_schedule(const std::string& name, const Value& mapping, const Env& env) {
  if (!mapping.is_mapping())
    throw Error(ErrorCode::schedule_invalid, fmt::format("The schedule `{}` has to be a mapping", name),
                mapping.where());
  document::Settings settings =
      read_settings(kScheduleSpec, document::with_lists(mapping, {"select", "exclude"}), env);
  Schedule out;
  out.name = name;
  out.cron_text = settings.text("cron");
  out.cron = CronExpression::parse(out.cron_text, mapping["cron"].where());
  out.zone = TimeZone(settings.text("timezone"),
                      mapping.find("timezone") ? mapping["timezone"].where() : mapping.where());
  out.select = document::texts(settings, "select");
  out.exclude = document::texts(settings, "exclude");
  std::string missed = settings.text("missed");
  out.missed = missed == "skip" ? Missed::skip : missed == "all" ? Missed::all : Missed::once;
  out.concurrency = bounded(settings, "concurrency", 1, kConcurrencyMax);
  out.retries = bounded(settings, "retries", 0, kRetriesMax);
  out.priority = bounded(settings, "priority", -1000, 1000);
  if (settings.has("pool")) out.pool = settings.text("pool");
  if (settings.has("timeout")) out.timeout = settings.duration("timeout");
  out.full_refresh = settings.boolean("full_refresh");
  out.enabled = settings.boolean("enabled");
  return out;
}

}  // namespace

std::vector<Schedule> read_schedules(const Value& all, const Env& env) {
  std::vector<Schedule> out;
  for (const Value::Member& member : all.members())
    out.push_back(read_schedule(member.first, member.second, env));
  return out;
}

const Schedule& find_schedule(const std::vector<Schedule>& all, const std::string& name) {
  std::vector<std::string> names;
  std::string listed;
  for (const Schedule& each : all) {
    if (each.name == name) return each;
    names.push_back(each.name);
    listed += (listed.empty() ? "" : ", ") + each.name;
  }
  std::string near = name.empty() ? "" : nearest(name, names);
  throw Error(ErrorCode::schedule_unknown,
              name.empty() ? "No schedule is named"
                           : fmt::format("There is no schedule `{}`{}", name,
                                         near.empty() ? "" : fmt::format("; did you mean `{}`?", near)),
              "leat.yml")
      .fix(listed.empty() ? "`schedules:` in leat.yml declares them."
                          : fmt::format("The project's schedules: {}.", listed));
}

}  // namespace leat::run

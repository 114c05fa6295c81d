// leat schedule: the project's schedules, when they are next due, and what became of their last ticks.
#include <fmt/core.h>

#include "base/error.h"
#include "base/time.h"
#include "cli/commands.h"
#include "cli/terminal.h"
#include "run/project_file.h"
#include "run/store/queue.h"

namespace leat::cli {
namespace {

using std::chrono::sys_seconds;

constexpr int kCountMax = 10'000;

// "2025-03-30 03:00:00 +02:00": the time that a clock in the zone shows.
std::string local_text(sys_seconds tick, const run::TimeZone& zone) {
  std::int64_t offset = zone.at(tick).offset.count();
  std::int64_t minutes = (offset < 0 ? -offset : offset) / 60;
  return fmt::format("{} {}{:02}:{:02}", format_sql_timestamp(tick + std::chrono::seconds(offset)),
                     offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

class ScheduleCommand : public Command {
 public:
  std::string_view name() const override { return "schedule"; }
  std::string_view summary() const override { return "Show schedules and when they are due"; }
  std::string_view group() const override { return "Look"; }
  std::vector<Option> options() override {
    return {{"verb", "list, next or ticks (default: list)", &verb_},
            {"name", "The schedule of leat.yml", &name_},
            {"--count", "next and ticks: how many (default: 5)", &count_, false, "N"},
            {"--from", "next: after this instant (default: now)", &from_, false, "INSTANT"}};
  }
  std::string_view details() const override {
    return R"(Examples:
  leat schedule                     the project's schedules with their next times
  leat schedule next nightly --count 10
  leat schedule next nightly --from 2026-03-28   around a change of clocks
  leat schedule ticks nightly       what became of its last times)";
  }
  int run(const Globals& globals, Env& env) override {
    run::ProjectFile project = run::load_project(run::find_project(globals.project_folder), env);
    if (count_ < 1 || count_ > kCountMax)
      throw Error(ErrorCode::cli_usage, fmt::format("--count is not from 1 to {}", kCountMax),
                  "leat schedule");
    if (verb_.empty() || verb_ == "list") return list(project, env);
    if (verb_ == "next") return next(run::find_schedule(project.schedules, name_), env);
    if (verb_ == "ticks") return ticks(project);
    throw Error(ErrorCode::cli_usage, fmt::format("`{}` is no verb of schedule", verb_), "leat schedule")
        .fix("There are list, next and ticks.");
  }

 private:
  sys_seconds start(Env& env) const {
    if (from_.empty()) return std::chrono::floor<std::chrono::seconds>(env.now());
    std::optional<Timestamp> from = parse_iso_timestamp(from_);
    if (!from)
      throw Error(ErrorCode::cli_usage, fmt::format("`{}` is no instant such as 2026-01-05", from_),
                  "--from");
    return std::chrono::floor<std::chrono::seconds>(*from);
  }

  int list(const run::ProjectFile& project, Env& env) const {
    if (project.schedules.empty()) Terminal::line("No schedule yet: `schedules:` in leat.yml declares them.");
    for (const run::Schedule& each : project.schedules) {
      std::optional<sys_seconds> due = run::next_tick(each.cron, each.zone, start(env));
      Terminal::line(fmt::format("{} {} {}", pad(each.name, 20), pad(each.definition(), 36),
                                 !each.enabled ? "not enabled"
                                 : due         ? local_text(*due, each.zone)
                                               : "never"));
    }
    return 0;
  }

  int next(const run::Schedule& schedule, Env& env) const {
    for (sys_seconds tick : run::next_ticks(schedule.cron, schedule.zone, start(env), count_))
      Terminal::line(fmt::format("{}  {}", local_text(tick, schedule.zone), format_iso_timestamp(tick)));
    return 0;
  }

  int ticks(const run::ProjectFile& project) const {
    if (!name_.empty()) run::find_schedule(project.schedules, name_);
    run::Queue queue(project.folder);
    for (const run::Tick& tick : queue.ticks(name_, count_))
      Terminal::line(fmt::format("{} {} {} {}", format_iso_timestamp(tick.at), pad(tick.schedule, 20),
                                 pad(tick.outcome, 8), tick.job > 0 ? fmt::format("job {}", tick.job) : ""));
    return 0;
  }

  std::string verb_, name_, from_;
  int count_ = 5;
};

}  // namespace

std::unique_ptr<Command> make_schedule() {
  return std::make_unique<ScheduleCommand>();
}

}  // namespace leat::cli

// The part of Queue that decides ticks.
#include "run/store/queue.h"

namespace leat::run {

std::vector<std::chrono::sys_seconds> Queue::begin_schedules(
    const std::vector<std::pair<std::string, std::string>>& schedules, Timestamp now) {
  std::lock_guard lock(mutex_);
  std::map<std::string, std::pair<std::string, std::int64_t>> known;
  {
    SqliteStatement rows(file_.handle(), "select name, definition, decided from schedules");
    while (rows.row()) known[rows.text(0)] = {rows.text(1), rows.number(2)};
  }
  std::int64_t begin = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  std::vector<std::chrono::sys_seconds> decided;
  SqliteTransaction transaction(file_);
  for (const auto& [name, definition] : schedules) {
    auto found = known.find(name);
    bool is_known = found != known.end() && found->second.first == definition;
    decided.emplace_back(std::chrono::seconds(is_known ? found->second.second : begin));
    if (found != known.end()) known.erase(found);
    if (is_known) continue;
    SqliteStatement set(file_.handle(), "insert or replace into schedules values (?, ?, ?)");
    if (!set.with(name, definition, begin).done()) file_.fail("a schedule");
  }
  for (const auto& [name, gone] : known) {
    SqliteStatement row(file_.handle(), "delete from schedules where name = ?");
    if (!row.with(name).done()) file_.fail("a schedule that is gone");
  }
  transaction.commit();
  return decided;
}

void Queue::decide(std::vector<Decision>& decisions, Timestamp now, Env& env) {
  std::lock_guard lock(mutex_);
  SqliteTransaction transaction(file_);
  for (Decision& decision : decisions) {
    Tick& tick = decision.tick;
    std::int64_t at = tick.at.time_since_epoch().count();
    SqliteStatement known(file_.handle(), "select 1 from ticks where schedule = ? and at = ?");
    if (known.with(tick.schedule, at).row()) continue;
    decision.is_made = tick.outcome == "queued";
    if (decision.is_made) tick.job = insert(decision.job, now);
    SqliteStatement row(file_.handle(), "insert into ticks (schedule, at, outcome, job) values (?, ?, ?, ?)");
    if (!row.with(tick.schedule, at, tick.outcome, tick.job).done()) file_.fail("a tick");
    SqliteStatement until(file_.handle(), "update schedules set decided = max(decided, ?2) where name = ?1");
    if (!until.with(tick.schedule, at).done()) file_.fail("a schedule's ticks");
  }
  env.failpoint("tick_before_commit");
  transaction.commit();
  env.failpoint("tick_after_commit");
}

std::vector<Tick> Queue::ticks(const std::string& schedule, int count) {
  std::lock_guard lock(mutex_);
  SqliteStatement rows(
      file_.handle(),
      "select schedule, at, outcome, job from ticks where ?1 = '' or schedule = ?1 order by at "
      "desc, schedule limit ?2");
  rows.with(schedule, std::int64_t{count});
  std::vector<Tick> out;
  while (rows.row())
    out.push_back({rows.text(0), std::chrono::sys_seconds(std::chrono::seconds(rows.number(1))), rows.text(2),
                   rows.number(3)});
  return out;
}

std::int64_t Queue::waiting(const std::string& kind, const std::string& name) {
  std::lock_guard lock(mutex_);
  SqliteStatement row(file_.handle(),
                      "select id from jobs where name = ? and kind = ? and status = 'queued' and attempt = 0 "
                      "order by id limit 1");
  return row.with(name, kind).row() ? row.number(0) : 0;
}

}  // namespace leat::run

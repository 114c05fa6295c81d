// The part of Queue that keeps what sensors have seen.
#include "run/store/queue.h"

namespace leat::run {
namespace {

constexpr std::int64_t kHookKeysKept = 10'000;

std::int64_t number(Timestamp time) {
  return time.time_since_epoch().count();
}
Timestamp instant(std::int64_t number) {
  return Timestamp(std::chrono::microseconds(number));
}

}  // namespace

SensorRow Queue::sensor(const std::string& name) {
  std::lock_guard lock(mutex_);
  SqliteStatement row(file_.handle(),
                      "select position, looked, fired, job, reason, error from sensors where name = ?");
  SensorRow out;
  out.name = name;
  if (!row.with(name).row()) return out;
  out.position = row.text(0);
  out.looked = instant(row.number(1));
  out.fired = instant(row.number(2));
  out.job = row.number(3);
  out.reason = row.text(4);
  out.error = row.text(5);
  return out;
}

std::int64_t Queue::note_look(SensorRow row, const std::optional<NewJob>& job, Timestamp now, Env& env) {
  std::lock_guard lock(mutex_);
  SqliteTransaction transaction(file_);
  std::int64_t id = 0;
  if (job) {
    SqliteStatement waiting(
        file_.handle(),
        "select id from jobs where name = ? and kind = ? and status = 'queued' and attempt = 0 "
        "order by id limit 1");
    id = waiting.with(job->name, job->kind).row() ? waiting.number(0) : insert(*job, now);
    row.job = id;
    row.fired = now;
  }
  SqliteStatement keep(file_.handle(), "insert or replace into sensors values (?, ?, ?, ?, ?, ?, ?)");
  keep.with(row.name, row.position, number(now), number(row.fired), row.job, row.reason, row.error);
  if (!keep.done()) file_.fail("a sensor");
  env.failpoint("job_sensor_before_commit");
  transaction.commit();
  return id;
}

std::int64_t Queue::hook_job(const std::string& sensor, const std::string& key) {
  std::lock_guard lock(mutex_);
  SqliteStatement row(file_.handle(), "select job from hook_keys where sensor = ? and key = ?");
  return row.with(sensor, key).row() ? row.number(0) : 0;
}

void Queue::keep_hook(const std::string& sensor, const std::string& key, std::int64_t job, Timestamp now) {
  std::lock_guard lock(mutex_);
  SqliteStatement row(file_.handle(), "insert or ignore into hook_keys values (?, ?, ?, ?)");
  if (!row.with(sensor, key, job, number(now)).done()) file_.fail("a webhook's key");
  SqliteStatement prune(
      file_.handle(),
      "delete from hook_keys where at < (select at from hook_keys order by at desc limit 1 offset ?)");
  prune.with(kHookKeysKept).done();
}

}  // namespace leat::run

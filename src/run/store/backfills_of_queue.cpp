// The part of Queue that keeps backfills and what became of partitions.
#include <fmt/core.h>

#include "run/store/queue.h"

namespace leat::run {
namespace {

constexpr const char* kBackfill =
    "select id, partitions, request, created, seconds_expected, partition_count from backfills ";

std::int64_t number(Timestamp time) {
  return time.time_since_epoch().count();
}
Timestamp instant(std::int64_t number) {
  return Timestamp(std::chrono::microseconds(number));
}

}  // namespace

std::string BackfillRow::status() const {
  auto count = [&](const char* status) {
    auto found = jobs.find(status);
    return found == jobs.end() ? 0 : found->second;
  };
  if (count("queued") + count("running") > 0) return "running";
  return count("failed") > 0 ? "failed" : count("cancelled") > 0 ? "cancelled" : "succeeded";
}

std::int64_t Queue::add_backfill(BackfillRow row, std::vector<NewJob> jobs, Timestamp now, Env& env) {
  std::lock_guard lock(mutex_);
  SqliteTransaction transaction(file_);
  SqliteStatement insert_row(file_.handle(),
                             "insert into backfills (partitions, request, created, seconds_expected, "
                             "partition_count) values (?, ?, ?, cast(? as real) / 1000, ?)");
  insert_row.with(row.partitions, row.request, number(now),
                  static_cast<std::int64_t>(row.seconds_expected * 1000), row.partition_count);
  if (!insert_row.done()) file_.fail("a backfill");
  std::int64_t id = file_.last_id();
  for (NewJob& job : jobs) {
    job.backfill = id;
    job.lane = fmt::format("backfill:{}", id);
    insert(job, now);
  }
  env.failpoint("job_backfill_before_commit");
  transaction.commit();
  env.failpoint("job_backfill_after_commit");
  return id;
}

BackfillRow Queue::read_backfill(SqliteStatement& row) {
  BackfillRow out;
  out.id = row.number(0);
  out.partitions = row.text(1);
  out.request = row.text(2);
  out.created = instant(row.number(3));
  out.seconds_expected = static_cast<double>(row.number(4));
  out.partition_count = row.number(5);
  SqliteStatement jobs(file_.handle(),
                       "select status, count(*), max(finished) from jobs where backfill = ? group by status");
  jobs.with(out.id);
  std::int64_t last = 0;
  while (jobs.row()) {
    out.jobs[jobs.text(0)] = jobs.number(1);
    last = std::max(last, jobs.number(2));
  }
  if (out.status() != "running") out.finished = instant(last);
  return out;
}

std::optional<BackfillRow> Queue::backfill(std::int64_t id) {
  std::lock_guard lock(mutex_);
  SqliteStatement row(file_.handle(), fmt::format("{}where id = ?", kBackfill).c_str());
  if (!row.with(id).row()) return std::nullopt;
  return read_backfill(row);
}

std::vector<BackfillRow> Queue::backfills(const std::string& partitions, int limit, int offset) {
  std::lock_guard lock(mutex_);
  SqliteStatement rows(
      file_.handle(),
      fmt::format("{}where ?1 = '' or partitions = ?1 order by id desc limit ?2 offset ?3", kBackfill)
          .c_str());
  rows.with(partitions, std::int64_t{limit}, std::int64_t{offset});
  std::vector<BackfillRow> out;
  while (rows.row()) out.push_back(read_backfill(rows));
  return out;
}

std::int64_t Queue::count_backfills(const std::string& partitions) {
  std::lock_guard lock(mutex_);
  SqliteStatement row(file_.handle(), "select count(*) from backfills where ?1 = '' or partitions = ?1");
  return row.with(partitions).row() ? row.number(0) : 0;
}

int Queue::retry_backfill(std::int64_t id, Timestamp now) {
  std::lock_guard lock(mutex_);
  SqliteStatement row(
      file_.handle(),
      "update jobs set status = 'queued', error = '', due = ?2, updated = ?2, finished = 0, cancelled = "
      "0, attempts_max = attempts_max + attempt where backfill = ?1 and status in ('failed', "
      "'cancelled')");
  if (!row.with(id, number(now)).done()) file_.fail("a backfill's retry");
  return file_.changes();
}

void Queue::keep_partitions(std::int64_t job, JobStatus status, Timestamp now) {
  SqliteStatement rows(
      file_.handle(),
      "insert or replace into partition_states select p.partitions, p.key, ?2, p.job, j.backfill, ?3 "
      "from job_partitions p join jobs j on j.id = p.job where p.job = ?1 and not exists (select 1 "
      "from partition_states s where s.partitions = p.partitions and s.key = p.key and (s.job > p.job "
      "or (?2 = 'cancelled' and s.status = 'succeeded')))");
  if (!rows.with(job, std::string(name(status)), number(now)).done()) file_.fail("a job's partitions");
}

std::map<std::string, PartitionState> Queue::partition_states(const std::string& partitions) {
  std::lock_guard lock(mutex_);
  std::map<std::string, PartitionState> out;
  SqliteStatement ended(
      file_.handle(),
      "select key, status, job, backfill, updated from partition_states where partitions = ?");
  ended.with(partitions);
  while (ended.row())
    out[ended.text(0)] = {ended.text(1), ended.number(2), ended.number(3), instant(ended.number(4))};
  SqliteStatement open(
      file_.handle(),
      "select p.key, j.status, j.id, j.backfill, j.updated from jobs j join job_partitions p on p.job "
      "= j.id where j.status in ('queued', 'running') and p.partitions = ? order by j.id");
  open.with(partitions);
  while (open.row())
    out[open.text(0)] = {open.text(1), open.number(2), open.number(3), instant(open.number(4))};
  return out;
}

std::vector<double> Queue::seconds_a_partition(const std::string& partitions, int count) {
  std::lock_guard lock(mutex_);
  SqliteStatement rows(
      file_.handle(),
      "select (a.finished - a.started) / (select count(*) from job_partitions p where p.job = j.id) "
      "from jobs j join job_attempts a on a.job = j.id and a.status = 'succeeded' where j.backfill > 0 "
      "and j.name = ? and j.status = 'succeeded' and exists (select 1 from job_partitions p where "
      "p.job = j.id) order by j.id desc limit ?");
  rows.with(partitions, std::int64_t{count});
  std::vector<double> out;
  while (rows.row()) out.push_back(static_cast<double>(rows.number(0)) / 1e6);
  return out;
}

std::vector<Job> Queue::jobs_of_backfill(std::int64_t id) {
  JobFilter filter;
  filter.backfill = id;
  filter.oldest_first = true;
  filter.limit = 1'000'000;
  return jobs(filter);
}

}  // namespace leat::run

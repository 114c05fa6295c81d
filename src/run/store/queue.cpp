#include "run/store/queue.h"

#include <fmt/core.h>

#include "base/error.h"

namespace leat::run {
namespace {

// A job that has brought its server down more than a few times waits longer and longer for its turn, so that
// others get theirs, and is given up in the end.
constexpr int kInterruptionsMax = 100, kInterruptionsFree = 10, kPruneEvery = 500;
constexpr std::chrono::seconds kInterruptedWait{600};

std::chrono::seconds wait_after_interruptions(int count) {
  if (count <= kInterruptionsFree) return std::chrono::seconds(0);
  return std::min(std::chrono::seconds(1LL << std::min(count - kInterruptionsFree, 20)), kInterruptedWait);
}

// What version 2 adds.
constexpr const char* kSecond = R"(
create index if not exists jobs_by_claim on jobs (status, priority desc, id);
create index if not exists jobs_by_backfill on jobs (backfill) where backfill > 0;
create table backfills (id integer primary key autoincrement, partitions text, request text, created integer, seconds_expected real, partition_count integer);
create table job_partitions (job integer, partitions text, key text, primary key (job, key)) without rowid;
create table partition_states (partitions text, key text, status text, job integer, backfill integer, updated integer, primary key (partitions, key)) without rowid;
create table sensors (name text primary key, position text, looked integer, fired integer, job integer, reason text, error text);
create table hook_keys (sensor text, key text, job integer, at integer, primary key (sensor, key)) without rowid;
)";

constexpr const char* kTables = R"(
create table if not exists schedules (name text primary key, definition text, decided integer);
create table if not exists ticks (schedule text, at integer, outcome text, job integer, primary key (schedule, at)) without rowid;
create table if not exists jobs (id integer primary key autoincrement, kind text, name text, spec text, priority integer, pool text, lane text, lane_width integer, attempts_max integer, timeout_ms integer, status text, attempt integer, interruptions integer, created integer, due integer, started integer, finished integer, updated integer, worker text, run_id text, error text, cancelled integer, rows_out integer, bytes integer, backfill integer default 0);
create index if not exists jobs_by_status on jobs (status, due);
create index if not exists jobs_by_name on jobs (name, kind);
create table if not exists job_steps (job integer, asset text, kind text, status text, message text, rows_out integer, took_ms integer, attempt integer, finished integer, primary key (job, asset)) without rowid;
create table if not exists job_attempts (job integer, number integer, run_id text, status text, error text, started integer, finished integer, primary key (job, number)) without rowid;
create index if not exists attempts_by_run on job_attempts (run_id);
)";

const SqliteFormat& format() {
  static const SqliteFormat known{
      "pragma journal_mode = wal; pragma synchronous = full;",
      fmt::format("{}{}", kTables, kSecond),
      {fmt::format("alter table jobs add column backfill integer default 0;{}", kSecond)}};
  return known;
}

constexpr const char* kColumns =
    "id, kind, name, spec, priority, pool, lane, lane_width, attempts_max, timeout_ms, status, attempt, "
    "interruptions, created, due, started, finished, updated, worker, run_id, error, cancelled, rows_out, "
    "bytes, backfill";

std::int64_t number(Timestamp time) {
  return time.time_since_epoch().count();
}
Timestamp instant(std::int64_t number) {
  return Timestamp(std::chrono::microseconds(number));
}

Job read_job(SqliteStatement& row) {
  Job job;
  job.id = row.number(0);
  job.kind = row.text(1);
  job.name = row.text(2);
  job.spec = row.text(3);
  job.priority = static_cast<int>(row.number(4));
  job.pool = row.text(5);
  job.lane = row.text(6);
  job.lane_width = static_cast<int>(row.number(7));
  job.attempts_max = static_cast<int>(row.number(8));
  job.timeout = std::chrono::milliseconds(row.number(9));
  job.status = parse_job_status(row.text(10)).value_or(JobStatus::failed);
  job.attempt = static_cast<int>(row.number(11));
  job.interruptions = static_cast<int>(row.number(12));
  job.created = instant(row.number(13));
  job.due = instant(row.number(14));
  job.started = instant(row.number(15));
  job.finished = instant(row.number(16));
  job.updated = instant(row.number(17));
  job.worker = row.text(18);
  job.run_id = row.text(19);
  job.error = row.text(20);
  job.is_cancelled = row.number(21) != 0;
  job.rows = row.number(22);
  job.bytes = row.number(23);
  job.backfill = row.number(24);
  return job;
}

std::string select(const std::string& rest) {
  return fmt::format("select {} from jobs {}", kColumns, rest);
}

}  // namespace

std::string_view name(JobStatus status) {
  constexpr std::string_view names[] = {"queued", "running", "succeeded", "failed", "cancelled"};
  return names[static_cast<std::size_t>(status)];
}

std::optional<JobStatus> parse_job_status(std::string_view text) {
  for (JobStatus status :
       {JobStatus::queued, JobStatus::running, JobStatus::succeeded, JobStatus::failed, JobStatus::cancelled})
    if (name(status) == text) return status;
  return std::nullopt;
}

// A file of its own: who keeps the history of a run in a transaction also tells the queue of its steps.
Queue::Queue(const std::string& folder) : file_(folder + "/.leat/queue.db", format()) {}

std::int64_t Queue::insert(const NewJob& job, Timestamp now) {
  SqliteStatement statement(
      file_.handle(),
      "insert into jobs (kind, name, spec, pool, lane, priority, lane_width, attempts_max, timeout_ms, "
      "status, "
      "attempt, interruptions, created, due, started, finished, updated, worker, run_id, error, cancelled, "
      "rows_out, bytes, backfill) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'queued', 0, 0, ?10, ?10, 0, "
      "0, "
      "?10, '', '', '', 0, 0, 0, ?11)");
  statement.with(job.kind, job.name, job.spec, job.pool, job.lane, std::int64_t{job.priority},
                 std::int64_t{job.lane_width}, std::int64_t{job.attempts_max},
                 std::int64_t{job.timeout.count()}, number(now), job.backfill);
  if (!statement.done()) file_.fail("a job");
  std::int64_t id = file_.last_id();
  for (const std::string& key : job.partitions) {
    SqliteStatement row(file_.handle(), "insert or ignore into job_partitions values (?, ?, ?)");
    if (!row.with(id, job.name, key).done()) file_.fail("a job's partitions");
  }
  return id;
}

std::int64_t Queue::add(const NewJob& job, Timestamp now) {
  std::lock_guard lock(mutex_);
  return insert(job, now);
}

// The pools that take no more jobs, a line each.
std::string Queue::full_pools(const std::map<std::string, int>& pools) {
  std::string full;
  for (const auto& [name, width] : pools) {
    SqliteStatement busy(file_.handle(), "select count(*) from jobs where status = 'running' and pool = ?");
    if (busy.with(name).row() && busy.number(0) >= width) full += "\n" + name + "\n";
  }
  return full;
}

std::optional<Job> Queue::claim(const std::string& worker, const std::map<std::string, int>& pools,
                                Timestamp now) {
  std::lock_guard lock(mutex_);
  std::optional<Job> chosen;
  {
    std::string full = full_pools(pools);
    // Lanes that are full are found once, not for each job that waits.
    SqliteStatement waiting(file_.handle(),
                            select("where status = 'queued' and due <= ? and (lane_width = 0 or lane not in "
                                   "(select lane from jobs where "
                                   "status = 'running' and lane_width > 0 group by lane having count(*) >= "
                                   "max(lane_width))) and instr(?, "
                                   "char(10) || pool || char(10)) = 0 order by priority desc, id limit 1")
                                .c_str());
    waiting.with(number(now), full);
    if (waiting.row()) chosen = read_job(waiting);
  }
  if (!chosen) return std::nullopt;
  SqliteTransaction transaction(file_);
  chosen->status = JobStatus::running;
  chosen->attempt += 1;
  chosen->worker = worker;
  SqliteStatement mark(
      file_.handle(),
      "update jobs set status = 'running', attempt = ?2, worker = ?3, updated = ?4, error = '', "
      "started = case started when 0 then ?4 else started end where id = ?1 and status = "
      "'queued'");
  if (!mark.with(chosen->id, std::int64_t{chosen->attempt}, worker, number(now)).done())
    file_.fail("a job's claim");
  SqliteStatement attempt(file_.handle(),
                          "insert or replace into job_attempts values (?, ?, '', 'running', '', ?, 0)");
  if (!attempt.with(chosen->id, std::int64_t{chosen->attempt}, number(now)).done())
    file_.fail("a job's attempt");
  transaction.commit();
  if (chosen->started == Timestamp{}) chosen->started = now;
  return chosen;
}

std::optional<Timestamp> Queue::next_due(Timestamp now) {
  std::lock_guard lock(mutex_);
  SqliteStatement row(file_.handle(), "select min(due) from jobs where status = 'queued' and due > ?");
  if (!row.with(number(now)).row() || row.number(0) == 0) return std::nullopt;
  return instant(row.number(0));
}

void Queue::set_run(std::int64_t job, const std::string& run_id) {
  std::lock_guard lock(mutex_);
  SqliteStatement row(file_.handle(), "update jobs set run_id = ?2 where id = ?1");
  row.with(job, run_id).done();
  SqliteStatement attempt(
      file_.handle(),
      "update job_attempts set run_id = ?2 where job = ?1 and number = (select attempt from "
      "jobs where id = ?1)");
  attempt.with(job, run_id).done();
}

void Queue::add_step(std::int64_t job, const JobStep& step) {
  std::lock_guard lock(mutex_);
  SqliteStatement row(
      file_.handle(),
      "insert or replace into job_steps (job, asset, kind, status, message, rows_out, took_ms, "
      "attempt, finished) values (?, ?, ?, ?, ?, ?, ?, ?, ?)");
  row.with(job, step.asset, step.kind, step.status, step.message, step.rows, step.took_ms,
           std::int64_t{step.attempt}, number(step.finished));
  if (!row.done()) file_.fail("a job's step");
}

void Queue::add_progress(std::int64_t job, std::int64_t rows, std::int64_t bytes, Timestamp now) {
  std::lock_guard lock(mutex_);
  SqliteStatement row(
      file_.handle(),
      "update jobs set rows_out = rows_out + ?2, bytes = bytes + ?3, updated = ?4 where id = ?1");
  row.with(job, rows, bytes, number(now)).done();
}

void Queue::end_attempt(std::int64_t job, const char* status, const std::string& error, Timestamp now) {
  SqliteStatement row(
      file_.handle(),
      "update job_attempts set status = ?2, error = ?3, finished = ?4 where job = ?1 and number = "
      "(select attempt from jobs where id = ?1) and status = 'running'");
  row.with(job, std::string(status), error, number(now)).done();
}

void Queue::finish(std::int64_t job, JobStatus status, const std::string& error, Timestamp now) {
  std::lock_guard lock(mutex_);
  {
    SqliteTransaction transaction(file_);
    end_attempt(job, std::string(name(status)).c_str(), error, now);
    SqliteStatement row(
        file_.handle(),
        "update jobs set status = ?2, error = ?3, finished = ?4, updated = ?4, worker = '' where id = ?1");
    if (!row.with(job, std::string(name(status)), error, number(now)).done()) file_.fail("a job's end");
    keep_partitions(job, status, now);
    transaction.commit();
  }
  if (++ended_ % kPruneEvery == 0) prune();
}

void Queue::retry(std::int64_t job, const std::string& error, Timestamp due, Timestamp now) {
  std::lock_guard lock(mutex_);
  SqliteTransaction transaction(file_);
  end_attempt(job, "failed", error, now);
  SqliteStatement row(
      file_.handle(),
      "update jobs set status = 'queued', error = ?2, due = ?3, updated = ?4, worker = '' where "
      "id = ?1");
  if (!row.with(job, error, number(due), number(now)).done()) file_.fail("a job's retry");
  transaction.commit();
}

void Queue::postpone(std::int64_t job, Timestamp due, Timestamp now) {
  std::lock_guard lock(mutex_);
  SqliteTransaction transaction(file_);
  SqliteStatement attempt(
      file_.handle(),
      "delete from job_attempts where job = ?1 and number = (select attempt from jobs where "
      "id = ?1)");
  attempt.with(job).done();
  SqliteStatement row(
      file_.handle(),
      "update jobs set status = 'queued', attempt = attempt - 1, due = ?2, updated = ?3, worker "
      "= '' where id = ?1");
  if (!row.with(job, number(due), number(now)).done()) file_.fail("a job that waits");
  transaction.commit();
}

bool Queue::cancel(std::int64_t job, Timestamp now) {
  std::lock_guard lock(mutex_);
  std::optional<Job> found = find_locked(job);
  if (!found || is_over(found->status)) return false;
  SqliteStatement row(
      file_.handle(),
      "update jobs set cancelled = 1, updated = ?2, finished = case status when 'queued' then ?2 else "
      "finished "
      "end, status = case status when 'queued' then 'cancelled' else status end where id = ?1");
  if (!row.with(job, number(now)).done()) file_.fail("a job's cancellation");
  if (found->status == JobStatus::queued) keep_partitions(job, JobStatus::cancelled, now);
  return true;
}

bool Queue::is_cancelled(std::int64_t job) {
  std::lock_guard lock(mutex_);
  SqliteStatement row(file_.handle(), "select cancelled from jobs where id = ?");
  return row.with(job).row() && row.number(0) != 0;
}

void Queue::put_back(const Job& job, Timestamp now) {
  bool again = job.interruptions < kInterruptionsMax && !job.is_cancelled;
  std::string error = again ? "" : job.is_cancelled ? "" : "Its process died too often";
  const char* status = again ? "queued" : job.is_cancelled ? "cancelled" : "failed";
  SqliteTransaction transaction(file_);
  end_attempt(job.id, "interrupted", "The process that was at work on it is gone", now);
  SqliteStatement row(file_.handle(),
                      "update jobs set status = ?2, error = ?3, due = ?6, updated = ?4, worker = '', "
                      "interruptions = interruptions + 1, finished = ?5 where id = ?1");
  Timestamp due = now + wait_after_interruptions(job.interruptions + 1);
  if (!row.with(job.id, std::string(status), error, number(now), again ? std::int64_t{0} : number(now),
                number(due))
           .done())
    file_.fail("a job that was interrupted");
  if (!again) keep_partitions(job.id, *parse_job_status(status), now);
  transaction.commit();
}

std::vector<Job> Queue::recover(const std::string& worker, Timestamp now) {
  std::lock_guard lock(mutex_);
  std::vector<Job> orphans;
  {
    SqliteStatement rows(file_.handle(), select("where status = 'running' and worker <> ?").c_str());
    rows.with(worker);
    while (rows.row()) orphans.push_back(read_job(rows));
  }
  for (const Job& job : orphans) put_back(job, now);
  return orphans;
}

void Queue::give_back(std::int64_t job, Timestamp now) {
  std::lock_guard lock(mutex_);
  if (std::optional<Job> found = find_locked(job); found && found->status == JobStatus::running)
    put_back(*found, now);
}

void Queue::prune() {
  SqliteTransaction transaction(file_);
  file_.execute(fmt::format("create temp table gone as select id from jobs where status not in ('queued', "
                            "'running') and backfill not in (select backfill from jobs where backfill > 0 "
                            "and status in ('queued', "
                            "'running')) order by id desc limit -1 offset {}",
                            kJobsKept)
                    .c_str());
  file_.execute("delete from job_steps where job in (select id from gone)");
  file_.execute("delete from job_attempts where job in (select id from gone)");
  file_.execute("delete from job_partitions where job in (select id from gone)");
  file_.execute("delete from ticks where job in (select id from gone)");
  file_.execute("delete from jobs where id in (select id from gone)");
  file_.execute("drop table gone");
  transaction.commit();
}

std::int64_t Queue::foreign_changes() {
  std::lock_guard lock(mutex_);
  SqliteStatement row(file_.handle(), "pragma data_version");
  return row.row() ? row.number(0) : 0;
}

void Queue::copy_to(const std::string& path) {
  std::lock_guard lock(mutex_);
  file_.copy_to(path);
}

std::optional<Job> Queue::find_locked(std::int64_t job) {
  SqliteStatement row(file_.handle(), select("where id = ?").c_str());
  if (!row.with(job).row()) return std::nullopt;
  return read_job(row);
}

std::optional<Job> Queue::find(std::int64_t job) {
  std::lock_guard lock(mutex_);
  return find_locked(job);
}

namespace {

// The parameters are the same for rows and their number: every one is bound, "" and 0 stand for any.
std::string where_of(const JobFilter& filter) {
  return fmt::format(
      "where (?1 = '' or name = ?1) and (?2 = '' or instr(',' || ?2 || ',', ',' || kind || ',') > 0) and (?3 "
      "= '' or status = ?3) and created >= "
      "?4 "
      "and (?5 = 0 or created <= ?5) and updated >= ?6 and (?7 = 0 or updated <= ?7) and (?8 = 0 or backfill "
      "= ?8) "
      "order by {} {}, id {}",
      filter.by_update ? "updated" : "created", filter.oldest_first ? "" : "desc",
      filter.oldest_first ? "" : "desc");
}

void bind_filter(SqliteStatement& statement, const JobFilter& filter) {
  statement.with(filter.name, filter.kind, std::string(filter.status ? name(*filter.status) : ""),
                 number(filter.created_from), number(filter.created_to), number(filter.updated_from),
                 number(filter.updated_to), filter.backfill);
}

}  // namespace

std::vector<Job> Queue::jobs(const JobFilter& filter) {
  std::lock_guard lock(mutex_);
  SqliteStatement rows(file_.handle(), select(where_of(filter) + " limit ?9 offset ?10").c_str());
  bind_filter(rows, filter);
  rows.bind(9, std::int64_t{filter.limit});
  rows.bind(10, std::int64_t{filter.offset});
  std::vector<Job> out;
  while (rows.row()) out.push_back(read_job(rows));
  return out;
}

std::int64_t Queue::count(const JobFilter& filter) {
  std::lock_guard lock(mutex_);
  SqliteStatement row(file_.handle(), ("select count(*) from jobs " + where_of(filter)).c_str());
  bind_filter(row, filter);
  return row.row() ? row.number(0) : 0;
}

std::vector<JobStep> Queue::steps(std::int64_t job) {
  std::lock_guard lock(mutex_);
  SqliteStatement rows(
      file_.handle(),
      "select asset, kind, status, message, rows_out, took_ms, attempt, finished from job_steps "
      "where job = ? order by finished, asset");
  rows.with(job);
  std::vector<JobStep> out;
  while (rows.row())
    out.push_back({rows.text(0), rows.text(1), rows.text(2), rows.text(3), rows.number(4), rows.number(5),
                   static_cast<int>(rows.number(6)), instant(rows.number(7))});
  return out;
}

std::vector<JobAttempt> Queue::attempts(std::int64_t job) {
  std::lock_guard lock(mutex_);
  SqliteStatement rows(
      file_.handle(),
      "select number, run_id, status, error, started, finished from job_attempts where job = ? "
      "order by number");
  rows.with(job);
  std::vector<JobAttempt> out;
  while (rows.row())
    out.push_back({static_cast<int>(rows.number(0)), rows.text(1), rows.text(2), rows.text(3),
                   instant(rows.number(4)), instant(rows.number(5))});
  return out;
}

std::map<std::string, Job> Queue::jobs_of_runs(const std::vector<std::string>& run_ids) {
  std::lock_guard lock(mutex_);
  std::map<std::string, Job> out;
  for (const std::string& id : run_ids) {
    SqliteStatement row(file_.handle(), "select job from job_attempts where run_id = ? limit 1");
    row.with(id);
    if (!row.row()) continue;
    if (std::optional<Job> job = find_locked(row.number(0))) out.emplace(id, std::move(*job));
  }
  return out;
}

std::map<std::string, std::int64_t> Queue::depths() {
  std::lock_guard lock(mutex_);
  std::map<std::string, std::int64_t> out;
  SqliteStatement rows(file_.handle(), "select status, count(*) from jobs group by status");
  while (rows.row()) out[rows.text(0)] = rows.number(1);
  return out;
}

}  // namespace leat::run

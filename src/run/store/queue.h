// Queue: jobs that wait, run and have ended, and the ticks that made them, in `.leat/queue.db`.
//
// Guarantees: a tick and its job are one transaction, and a tick is decided once, whatever dies when. A
//   job is claimed by one worker. What a job has done is kept step by step, so that its next attempt
//   goes on there. Bounded: the last kJobsKept jobs that have ended, with their steps, attempts and
//   ticks.
// Threads: any; one mutex.
// Owns: its handle of SQLite, with synchronous = full.
// Errors: Error(run_store).
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/env.h"
#include "run/store/sqlite.h"

namespace leat::run {

enum class JobStatus { queued, running, succeeded, failed, cancelled };
std::string_view name(JobStatus status);
std::optional<JobStatus> parse_job_status(std::string_view text);
inline bool is_over(JobStatus status) {
  return status != JobStatus::queued && status != JobStatus::running;
}

/// What is asked for.
struct NewJob {
  std::string kind;  ///< "schedule", "sync", "reset", "manual", "backfill", "sensor"
  std::string name;  ///< of the schedule, the connection …
  std::string spec;  ///< a JobSpec as JSON
  int priority = 0;
  std::string pool;  ///< "" for none
  std::string lane;  ///< jobs of a lane run at most `lane_width` at once; "" for no limit
  int lane_width = 0;
  int attempts_max = 1;
  std::chrono::milliseconds timeout{0};
  std::int64_t backfill = 0;            ///< that it is a run of; 0 for none
  std::vector<std::string> partitions;  ///< keys that it does, of the set `name` (backfills)
};

struct Job : NewJob {
  std::int64_t id = 0;
  JobStatus status = JobStatus::queued;
  int attempt = 0;        ///< 0 before the first
  int interruptions = 0;  ///< attempts whose process died; they don't count against attempts_max
  Timestamp created{}, due{}, started{}, finished{}, updated{};  ///< zero: not yet
  std::string worker, run_id, error;
  bool is_cancelled = false;  ///< somebody asked for its end
  std::int64_t rows = 0, bytes = 0;
};

struct JobStep {
  std::string asset, kind, status, message;
  std::int64_t rows = 0, took_ms = 0;
  int attempt = 0;
  Timestamp finished{};
};

struct JobAttempt {
  int number = 0;
  std::string run_id, status, error;  ///< status: running, succeeded, failed, cancelled, interrupted
  Timestamp started{}, finished{};
};

struct Tick {
  std::string schedule;
  std::chrono::sys_seconds at;
  std::string outcome;   ///< queued, merged, skipped
  std::int64_t job = 0;  ///< 0 for none
};

/// What becomes of a tick.
struct Decision {
  Tick tick;
  NewJob job;            ///< where its outcome is "queued"
  bool is_made = false;  ///< its job was made; tick.job says which
};

struct JobFilter {
  std::string name;  ///< "" for any
  std::string kind;  ///< one or several with commas between; "" for any
  std::optional<JobStatus> status;
  std::int64_t backfill = 0;                                             ///< 0 for any
  Timestamp created_from{}, created_to{}, updated_from{}, updated_to{};  ///< zero: no bound
  bool oldest_first = false;
  bool by_update = false;  ///< ordered by `updated`, not by creation
  int limit = 20, offset = 0;
};

/// A backfill: its jobs carry the rest.
struct BackfillRow {
  std::int64_t id = 0;
  std::string partitions;           ///< the set's name
  std::string request;              ///< what was asked for, as JSON
  Timestamp created{}, finished{};  ///< finished: zero while a job of it has not ended
  double seconds_expected = -1;
  std::int64_t partition_count = 0;
  std::map<std::string, std::int64_t> jobs;  ///< their number by status
  /// "running", else "failed" where a job has, "cancelled" where one was, or "succeeded"
  std::string status() const;
};

struct PartitionState {
  std::string status;  ///< queued, running, succeeded, failed, cancelled
  std::int64_t job = 0, backfill = 0;
  Timestamp updated{};
};

/// What a sensor knows.
struct SensorRow {
  std::string name, position;  ///< position: what it has seen so far, in its own words
  Timestamp looked{}, fired{};
  std::int64_t job = 0;
  std::string reason, error;
};

class Queue {
 public:
  static constexpr int kJobsKept = 10'000;
  explicit Queue(const std::string& folder);

  // -- ticks
  /// Up to where the ticks of each schedule (name, definition) are decided. One that is new, or whose
  /// definition has changed, begins at `now`; others than these are forgotten, and begin anew when they come
  /// back.
  std::vector<std::chrono::sys_seconds> begin_schedules(
      const std::vector<std::pair<std::string, std::string>>& schedules, Timestamp now);
  /// Decides ticks in one transaction, those of a schedule in the order of time; one of outcome "queued" gets
  /// its job. A tick that is decided already is left as it is.
  void decide(std::vector<Decision>& decisions, Timestamp now, Env& env);
  /// The newest ticks of a schedule ("" for all).
  std::vector<Tick> ticks(const std::string& schedule, int count);
  /// A job of that kind and name that waits for its first attempt; 0 when there is none.
  std::int64_t waiting(const std::string& kind, const std::string& name);

  // -- backfills
  /// Adds a backfill and its jobs in one transaction; returns its number.
  std::int64_t add_backfill(BackfillRow row, std::vector<NewJob> jobs, Timestamp now, Env& env);
  std::optional<BackfillRow> backfill(std::int64_t id);
  /// Newest first, of a set of partitions ("" for all).
  std::vector<BackfillRow> backfills(const std::string& partitions, int limit, int offset);
  std::int64_t count_backfills(const std::string& partitions);
  std::vector<Job> jobs_of_backfill(std::int64_t id);
  /// Queues its jobs that failed or were cancelled again; returns how many.
  int retry_backfill(std::int64_t id, Timestamp now);
  /// Each partition of a set that any job had, by key: what its newest job made of it.
  std::map<std::string, PartitionState> partition_states(const std::string& partitions);
  /// Seconds that succeeded jobs of a set took, a partition, newest first.
  std::vector<double> seconds_a_partition(const std::string& partitions, int count);

  // -- sensors
  SensorRow sensor(const std::string& name);
  /// Keeps what a look has found, and adds the job that it asks for, in one transaction; returns the job, 0
  /// for none. A job of the sensor that waits for its first attempt does for both.
  std::int64_t note_look(SensorRow row, const std::optional<NewJob>& job, Timestamp now, Env& env);
  /// The job that a webhook's call with that key has added; 0 where it is the first.
  std::int64_t hook_job(const std::string& sensor, const std::string& key);
  void keep_hook(const std::string& sensor, const std::string& key, std::int64_t job, Timestamp now);

  // -- jobs
  std::int64_t add(const NewJob& job, Timestamp now);
  /// The next job that may run, marked as running in its next attempt; nullopt when there is none.
  std::optional<Job> claim(const std::string& worker, const std::map<std::string, int>& pools, Timestamp now);
  /// When the next job that waits for its time may run.
  std::optional<Timestamp> next_due(Timestamp now);
  void set_run(std::int64_t job, const std::string& run_id);
  void add_step(std::int64_t job, const JobStep& step);
  void add_progress(std::int64_t job, std::int64_t rows, std::int64_t bytes, Timestamp now);
  void finish(std::int64_t job, JobStatus status, const std::string& error, Timestamp now);
  /// The attempt failed; the job waits until `due` for its next.
  void retry(std::int64_t job, const std::string& error, Timestamp due, Timestamp now);
  /// The attempt has not begun after all and doesn't count; the job waits until `due`.
  void postpone(std::int64_t job, Timestamp due, Timestamp now);
  /// Marks that its end is asked for; one that does not run yet ends at once. False where it is over.
  bool cancel(std::int64_t job, Timestamp now);
  bool is_cancelled(std::int64_t job);
  /// Puts back jobs that were running and whose worker is not `worker`; those that were interrupted too often
  /// fail. Returns them as they were.
  std::vector<Job> recover(const std::string& worker, Timestamp now);
  /// As recover(), of one job that `worker` gives back itself.
  void give_back(std::int64_t job, Timestamp now);

  /// Changes when another process has written to the file.
  std::int64_t foreign_changes();
  /// Copies the file as it stands to a path that does not exist.
  void copy_to(const std::string& path);

  // -- look
  std::optional<Job> find(std::int64_t job);
  std::vector<Job> jobs(const JobFilter& filter);
  std::int64_t count(const JobFilter& filter);
  std::vector<JobStep> steps(std::int64_t job);
  std::vector<JobAttempt> attempts(std::int64_t job);
  /// The job that each of these runs was an attempt of; runs that were none are left out.
  std::map<std::string, Job> jobs_of_runs(const std::vector<std::string>& run_ids);
  /// The number of jobs of each status.
  std::map<std::string, std::int64_t> depths();

 private:
  std::int64_t insert(const NewJob& job, Timestamp now);
  std::string full_pools(const std::map<std::string, int>& pools);
  void keep_partitions(std::int64_t job, JobStatus status, Timestamp now);
  BackfillRow read_backfill(SqliteStatement& row);
  void end_attempt(std::int64_t job, const char* status, const std::string& error, Timestamp now);
  void put_back(const Job& job, Timestamp now);
  void prune();
  std::optional<Job> find_locked(std::int64_t job);

  std::mutex mutex_;  // guards file_
  SqliteFile file_;
  int ended_ = 0;  // since the last prune
};

}  // namespace leat::run

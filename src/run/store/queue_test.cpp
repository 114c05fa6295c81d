#include "run/store/queue.h"

#include <doctest/doctest.h>

#include "base/time.h"
#include "support/temporary_folder.h"

namespace leat::run {
namespace {

Timestamp at(const std::string& text) {
  return *parse_iso_timestamp(text);
}

NewJob job_named(const std::string& name) {
  NewJob job;
  job.kind = "schedule";
  job.name = name;
  job.attempts_max = 3;
  return job;
}

struct Fixture {
  testing::TemporaryFolder folder;
  Queue queue{folder.path()};
  Env env{fixed_clock(at("2026-01-01T00:00:00Z")), 1};
  Timestamp now = env.now();
  std::map<std::string, int> pools;
};

std::chrono::sys_seconds tick_at(const std::string& text) {
  return std::chrono::floor<std::chrono::seconds>(at(text));
}

}  // namespace

TEST_CASE("a tick makes its job once, however often it is decided") {
  Fixture f;
  auto begin = [](Queue& queue, const std::string& definition, Timestamp now) {
    return queue.begin_schedules({{"nightly", definition}}, now).at(0);
  };
  CHECK(begin(f.queue, "0 3 * * *", f.now) == tick_at("2026-01-01T00:00:00Z"));
  std::vector<Decision> decisions = {
      {{"nightly", tick_at("2026-01-01T03:00:00Z"), "skipped", 0}, job_named("nightly")},
      {{"nightly", tick_at("2026-01-02T03:00:00Z"), "queued", 0}, job_named("nightly")}};
  std::vector<Decision> again = decisions;
  f.queue.decide(decisions, f.now, f.env);
  CHECK_FALSE(decisions[0].is_made);
  CHECK(decisions[1].is_made);
  f.queue.decide(again, f.now, f.env);
  CHECK_FALSE(again[1].is_made);
  Queue other(f.folder.path());  // the next process
  CHECK(begin(other, "0 3 * * *", f.now) == tick_at("2026-01-02T03:00:00Z"));
  CHECK(other.jobs({}).size() == 1);
  CHECK(other.ticks("nightly", 10).at(0).job == other.jobs({}).at(0).id);
  // Another definition begins now.
  CHECK(begin(other, "0 4 * * *", at("2026-02-01T00:00:00Z")) == tick_at("2026-02-01T00:00:00Z"));
  other.begin_schedules({}, f.now);
  CHECK(begin(other, "0 4 * * *", at("2026-03-01T00:00:00Z")) == tick_at("2026-03-01T00:00:00Z"));
}

TEST_CASE("jobs are claimed by priority, then age, within their lanes and pools") {
  Fixture f;
  NewJob slow = job_named("slow");
  slow.lane = "slow";
  slow.lane_width = 1;
  std::int64_t first = f.queue.add(slow, f.now);
  std::int64_t second = f.queue.add(slow, f.now);
  NewJob urgent = job_named("urgent");
  urgent.priority = 5;
  urgent.pool = "api";
  std::int64_t third = f.queue.add(urgent, f.now);
  std::int64_t fourth = f.queue.add(urgent, f.now);
  f.pools["api"] = 1;
  CHECK(f.queue.claim("me", f.pools, f.now)->id == third);
  CHECK(f.queue.claim("me", f.pools, f.now)->id == first);
  CHECK_FALSE(f.queue.claim("me", f.pools, f.now));  // the lane and the pool are full
  f.queue.finish(first, JobStatus::succeeded, "", f.now);
  CHECK(f.queue.claim("me", f.pools, f.now)->id == second);
  f.queue.finish(third, JobStatus::failed, "no", f.now);
  CHECK(f.queue.claim("me", f.pools, f.now)->id == fourth);
  CHECK(f.queue.find(third)->error == "no");
}

TEST_CASE("a job whose process is gone goes back, with what it has done, and that costs it no attempt") {
  Fixture f;
  std::int64_t id = f.queue.add(job_named("nightly"), f.now);
  f.queue.claim("a process that died", f.pools, f.now);
  f.queue.set_run(id, "run-1");
  f.queue.add_step(id, {"stream.a.b", "stream", "success", "7 rows", 7, 12, 1, f.now});
  Queue other(f.folder.path());
  std::vector<Job> orphans = other.recover("me", f.now);
  REQUIRE(orphans.size() == 1);
  CHECK(orphans[0].worker == "a process that died");
  Job job = *other.find(id);
  CHECK(job.status == JobStatus::queued);
  CHECK(job.interruptions == 1);
  CHECK(other.steps(id).at(0).rows == 7);
  CHECK(other.attempts(id).at(0).status == "interrupted");
  CHECK(other.attempts(id).at(0).run_id == "run-1");
  CHECK(other.claim("me", f.pools, f.now)->attempt == 2);
  CHECK(other.recover("me", f.now).empty());
}

TEST_CASE("a job that was cancelled while its process was dying does not run again") {
  Fixture f;
  std::int64_t id = f.queue.add(job_named("nightly"), f.now);
  f.queue.claim("a process that died", f.pools, f.now);
  CHECK(f.queue.cancel(id, f.now));
  CHECK(f.queue.recover("me", f.now).size() == 1);
  CHECK(f.queue.find(id)->status == JobStatus::cancelled);
  CHECK_FALSE(f.queue.claim("me", f.pools, f.now));
}

TEST_CASE("a job whose process dies again and again waits longer and longer, and fails in the end") {
  Fixture f;
  std::int64_t id = f.queue.add(job_named("heavy"), f.now);
  auto die = [&](Timestamp now) {
    bool is_claimed = f.queue.claim("dies", f.pools, now).has_value();
    f.queue.recover("me", now);
    return is_claimed;
  };
  // A server that is killed some times is no fault of the job.
  for (int i = 0; i < 10; ++i) CHECK(die(f.now));
  CHECK(die(f.now));
  CHECK_FALSE(die(f.now));
  CHECK(die(f.now + std::chrono::seconds(2)));
  Timestamp now = f.now;
  for (int i = 0; i < 200 && f.queue.find(id)->status == JobStatus::queued; ++i)
    die(now += std::chrono::minutes(10));
  CHECK(f.queue.find(id)->status == JobStatus::failed);
}

TEST_CASE("a retry waits for its time, a postponed attempt does not count, a cancelled job never runs") {
  Fixture f;
  std::int64_t id = f.queue.add(job_named("nightly"), f.now);
  f.queue.claim("me", f.pools, f.now);
  Timestamp later = f.now + std::chrono::seconds(30);
  f.queue.retry(id, "no network", later, f.now);
  CHECK_FALSE(f.queue.claim("me", f.pools, f.now));
  CHECK(f.queue.next_due(f.now) == later);
  CHECK(f.queue.claim("me", f.pools, later)->attempt == 2);
  f.queue.postpone(id, later, later);
  CHECK(f.queue.find(id)->attempt == 1);
  CHECK(f.queue.attempts(id).size() == 1);
  CHECK(f.queue.cancel(id, later));
  CHECK(f.queue.find(id)->status == JobStatus::cancelled);
  CHECK_FALSE(f.queue.cancel(id, later));
  CHECK_FALSE(f.queue.claim("me", f.pools, later));
}

TEST_CASE("jobs are found by name, status and time, a page at a time") {
  Fixture f;
  for (int i = 0; i < 5; ++i) f.queue.add(job_named(i % 2 ? "odd" : "even"), f.now + std::chrono::seconds(i));
  JobFilter filter;
  filter.name = "even";
  CHECK(f.queue.count(filter) == 3);
  filter.limit = 1;
  filter.offset = 1;
  CHECK(f.queue.jobs(filter).at(0).id == 3);
  filter = {};
  filter.created_from = f.now + std::chrono::seconds(3);
  CHECK(f.queue.count(filter) == 2);
  filter.status = JobStatus::running;
  CHECK(f.queue.count(filter) == 0);
  CHECK(f.queue.depths()["queued"] == 5);
}

}  // namespace leat::run

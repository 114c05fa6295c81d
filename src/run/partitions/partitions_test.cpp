#include <doctest/doctest.h>

#include "base/error.h"
#include "base/time.h"
#include "document/value.h"
#include "run/jobs/launcher.h"
#include "run/partitions/backfill.h"
#include "support/temporary_folder.h"

namespace leat::run {
namespace {

using document::Value;

struct Fixture {
  testing::TemporaryFolder folder;
  Env env{fixed_clock(*parse_iso_timestamp("2026-04-01T12:00:00Z")), 1};
  Queue queue{folder.path()};

  PartitionSet set(const std::string& yaml) {
    return read_partition_sets(document::parse_yaml("s: " + yaml, "leat.yml"), env).at(0);
  }
  std::string keys(const PartitionSet& set, const PartitionRange& range = {}) {
    std::string out;
    for (const Partition& each : partitions_of(set, env.now(), range))
      out += (out.empty() ? "" : " ") + each.key;
    return out;
  }
  BackfillPlan plan(const PartitionSet& set, const std::string& json) {
    return plan_backfill(set, parse_backfill(document::parse_json(json, "test")), queue, env.now());
  }
  std::string runs(const BackfillPlan& plan) {
    std::string out;
    for (const auto& run : plan.runs) {
      std::string keys;
      for (const Partition& each : run) keys += (keys.empty() ? "" : "+") + each.key;
      out += (out.empty() ? "" : " ") + keys;
    }
    return out;
  }
  std::int64_t add(const PartitionSet& set, const std::string& json) {
    BackfillRequest request = parse_backfill(document::parse_json(json, "test"));
    return add_backfill(set, request, plan_backfill(set, request, queue, env.now()), queue, env);
  }
  // Carries the next job out.
  Job next(JobStatus status = JobStatus::succeeded) {
    std::optional<Job> job = queue.claim("me", {}, env.now());
    REQUIRE(job);
    env.wait(std::chrono::seconds(10));
    queue.finish(job->id, status, status == JobStatus::failed ? "no" : "", env.now());
    return *job;
  }
};

constexpr const char* kDays = "{window: day, start: 2026-03-27, timezone: Europe/Berlin, select: [orders+]}";

}  // namespace

TEST_CASE("windows are those of the zone's days: one of 23 hours in spring, of 25 in autumn") {
  Fixture f;
  PartitionSet set = f.set(kDays);
  CHECK(f.keys(set) == "2026-03-27 2026-03-28 2026-03-29 2026-03-30 2026-03-31");
  std::vector<Partition> all = partitions_of(set, f.env.now());
  CHECK(format_iso_timestamp(*all[2].from) == "2026-03-28T23:00:00Z");
  CHECK(format_iso_timestamp(*all[2].to) == "2026-03-29T22:00:00Z");
  for (std::size_t i = 1; i < all.size(); ++i) CHECK(all[i].from == all[i - 1].to);
  PartitionSet autumn = f.set("{window: day, start: 2025-10-26, end: 2025-10-27, timezone: Europe/Berlin}");
  Partition day = partitions_of(autumn, f.env.now()).at(0);
  CHECK(*day.to - *day.from == std::chrono::hours(25));
}

TEST_CASE("each unit has its keys, and a window is there once it is over, and its delay") {
  Fixture f;
  CHECK(f.keys(f.set("{window: month, start: 2025-12-01}")) == "2025-12 2026-01 2026-02 2026-03");
  CHECK(f.keys(f.set("{window: month, start: 2026-01-31}")) == "2026-01-31 2026-02-28");
  CHECK(f.keys(f.set("{window: year, start: 2023-01-01}")) == "2023 2024 2025");
  CHECK(f.keys(f.set("{window: week, start: 2026-03-16}")) == "2026-03-16 2026-03-23");
  CHECK(f.keys(f.set("{window: 6 hours, start: 2026-03-31T18:00:00}")) ==
        "2026-03-31T18:00Z 2026-04-01T00:00Z 2026-04-01T06:00Z");
  CHECK(f.keys(f.set("{window: 6 hours, start: 2026-03-31T18:00:00, delay: 1h}")) ==
        "2026-03-31T18:00Z 2026-04-01T00:00Z");
  CHECK(f.keys(f.set("{values: [eu, us, asia]}")) == "eu us asia");
}

TEST_CASE("a range is named by keys, dates or instants; its end is not in it, but for a list") {
  Fixture f;
  PartitionSet days = f.set(kDays);
  CHECK(f.keys(days, {"2026-03-28", "2026-03-30"}) == "2026-03-28 2026-03-29");
  CHECK(f.keys(days, {"2026-03-28T23:00:00Z", ""}) == "2026-03-29 2026-03-30 2026-03-31");
  CHECK(f.keys(f.set("{window: month, start: 2025-12-01}"), {"2026-01", "2026-03"}) == "2026-01 2026-02");
  PartitionSet list = f.set("{values: [eu, us, asia]}");
  CHECK(f.keys(list, {"us", "asia"}) == "us asia");
  CHECK_THROWS_AS(f.keys(list, {"mars", ""}), Error);
  CHECK_THROWS_AS(f.keys(days, {"yesterday", ""}), Error);
}

TEST_CASE("what is wrong with a set of partitions is named") {
  Fixture f;
  for (const char* wrong : {"{}", "{window: day}", "{window: fortnight, start: 2026-01-01}",
                            "{window: day, start: soon}", "{window: 0 days, start: 2026-01-01}",
                            "{values: [a, b, a]}", "{values: [a], window: day, start: 2026-01-01}"}) {
    try {
      f.set(wrong);
      FAIL(wrong);
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::partitions_invalid);
      CHECK(error.where().find("leat.yml:1") == 0);
    }
  }
}

TEST_CASE("a plan groups neighbours, in either order, and never over a hole") {
  Fixture f;
  PartitionSet days = f.set(kDays);
  CHECK(f.runs(f.plan(days, "{}")) == "2026-03-27 2026-03-28 2026-03-29 2026-03-30 2026-03-31");
  CHECK(f.runs(f.plan(days, R"({"partitions_per_run":2})")) ==
        "2026-03-27+2026-03-28 2026-03-29+2026-03-30 2026-03-31");
  CHECK(f.runs(f.plan(days, R"({"partitions_per_run":0})")) ==
        "2026-03-27+2026-03-28+2026-03-29+2026-03-30+2026-03-31");
  CHECK(f.runs(f.plan(days, R"({"partitions_per_run":2,"order":"desc"})")) ==
        "2026-03-31 2026-03-29+2026-03-30 2026-03-27+2026-03-28");
  CHECK(f.runs(f.plan(days, R"({"partitions_per_run":0,"keys":["2026-03-27","2026-03-29","2026-03-30"]})")) ==
        "2026-03-27 2026-03-29+2026-03-30");
}

TEST_CASE(
    "a backfill's jobs carry their window, and partitions their state, until the next asks for the rest "
    "only") {
  Fixture f;
  PartitionSet days = f.set(kDays);
  std::int64_t id = f.add(days, R"({"partitions":"s","to":"2026-03-30","concurrency":1,"retries":0})");
  Job first = f.next();
  JobSpec spec = parse_job_spec(first.spec);
  CHECK(spec.from == "2026-03-26T23:00:00Z");
  CHECK(spec.to == "2026-03-27T23:00:00Z");
  CHECK(spec.select == std::vector<std::string>{"orders+"});
  CHECK(spec.vars["partition_start"].raw() == spec.from);
  f.next(JobStatus::failed);
  std::optional<Job> third = f.queue.claim("me", {}, f.env.now());
  CHECK_FALSE(f.queue.claim("me", {}, f.env.now()));  // one at a time
  CHECK(f.queue.backfill(id)->status() == "running");
  auto states = f.queue.partition_states("s");
  CHECK(states["2026-03-27"].status == "succeeded");
  CHECK(states["2026-03-28"].status == "failed");
  CHECK(states["2026-03-29"].status == "running");
  CHECK(states["2026-03-29"].backfill == id);
  CHECK(f.runs(f.plan(days, "{}")) == "2026-03-28 2026-03-30 2026-03-31");
  CHECK(f.runs(f.plan(days, R"({"which":"missing"})")) == "2026-03-30 2026-03-31");
  CHECK(f.runs(f.plan(days, R"({"which":"failed"})")) == "2026-03-28");
  CHECK(f.plan(days, R"({"which":"failed"})").left_out == 4);
  f.queue.finish(third->id, JobStatus::succeeded, "", f.env.now());
  CHECK(f.queue.backfill(id)->status() == "failed");
  CHECK(f.queue.retry_backfill(id, f.env.now()) == 1);
  f.next();
  CHECK(f.queue.backfill(id)->status() == "succeeded");
  CHECK(f.queue.partition_states("s")["2026-03-28"].status == "succeeded");
}

TEST_CASE("an estimate is the median of what a partition took, over the runs at once") {
  Fixture f;
  PartitionSet days = f.set(kDays);
  CHECK_FALSE(f.plan(days, "{}").seconds);
  f.add(days, R"({"partitions":"s","to":"2026-03-29"})");
  f.next();
  f.next();
  BackfillPlan plan = f.plan(days, R"({"which":"all","concurrency":2})");
  CHECK(plan.runs_known == 2);
  CHECK(*plan.seconds_per_run == doctest::Approx(10));
  CHECK(*plan.seconds == doctest::Approx(25));  // five days, two at once
}

TEST_CASE("of a list each run has its value in the variable that the set names") {
  Fixture f;
  f.add(f.set("{values: [eu, us], variable: region}"), R"({"partitions":"s"})");
  CHECK(parse_job_spec(f.next().spec).vars["region"].raw() == "eu");
  CHECK(parse_job_spec(f.next().spec).vars["region"].raw() == "us");
}

TEST_CASE("a partition that was cancelled keeps what it had; one that never was done is to be done") {
  Fixture f;
  PartitionSet list = f.set("{values: [eu, us]}");
  f.add(list, R"({"partitions":"s","keys":["eu"]})");
  f.next();
  f.add(list, R"({"partitions":"s","which":"all"})");
  JobFilter queued;
  queued.status = JobStatus::queued;
  for (const Job& job : f.queue.jobs(queued)) f.queue.cancel(job.id, f.env.now());
  CHECK(f.queue.partition_states("s")["eu"].status == "succeeded");
  CHECK(f.queue.partition_states("s")["us"].status == "cancelled");
  CHECK(f.runs(f.plan(list, "{}")) == "us");
}

TEST_CASE("what became of a partition its newest job says, whichever ends last") {
  Fixture f;
  PartitionSet list = f.set("{values: [eu]}");
  f.add(list, R"({"partitions":"s"})");
  std::optional<Job> older = f.queue.claim("me", {}, f.env.now());
  f.add(list, R"({"partitions":"s","which":"all"})");
  f.next();
  CHECK(f.queue.partition_states("s")["eu"].status == "running");
  f.queue.finish(older->id, JobStatus::failed, "late", f.env.now());
  CHECK(f.queue.partition_states("s")["eu"].status == "succeeded");
}

TEST_CASE(
    "a job of partitions runs whatever is unchanged, with its window for microbatch models and connections") {
  Fixture f;
  f.add(f.set(kDays), R"({"partitions":"s","keys":["2026-03-29"]})");
  WorkspaceOptions workspace;
  RunOptions run;
  fill_options(parse_job_spec(f.next().spec), workspace, run, f.env);
  CHECK_FALSE(run.skip_unchanged);
  REQUIRE(workspace.event_times);
  CHECK(format_iso_timestamp(workspace.event_times->begin) == "2026-03-28T23:00:00Z");
  CHECK(f.env.variable("LEAT_PARTITION") == "2026-03-29");
  CHECK(workspace.vars["partition_end"].raw() == "2026-03-29T22:00:00Z");
}

TEST_CASE("a request that is wrong is refused before anything is queued") {
  Fixture f;
  PartitionSet days = f.set(kDays);
  for (const char* wrong : {R"({"which":"some"})", R"({"order":"up"})", R"({"concurrency":0})",
                            R"({"retries":"two"})", R"({"keys":["2026-02-30"]})", R"([1])"})
    CHECK_THROWS_AS(f.plan(days, wrong), Error);
  CHECK_THROWS_AS(f.add(days, R"({"partitions":"s","to":"2026-03-27"})"), Error);  // nothing to do
  CHECK(f.queue.count_backfills("") == 0);
}

}  // namespace leat::run

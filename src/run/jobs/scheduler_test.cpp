#include "run/jobs/scheduler.h"

#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <semaphore>
#include <thread>

#include "base/error.h"
#include "base/time.h"
#include "document/settings.h"
#include "support/temporary_folder.h"

namespace leat::run {
namespace {

// Does what the test says, in the worker's thread.
class ScriptedLauncher : public Launcher {
 public:
  std::function<LaunchResult(const Launch&, std::stop_token, EventListener&)> script;
  LaunchResult run(const Launch& launch, std::stop_token stop, EventListener& listener) override {
    return script(launch, std::move(stop), listener);
  }
};

LaunchResult succeeded() {
  LaunchResult result;
  result.end = LaunchResult::End::succeeded;
  return result;
}

LaunchResult failed(bool is_retryable) {
  LaunchResult result;
  result.error = "no";
  result.is_retryable = is_retryable;
  return result;
}

std::vector<Schedule> schedules(const std::string& yaml, Env& env) {
  return read_schedules(document::parse_yaml(yaml, "leat.yml"), env);
}

struct Fixture {
  testing::TemporaryFolder folder;
  Env env{fixed_clock(*parse_iso_timestamp("2026-01-01T00:00:00Z")), 1};
  Queue queue{folder.path()};
  ScriptedLauncher launcher;
  WorkersOptions options;

  void forward(std::chrono::minutes by) { env.wait(by); }
  // Runs what may run now to its end.
  void work() {
    std::atomic<int> ended = 0;
    Workers workers(queue, launcher, options, env, [&] { ended.fetch_add(1), ended.notify_all(); });
    for (int begun = 0;;) {
      int more = workers.fill();
      if (more == 0 && ended == begun) return;
      begun += more;
      for (int seen = ended; seen < begun; seen = ended) ended.wait(seen);
    }
  }
  std::string outcomes() {
    std::string text;
    for (const Tick& tick : queue.ticks("", 100))
      text = format_iso_timestamp(tick.at).substr(11, 5) + " " + tick.outcome + (text.empty() ? "" : ", ") +
             text;
    return text;
  }
};

}  // namespace

TEST_CASE("each policy for missed ticks does what it says") {
  Fixture f;
  std::string policy, wanted;
  SUBCASE("skip") {
    policy = "skip";
    wanted = "01:00 skipped, 02:00 skipped, 03:00 skipped";
  }
  SUBCASE("once") {
    policy = "once";
    wanted = "01:00 merged, 02:00 merged, 03:00 queued";
  }
  SUBCASE("all") {
    policy = "all";
    wanted = "01:00 queued, 02:00 queued, 03:00 queued";
  }
  auto all = schedules("hourly: {cron: '@hourly', missed: " + policy + "}", f.env);
  Scheduler(all, f.queue, f.env).decide();  // it is seen for the first time: nothing is due yet
  f.forward(std::chrono::minutes(190));     // no server
  Scheduler next(all, f.queue, f.env);
  CHECK(next.decide() == *parse_iso_timestamp("2026-01-01T04:00:00Z"));
  CHECK(f.outcomes() == wanted);
  CHECK(next.decide() == *parse_iso_timestamp("2026-01-01T04:00:00Z"));
  CHECK(f.outcomes() == wanted);
}

TEST_CASE("a tick is merged into a job of its schedule that still waits") {
  Fixture f;
  Scheduler scheduler(schedules("hourly: {cron: '@hourly'}", f.env), f.queue, f.env);
  scheduler.decide();
  for (int i = 0; i < 2; ++i) {
    f.forward(std::chrono::minutes(60));
    scheduler.decide();
  }
  CHECK(f.outcomes() == "01:00 queued, 02:00 merged");
  CHECK(f.queue.ticks("", 1).at(0).job == 1);
}

TEST_CASE("what fails for another's reasons is tried again, later each time, and ends with its attempts") {
  Fixture f;
  NewJob job;
  job.name = "a";
  job.attempts_max = 3;
  std::int64_t id = f.queue.add(job, f.env.now());
  int runs = 0;
  f.launcher.script = [&](const Launch&, std::stop_token, EventListener&) { return ++runs, failed(true); };
  f.work();
  Timestamp first = f.queue.find(id)->due;
  CHECK(first - f.env.now() >= std::chrono::seconds(8));
  CHECK(first - f.env.now() <= std::chrono::seconds(12));
  f.work();
  CHECK(runs == 1);
  f.forward(std::chrono::minutes(1));
  f.work();
  CHECK(f.queue.find(id)->due - f.env.now() >= std::chrono::seconds(24));
  f.forward(std::chrono::minutes(1));
  f.work();
  CHECK(runs == 3);
  CHECK(f.queue.find(id)->status == JobStatus::failed);
  CHECK(f.queue.find(id)->error == "no");
}

TEST_CASE("a job that takes longer than its timeout is stopped, and its error says so") {
  Fixture f;
  NewJob job;
  job.timeout = std::chrono::seconds(60);
  std::int64_t id = f.queue.add(job, f.env.now());
  std::counting_semaphore begun(0), ended(0);
  f.launcher.script = [&](const Launch&, std::stop_token stop, EventListener&) {
    std::mutex mutex;
    std::condition_variable_any stopped;
    std::unique_lock lock(mutex);
    begun.release();
    stopped.wait(lock, stop, [] { return false; });
    LaunchResult result;
    result.end = LaunchResult::End::stopped;
    return result;
  };
  Workers workers(f.queue, f.launcher, f.options, f.env, [&] { ended.release(); });
  workers.fill();
  begun.acquire();
  f.forward(std::chrono::minutes(2));
  workers.check();
  ended.acquire();
  CHECK(f.queue.find(id)->status == JobStatus::failed);
  CHECK(f.queue.find(id)->error.starts_with("LEAT-JOB-003: It took longer than 60 seconds"));
}

TEST_CASE("a try that was cut off with its server is none of a job's attempts") {
  Fixture f;
  NewJob job;
  job.attempts_max = 2;
  std::int64_t id = f.queue.add(job, f.env.now());
  f.queue.claim("a server that died", {}, f.env.now());
  f.queue.recover("me", f.env.now());
  int runs = 0;
  f.launcher.script = [&](const Launch&, std::stop_token, EventListener&) { return ++runs, failed(true); };
  for (int i = 0; i < 3; ++i) {
    f.work();
    f.forward(std::chrono::minutes(5));
  }
  CHECK(runs == 2);
  CHECK(f.queue.find(id)->status == JobStatus::failed);
}

TEST_CASE("what only the project's author can mend is not tried again") {
  Fixture f;
  NewJob job;
  job.attempts_max = 3;
  std::int64_t id = f.queue.add(job, f.env.now());
  f.launcher.script = [&](const Launch&, std::stop_token, EventListener&) { return failed(false); };
  f.work();
  CHECK(f.queue.find(id)->status == JobStatus::failed);
}

TEST_CASE("the next attempt is told what is done already") {
  Fixture f;
  NewJob job;
  job.attempts_max = 2;
  std::int64_t id = f.queue.add(job, f.env.now());
  std::vector<std::string> done;
  f.launcher.script = [&](const Launch& launch, std::stop_token, EventListener& listener) {
    done = launch.spec.done;
    auto tell = [&](const char* asset, const char* status) {
      listener.on_event(
          {"node_finished",
           EventLevel::info,
           {{"asset", std::string(asset)}, {"kind", std::string("model")}, {"status", std::string(status)}}});
    };
    tell("model.a", "success");
    tell("model.b", "error");
    return launch.spec.done.empty() ? failed(true) : succeeded();
  };
  f.work();
  f.forward(std::chrono::minutes(1));
  f.work();
  CHECK(done == std::vector<std::string>{"model.a"});
  CHECK(f.queue.find(id)->status == JobStatus::succeeded);
  CHECK(f.queue.attempts(id).size() == 2);
}

TEST_CASE("a job at work is cancelled, and one whose server ends goes back to the queue") {
  Fixture f;
  std::int64_t id = f.queue.add({}, f.env.now());
  std::atomic<bool> is_at_work = false;
  f.launcher.script = [&](const Launch&, std::stop_token stop, EventListener&) {
    is_at_work = true;
    is_at_work.notify_all();
    std::atomic<bool> is_stopped = false;
    std::stop_callback stopped(stop, [&] { is_stopped = true, is_stopped.notify_all(); });
    is_stopped.wait(false);
    LaunchResult result;
    result.end = LaunchResult::End::stopped;
    return result;
  };
  {
    Workers workers(f.queue, f.launcher, f.options, f.env, [] {});
    REQUIRE(workers.fill() == 1);
    is_at_work.wait(false);
    SUBCASE("cancelled") {
      CHECK(workers.cancel(id));
    }
    SUBCASE("the server ends") {}
  }
  Job job = *f.queue.find(id);
  CHECK(job.status == (job.is_cancelled ? JobStatus::cancelled : JobStatus::queued));
  CHECK(job.interruptions == (job.is_cancelled ? 0 : 1));
}

TEST_CASE("a schedule that is wrong is told with its place") {
  Env env(fixed_clock({}), 1);
  for (const char* wrong :
       {"a: {cron: '* * * *'}", "a: {cron: '@daily', timezone: Mars/Base}", "a: {}", "a: 7",
        "a: {cron: '@daily', missed: never}", "a: {cron: '@daily', concurrency: 0}"}) {
    try {
      schedules(wrong, env);
      FAIL("no error: ", wrong);
    } catch (const Error& error) {
      CHECK_MESSAGE(error.where().find("leat.yml:1:") == 0, wrong, " ", error.where());
    }
  }
  CHECK(schedules("a: {cron: '@daily', select: 'tag:daily+'}", env).at(0).select.at(0) == "tag:daily+");
}

TEST_CASE("a process has an identity that another of the same number would not have") {
  CHECK(process_identity() == process_identity());
  CHECK(process_identity().find('.') != std::string::npos);
}

}  // namespace leat::run

#include "run/jobs/workers.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <utility>

#include "base/error.h"
#include "base/secret.h"
#include "run/process_identity.h"

namespace leat::run {

enum class Stopped { no, by_user, by_timeout, by_server };

struct Workers::Work {
  Job job;
  std::chrono::steady_clock::time_point began;
  std::stop_source stop;
  std::atomic<Stopped> stopped = Stopped::no;
  std::atomic<bool> is_over = false;
  std::jthread thread;

  void ask_to_stop(Stopped why) {
    Stopped none = Stopped::no;
    stopped.compare_exchange_strong(none, why);
    stop.request_stop();
  }
};

namespace {

// Keeps the steps of a run in its job's row.
class StepListener : public EventListener {
 public:
  StepListener(Queue& queue, const Job& job, Env& env, EventListener* also)
      : queue_(queue), job_(job), env_(env), also_(also) {}

  void on_event(const Event& event) override {
    if (also_) also_->on_event(event);
    try {
      keep(event);
    } catch (const Error&) {
      // The store is at fault, and says so at the job's end; the run itself must not fail for it.
      return;
    }
  }

 private:
  void keep(const Event& event) {
    if (event.name == "run_started") return queue_.set_run(job_.id, event.text("run"));
    if (event.name == "stream_finished")
      return queue_.add_progress(job_.id, event.number("rows_read"), event.number("bytes"), env_.now());
    if (event.name != "stream_step_finished" && event.name != "node_finished" &&
        event.name != "page_finished")
      return;
    std::string error = event.text("error");
    queue_.add_step(job_.id, {event.text("asset"), event.text("kind"), event.text("status"),
                              redact(error.empty() ? event.text("message") : error), event.number("rows"),
                              event.number("took_ms"), job_.attempt, env_.now()});
  }

  Queue& queue_;
  const Job& job_;
  Env& env_;
  EventListener* also_;
};

Launch launch_of(Queue& queue, const Job& job) {
  Launch launch;
  launch.job = job.id;
  launch.name = job.name;
  launch.spec = parse_job_spec(job.spec);
  for (const JobStep& step : queue.steps(job.id)) {
    if (step.status == "success" || step.status == "warning" || step.status == "unchanged")
      launch.spec.done.push_back(step.asset);
  }
  return launch;
}

}  // namespace

Workers::Workers(Queue& queue, Launcher& launcher, const WorkersOptions& options, Env& env,
                 std::function<void()> changed)
    : queue_(queue), launcher_(launcher), options_(options), env_(env), changed_(std::move(changed)) {}

Workers::~Workers() {
  stop();
}

void Workers::recover() {
  for (const Job& job : queue_.recover(identity_, env_.now()))
    env_.emit({"job_orphaned",
               EventLevel::warning,
               {{"job", job.id},
                {"name", job.name},
                {"attempt", std::int64_t{job.attempt}},
                {"worker", job.worker}}});
}

int Workers::fill() {
  int begun = 0;
  std::lock_guard lock(mutex_);
  std::erase_if(works_, [](const auto& each) { return each.second->is_over.load(); });
  while (!stopping_ && static_cast<int>(works_.size()) < options_.count) {
    std::optional<Job> job = queue_.claim(identity_, options_.pools, env_.now());
    if (!job) break;
    env_.failpoint("job_after_claim");
    auto work = std::make_unique<Work>();
    work->job = std::move(*job);
    work->began = env_.steady();
    Work& at_work = *work;
    works_[at_work.job.id] = std::move(work);
    at_work.thread = std::jthread([this, &at_work] { carry_out(at_work); });
    ++begun;
  }
  return begun;
}

void Workers::carry_out(Work& work) {
  auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(env_.now() - work.job.due).count();
  env_.emit({"job_started",
             EventLevel::info,
             {{"job", work.job.id},
              {"name", work.job.name},
              {"attempt", std::int64_t{work.job.attempt}},
              {"waited_ms", std::int64_t{waited}}}});
  StepListener listener(queue_, work.job, env_, options_.steps);
  LaunchResult result;
  try {
    result = launcher_.run(launch_of(queue_, work.job), work.stop.get_token(), listener);
    env_.failpoint("job_before_finish");
    end(work, result);
  } catch (const Error& error) {
    // The store can't be written: the job stays as it is and is put back by the next server.
    env_.emit({"job_finished",
               EventLevel::error,
               {{"job", work.job.id},
                {"name", work.job.name},
                {"status", std::string("unknown")},
                {"attempt", std::int64_t{work.job.attempt}},
                {"took_ms", env_.elapsed_ms(work.began)},
                {"error", redact(error.what())}}});
  }
  {
    std::lock_guard lock(mutex_);
    work.is_over = true;
    ended_.notify_all();
  }
  changed_();
}

std::chrono::milliseconds Workers::wait_after(const Job& job, const LaunchResult& result) {
  auto wait = options_.first_wait;
  for (int i = 1; i < job.attempt - job.interruptions && wait < options_.longest_wait; ++i) wait *= 3;
  wait = std::min(wait, options_.longest_wait);
  if (result.retry_after) wait = std::max(wait, *result.retry_after);
  // Up to a fifth more or less, so that many that failed together don't come back together.
  auto fifth = wait.count() / 5;
  return wait +
         std::chrono::milliseconds(
             fifth > 0
                 ? static_cast<std::int64_t>(env_.chance() % static_cast<std::uint64_t>(2 * fifth)) - fifth
                 : 0);
}

void Workers::tell_end(const Work& work, JobStatus status, const std::string& error) {
  env_.emit({"job_finished",
             status == JobStatus::failed ? EventLevel::error : EventLevel::info,
             {{"job", work.job.id},
              {"name", work.job.name},
              {"status", std::string(name(status))},
              {"attempt", std::int64_t{work.job.attempt}},
              {"took_ms", env_.elapsed_ms(work.began)},
              {"error", error}}});
}

void Workers::end(Work& work, const LaunchResult& result) {
  const Job& job = work.job;
  using End = LaunchResult::End;
  Timestamp now = env_.now();
  Stopped why = work.stopped;
  if (result.end == End::busy) return queue_.postpone(job.id, now + options_.busy_wait, now);
  if (result.end == End::succeeded) {
    queue_.finish(job.id, JobStatus::succeeded, "", now);
    return tell_end(work, JobStatus::succeeded, "");
  }
  if (result.end == End::stopped && why == Stopped::by_user) {
    queue_.finish(job.id, JobStatus::cancelled, "", now);
    return tell_end(work, JobStatus::cancelled, "");
  }
  if (result.end == End::stopped && why != Stopped::by_timeout) return queue_.give_back(job.id, now);
  LaunchResult failed = result;
  if (why == Stopped::by_timeout) {
    failed.error = Error(ErrorCode::job_timed_out,
                         fmt::format("It took longer than {} seconds", job.timeout.count() / 1000))
                       .what();
    failed.is_retryable = true;
  }
  if (!failed.is_retryable || job.attempt - job.interruptions >= job.attempts_max) {
    queue_.finish(job.id, JobStatus::failed, failed.error, now);
    return tell_end(work, JobStatus::failed, failed.error);
  }
  auto wait = wait_after(job, failed);
  queue_.retry(job.id, failed.error, now + wait, now);
  env_.emit({"job_retried",
             EventLevel::warning,
             {{"job", job.id},
              {"name", job.name},
              {"attempt", std::int64_t{job.attempt}},
              {"reason", failed.error},
              {"wait_ms", std::int64_t{wait.count()}}}});
}

void Workers::check(bool asks_queue) {
  std::lock_guard lock(mutex_);
  for (auto& [id, work] : works_) {
    if (work->is_over || work->stopped.load() != Stopped::no) continue;
    if (asks_queue && queue_.is_cancelled(id)) work->ask_to_stop(Stopped::by_user);
    if (work->job.timeout.count() > 0 && env_.elapsed_ms(work->began) > work->job.timeout.count())
      work->ask_to_stop(Stopped::by_timeout);
  }
}

bool Workers::cancel(std::int64_t job) {
  bool was_open = queue_.cancel(job, env_.now());
  check();
  changed_();
  return was_open;
}

void Workers::stop() {
  std::map<std::int64_t, std::unique_ptr<Work>> works;
  {
    std::unique_lock lock(mutex_);
    bool was_stopping = std::exchange(stopping_, true);
    auto is_idle = [&] {
      return std::all_of(works_.begin(), works_.end(),
                         [](const auto& each) { return each.second->is_over.load(); });
    };
    if (!was_stopping && !is_idle() && options_.drain.count() > 0) {
      env_.emit(
          {"drain_started",
           EventLevel::info,
           {{"jobs", static_cast<std::int64_t>(works_.size())}, {"seconds", options_.drain.count() / 1000}}});
      ended_.wait_for(lock, options_.drain, is_idle);
    }
    for (auto& [id, work] : works_) work->ask_to_stop(Stopped::by_server);
    works.swap(works_);
  }
  works.clear();  // waits for their threads
}

int Workers::at_work() {
  std::lock_guard lock(mutex_);
  return static_cast<int>(
      std::count_if(works_.begin(), works_.end(), [](const auto& each) { return !each.second->is_over; }));
}

}  // namespace leat::run

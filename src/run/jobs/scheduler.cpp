#include "run/jobs/scheduler.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/time.h"

namespace leat::run {

using std::chrono::sys_seconds;

namespace {

// The longest sleep: cancellations from elsewhere, timeouts and a clock that was set are seen after it.
constexpr std::chrono::milliseconds kLook{100};

}  // namespace

NewJob job_of(const Schedule& schedule) {
  JobSpec spec;
  spec.select = schedule.select;
  spec.exclude = schedule.exclude;
  spec.full_refresh = schedule.full_refresh;
  NewJob job;
  job.kind = "schedule";
  job.name = schedule.name;
  job.spec = to_json(spec);
  job.priority = schedule.priority;
  job.pool = schedule.pool;
  job.lane = "schedule:" + schedule.name;
  job.lane_width = schedule.concurrency;
  job.attempts_max = schedule.retries + 1;
  job.timeout = schedule.timeout;
  return job;
}

Scheduler::Scheduler(std::vector<Schedule> schedules, Queue& queue, Env& env)
    : schedules_(std::move(schedules)), queue_(queue), env_(env) {
  std::erase_if(schedules_, [](const Schedule& each) { return !each.enabled; });
}

// Decides which of the ticks make a job.
void Scheduler::apply_policy(const Schedule& schedule, std::vector<Tick>& ticks, Timestamp now) {
  std::int64_t waiting = schedule.missed == Missed::all ? 0 : queue_.waiting("schedule", schedule.name);
  for (std::size_t i = 0; i < ticks.size(); ++i) {
    Tick& tick = ticks[i];
    bool is_late = now - tick.at > kLate, is_last = i + 1 == ticks.size();
    bool is_too_old = ticks.size() - i > kCatchUpMax;
    if ((schedule.missed == Missed::skip && is_late) || is_too_old) {
      tick.outcome = "skipped";
    } else if (schedule.missed == Missed::once && !is_last) {
      tick.outcome = "merged";
    } else if (waiting != 0) {
      tick.outcome = "merged";
      tick.job = waiting;
    } else {
      tick.outcome = "queued";
    }
  }
}

Scheduler::Due Scheduler::due_of(const Schedule& schedule, sys_seconds after, Timestamp now) {
  Due due;
  due.next = next_tick(schedule.cron, schedule.zone, after);
  // A server that was away for long meets many; only the newest can count, and memory is bounded.
  constexpr std::size_t kHeldMax = 2 * kCatchUpMax;
  while (due.next && *due.next <= now) {
    if (due.ticks.size() == kHeldMax) due.ticks.erase(due.ticks.begin(), due.ticks.begin() + kCatchUpMax);
    due.ticks.push_back({schedule.name, *due.next, "", 0});
    due.next = next_tick(schedule.cron, schedule.zone, *due.next);
  }
  return due;
}

std::optional<Timestamp> Scheduler::decide() {
  take_replacement();
  Timestamp now = env_.now();
  if (!is_begun_) {
    std::vector<std::pair<std::string, std::string>> known;
    for (const Schedule& each : schedules_) known.emplace_back(each.name, each.definition());
    std::vector<sys_seconds> decided = queue_.begin_schedules(known, now);
    for (std::size_t i = 0; i < schedules_.size(); ++i)
      next_.push_back(next_tick(schedules_[i].cron, schedules_[i].zone, decided[i]));
    is_begun_ = true;
  }
  std::vector<Decision> decisions;
  std::vector<std::optional<sys_seconds>> next = next_;
  for (std::size_t i = 0; i < schedules_.size(); ++i) {
    if (!next_[i] || *next_[i] > now) continue;
    Due due = due_of(schedules_[i], *next_[i] - std::chrono::seconds(1), now);
    apply_policy(schedules_[i], due.ticks, now);
    next[i] = due.next;
    NewJob job = job_of(schedules_[i]);
    for (Tick& tick : due.ticks) decisions.push_back({std::move(tick), job});
  }
  if (!decisions.empty()) queue_.decide(decisions, now, env_);
  next_ = std::move(next);
  for (const Decision& each : decisions)
    env_.emit({"tick_decided",
               EventLevel::info,
               {{"schedule", each.tick.schedule},
                {"tick", format_iso_timestamp(each.tick.at)},
                {"outcome", each.tick.outcome},
                {"job", each.tick.job}}});
  std::optional<Timestamp> soonest;
  for (const auto& each : next_)
    if (each && (!soonest || *each < *soonest)) soonest = *each;
  return soonest;
}

void Scheduler::replace(std::vector<Schedule> schedules) {
  std::erase_if(schedules, [](const Schedule& each) { return !each.enabled; });
  std::lock_guard lock(mutex_);
  replacement_ = std::move(schedules);
  woken_ = true;
  waiting_.notify_all();
}

void Scheduler::take_replacement() {
  std::lock_guard lock(mutex_);
  if (!replacement_) return;
  schedules_ = std::move(*replacement_);
  replacement_.reset();
  next_.clear();
  is_begun_ = false;
}

void Scheduler::wake() {
  std::lock_guard lock(mutex_);
  woken_ = true;
  waiting_.notify_all();
}

void Scheduler::end() {
  std::lock_guard lock(mutex_);
  ended_ = woken_ = true;
  waiting_.notify_all();
}

// False when it is over. Tells whether it was woken.
bool Scheduler::rest_until(Timestamp wanted, bool& was_woken) {
  Timestamp now = env_.now();
  auto sleep = wanted - now > kLook ? kLook : std::chrono::ceil<std::chrono::milliseconds>(wanted - now);
  sleep = std::max(sleep, std::chrono::milliseconds(0));
  std::unique_lock lock(mutex_);
  waiting_.wait_for(lock, env_.stop(), sleep, [&] { return woken_; });
  was_woken = std::exchange(woken_, false);
  return !ended_ && !env_.stop().stop_requested();
}

// What is idle costs next to nothing: the queue is asked for jobs only where something may have changed.
void Scheduler::serve(Workers& workers) {
  std::optional<Timestamp> next, due;
  std::int64_t foreign = -1;
  bool is_recovered = false, looks = true;
  do {
    try {
      if (!is_recovered) workers.recover();
      is_recovered = true;
      Timestamp now = env_.now();
      looks = looks || (next && *next <= now) || (due && *due <= now);
      next = decide();
      std::int64_t changes = queue_.foreign_changes();
      looks = looks || changes != std::exchange(foreign, changes);
      workers.check(looks);
      if (looks) {
        workers.fill();
        due = queue_.next_due(env_.now());
      }
    } catch (const Error& error) {
      // A full disk may have room again later; what was not decided is decided then.
      env_.emit({"scheduler_failed", EventLevel::error, {{"error", std::string(error.what())}}});
      foreign = -1;
      next = env_.now() + kLook;
    }
  } while (rest_until(std::min(next.value_or(Timestamp::max()), due.value_or(Timestamp::max())), looks));
  workers.stop();
}

}  // namespace leat::run

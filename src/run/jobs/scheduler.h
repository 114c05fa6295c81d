// Scheduler: decides what becomes of the times at which schedules are due, and keeps workers busy.
//
// Guarantees: every tick is decided once, in the order of time, whatever dies when (see store/queue.h). Ticks
//   that are later than kLate were missed, and each schedule says what becomes of them.
// Threads: decide() by one thread at a time; serve() blocks its caller until the Env is asked to stop; wake()
//   and add() from any.
// Owns: nothing; what it is given has to outlive it.
// Errors: Error(run_store).
#pragma once
#include <condition_variable>
#include <mutex>
#include <optional>
#include <vector>

#include "run/jobs/workers.h"
#include "run/schedules/schedule.h"
#include "run/store/queue.h"

namespace leat::run {

class Scheduler {
 public:
  static constexpr std::chrono::seconds kLate{60};
  static constexpr int kCatchUpMax =
      1000;  ///< ticks of a schedule that are made up for; older ones are skipped
  Scheduler(std::vector<Schedule> schedules, Queue& queue, Env& env);

  /// Decides all ticks up to now; returns when the next comes.
  std::optional<Timestamp> decide();
  /// Decides ticks and fills the workers, until end(), or the Env is asked to stop.
  void serve(Workers& workers);
  /// Has serve() go on with other schedules.
  void replace(std::vector<Schedule> schedules);
  /// Has serve() look again.
  void wake();
  /// Has serve() return.
  void end();
  const std::vector<Schedule>& schedules() const { return schedules_; }

 private:
  struct Due {
    std::vector<Tick> ticks;
    std::optional<std::chrono::sys_seconds> next;
  };
  Due due_of(const Schedule& schedule, std::chrono::sys_seconds after, Timestamp now);
  void apply_policy(const Schedule& schedule, std::vector<Tick>& ticks, Timestamp now);
  void take_replacement();
  bool rest_until(Timestamp wanted, bool& was_woken);

  std::vector<Schedule> schedules_;
  Queue& queue_;
  Env& env_;
  std::vector<std::optional<std::chrono::sys_seconds>> next_;  // of each schedule; null: never again
  bool is_begun_ = false;
  std::mutex mutex_;  // guards woken_, ended_, replacement_
  std::optional<std::vector<Schedule>> replacement_;
  std::condition_variable_any waiting_;
  bool woken_ = false, ended_ = false;
};

/// The job that a tick of a schedule makes.
NewJob job_of(const Schedule& schedule);

}  // namespace leat::run

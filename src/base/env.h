// Env: all that differs between two runs of the same work: clock, chance, cancellation, failpoints,
// environment variables and who listens to events. Work takes an Env& and asks nothing else, so every test
// can replay it.
//
// Guarantees: an Env made with a fixed clock never sleeps; wait() then moves the clock instead.
// Threads: every member function may be called from any thread.
// Owns: nothing but its clock; listeners must outlive it or be forgotten.
// Errors: wait() and check_cancelled() throw Error(cancelled) after a stop was asked for.
#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/event.h"

namespace leat {

using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

class Clock {
 public:
  virtual ~Clock() = default;
  /// The time of day, UTC.
  virtual Timestamp now() = 0;
  /// Monotonic time, for durations.
  virtual std::chrono::steady_clock::time_point steady() = 0;
  /// Returns after `duration`, or early when `stop` is asked for.
  virtual void wait(std::chrono::milliseconds duration, std::stop_token stop) = 0;
};

/// The machine's clock.
std::unique_ptr<Clock> system_clock();
/// A clock that stands at `start` and moves only by wait().
std::unique_ptr<Clock> fixed_clock(Timestamp start);

class Env {
 public:
  /// An Env on the machine's clock (or on LEAT_CLOCK, an ISO 8601 instant, if that variable is set), seeded
  /// by chance.
  Env();
  /// An Env for tests: a clock of one's own and a fixed seed.
  Env(std::unique_ptr<Clock> clock, std::uint64_t seed);
  Env(const Env&) = delete;
  Env& operator=(const Env&) = delete;

  Timestamp now() { return clock_->now(); }
  std::chrono::steady_clock::time_point steady() { return clock_->steady(); }
  /// Milliseconds since `from`, by the monotonic clock.
  std::int64_t elapsed_ms(std::chrono::steady_clock::time_point from);
  /// Waits, and throws Error(cancelled) when the run is stopped meanwhile.
  void wait(std::chrono::milliseconds duration);
  /// A random 64-bit number.
  std::uint64_t chance();
  /// A random identifier, RFC 9562 version 4.
  std::string uuid();

  /// The value of an environment variable, seen first in `.env` overrides, then in the process.
  std::optional<std::string> variable(const std::string& name) const;
  /// The variables whose names begin so, of the process and of `.env`, by name.
  std::map<std::string, std::string> variables(std::string_view prefix) const;
  void set_variable(std::string name, std::string value);

  std::stop_token stop() const { return stop_.get_token(); }
  /// Asks all work to end at its next batch boundary. Safe to call from any thread (not from a signal
  /// handler).
  void request_stop() { stop_.request_stop(); }
  void check_cancelled() const;

  void listen(EventListener& listener);
  /// Stops telling `listener`. Requires: no other thread is emitting.
  void forget(EventListener& listener);
  void emit(const Event& event);

  /// A named place where tests make the process die or an error appear:
  /// LEAT_FAILPOINTS="name=kill,other=error@3" acts at the first (or third) passage. Costs one relaxed load
  /// when nothing is set.
  void failpoint(std::string_view name);

 private:
  std::unique_ptr<Clock> clock_;
  std::mutex mutex_;  // guards random_, listeners_
  std::mt19937_64 random_;
  std::vector<EventListener*> listeners_;
  std::vector<std::pair<std::string, std::string>> variables_;
  std::stop_source stop_;
};

}  // namespace leat

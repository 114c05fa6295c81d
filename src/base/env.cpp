#include "base/env.h"

#include <unistd.h>

#include <fmt/core.h>

#include <condition_variable>
#include <csignal>
#include <cstdlib>

#include "base/error.h"
#include "base/failpoint.h"
#include "base/time.h"

namespace leat {
namespace {

class SystemClock : public Clock {
 public:
  Timestamp now() override {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  }
  std::chrono::steady_clock::time_point steady() override { return std::chrono::steady_clock::now(); }
  void wait(std::chrono::milliseconds duration, std::stop_token stop) override {
    std::mutex mutex;
    std::condition_variable_any waiting;
    std::unique_lock lock(mutex);
    waiting.wait_for(lock, stop, duration, [] { return false; });
  }
};

class FixedClock : public Clock {
 public:
  explicit FixedClock(Timestamp start) : now_(start) {}
  Timestamp now() override {
    std::lock_guard lock(mutex_);
    return now_;
  }
  std::chrono::steady_clock::time_point steady() override {
    return std::chrono::steady_clock::time_point(now().time_since_epoch());
  }
  void wait(std::chrono::milliseconds duration, std::stop_token) override {
    std::lock_guard lock(mutex_);
    now_ += duration;
  }

 private:
  std::mutex mutex_;
  Timestamp now_;
};

// A clock that goes faster than the machine's: it stood at `start` when that stood at `real_start`.
class FastClock : public Clock {
 public:
  FastClock(Timestamp start, Timestamp real_start, double speed)
      : start_(start), real_start_(real_start), speed_(speed) {}
  Timestamp now() override {
    auto passed = std::chrono::duration<double, std::micro>(real_.now() - real_start_) * speed_;
    return start_ + std::chrono::duration_cast<std::chrono::microseconds>(passed);
  }
  std::chrono::steady_clock::time_point steady() override { return real_.steady(); }
  void wait(std::chrono::milliseconds duration, std::stop_token stop) override {
    auto real = std::chrono::duration<double, std::milli>(duration) / speed_;
    real_.wait(std::chrono::ceil<std::chrono::milliseconds>(real), std::move(stop));
  }

 private:
  SystemClock real_;
  const Timestamp start_, real_start_;
  const double speed_;
};

// "START", or "START*SPEED@REAL": a clock that goes SPEED times as fast since the machine's stood at REAL.
std::unique_ptr<Clock> clock_from_environment() {
  const char* set = std::getenv("LEAT_CLOCK");
  if (!set) return system_clock();
  std::string text = set;
  std::size_t star = text.find('*'), at = text.find('@');
  std::optional<Timestamp> start = parse_iso_timestamp(text.substr(0, star));
  if (!start) throw Error(ErrorCode::config_invalid, "LEAT_CLOCK is no ISO 8601 instant", "environment");
  if (star == std::string::npos) return fixed_clock(*start);
  double speed = std::strtod(text.c_str() + star + 1, nullptr);
  std::optional<Timestamp> real =
      at == std::string::npos ? SystemClock().now() : parse_iso_timestamp(text.substr(at + 1));
  if (!(speed > 0) || !real)
    throw Error(ErrorCode::config_invalid, "LEAT_CLOCK is no START*SPEED@REAL", "environment");
  return std::make_unique<FastClock>(*start, *real, speed);
}

}  // namespace

std::unique_ptr<Clock> system_clock() {
  return std::make_unique<SystemClock>();
}
std::unique_ptr<Clock> fixed_clock(Timestamp start) {
  return std::make_unique<FixedClock>(start);
}

Env::Env() : clock_(clock_from_environment()), random_(std::random_device{}()) {}
Env::Env(std::unique_ptr<Clock> clock, std::uint64_t seed) : clock_(std::move(clock)), random_(seed) {}

std::int64_t Env::elapsed_ms(std::chrono::steady_clock::time_point from) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(steady() - from).count();
}

void Env::wait(std::chrono::milliseconds duration) {
  check_cancelled();
  clock_->wait(duration, stop());
  check_cancelled();
}

std::uint64_t Env::chance() {
  std::lock_guard lock(mutex_);
  return random_();
}

std::string Env::uuid() {
  std::uint64_t high = (chance() & 0xFFFFFFFFFFFF0FFFULL) | 0x4000ULL;
  std::uint64_t low = (chance() & 0x3FFFFFFFFFFFFFFFULL) | 0x8000000000000000ULL;
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, (high >> 16) & 0xFFFF, high & 0xFFFF,
                     low >> 48, low & 0xFFFFFFFFFFFFULL);
}

std::optional<std::string> Env::variable(const std::string& name) const {
  // The process wins over .env, as in docker compose and dotenv.
  if (const char* value = std::getenv(name.c_str())) return std::string(value);
  for (const auto& [key, value] : variables_) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::map<std::string, std::string> Env::variables(std::string_view prefix) const {
  std::map<std::string, std::string> found;
  for (const auto& [name, value] : variables_)
    if (name.starts_with(prefix)) found.emplace(name, value);
  for (char** each = environ; each && *each; ++each) {
    std::string_view pair = *each;
    std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos && pair.starts_with(prefix))
      found[std::string(pair.substr(0, equals))] = pair.substr(equals + 1);
  }
  return found;
}

void Env::set_variable(std::string name, std::string value) {
  variables_.emplace_back(std::move(name), std::move(value));
}

void Env::check_cancelled() const {
  if (stop_.stop_requested()) throw Error(ErrorCode::cancelled, "The run was asked to stop");
}

void Env::listen(EventListener& listener) {
  std::lock_guard lock(mutex_);
  listeners_.push_back(&listener);
}

void Env::forget(EventListener& listener) {
  std::lock_guard lock(mutex_);
  std::erase(listeners_, &listener);
}

void Env::emit(const Event& event) {
  std::vector<EventListener*> listeners;
  {
    std::lock_guard lock(mutex_);
    listeners = listeners_;
  }
  for (EventListener* listener : listeners) listener->on_event(event);
}

void Env::failpoint(std::string_view name) {
  pass_failpoint(name);
}

}  // namespace leat

// RateLimit: spaces requests so that no window of time holds more than so many. Knows no network.
//
// Guarantees: at most `calls` reservations fall into any stretch of `window`.
// Threads: reserve may be called from any.
// Errors: none.
#pragma once
#include <chrono>
#include <deque>
#include <mutex>

namespace leat::http {

class RateLimit {
 public:
  /// Requires: calls > 0.
  RateLimit(std::size_t calls, std::chrono::milliseconds window) : calls_(calls), window_(window) {}
  /// Takes the next free place and returns how long to wait for it from `now` on (0: go at once).
  std::chrono::milliseconds reserve(std::chrono::steady_clock::time_point now);

 private:
  const std::size_t calls_;
  const std::chrono::milliseconds window_;
  std::mutex mutex_;                                          // guards places_
  std::deque<std::chrono::steady_clock::time_point> places_;  // the last `calls_` reservations
};

}  // namespace leat::http

// Retry: how often and after what wait a request is tried again. Knows no network: it counts and computes.
//
// Guarantees: bounded: at most `retries_max` further tries within `total_max` of waiting for failures, and
//   `rate_limited_total_max` of waiting for rate limits; the last wait may be as long as it was asked for, up
//   to `wanted_max`.
// Threads: one at a time.
// Errors: none; nullopt says that the tries are used up.
// Source: RFC 9110 10.2.3 (Retry-After).
#pragma once
#include <chrono>
#include <optional>
#include <string_view>

#include "base/time.h"

namespace leat::http {

struct RetryLimits {
  int retries_max = 5;
  std::chrono::milliseconds total_max = std::chrono::seconds(600);
  int rate_limited_retries_max = 20;
  std::chrono::milliseconds rate_limited_total_max = std::chrono::seconds(1800);
  std::chrono::milliseconds wanted_max = std::chrono::minutes(65);
};

/// The account of one request.
class Retry {
 public:
  explicit Retry(RetryLimits limits = {}) : limits_(limits) {}
  /// The wait before the next try after a failure; `wanted` is what a strategy or the answer asked for.
  /// Without it: 1, 2, 4, 8 … seconds.
  std::optional<std::chrono::milliseconds> after_failure(std::optional<std::chrono::milliseconds> wanted);
  /// The same after the answer that the rate is too high. Without `wanted`: 5, 10, 20 … at most 300 seconds.
  std::optional<std::chrono::milliseconds> after_rate_limit(std::optional<std::chrono::milliseconds> wanted);
  /// How many tries have failed so far, 0 before the first.
  int failures() const { return failures_ + rate_limits_; }

 private:
  bool fits(std::optional<std::chrono::milliseconds> wanted, std::chrono::milliseconds wait,
            std::chrono::milliseconds waited, std::chrono::milliseconds total_max) const;
  RetryLimits limits_;
  int failures_ = 0, rate_limits_ = 0;
  std::chrono::milliseconds waited_{0}, rate_waited_{0};
};

/// Reads a Retry-After header: seconds (also with a fraction) or a date; nullopt for neither. Never negative.
std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view value, Timestamp now);

}  // namespace leat::http

// RateLimits: how often somebody may do something: a bucket a key that fills again with time.
//
// Guarantees: holds at most kKeysMax keys; those that are full again are forgotten first.
// Threads: any.
// Owns: the buckets.
// Errors: none.
// Source: the token bucket of RFC 3290
#pragma once
#include <chrono>
#include <map>
#include <mutex>
#include <string>

#include "base/env.h"

namespace leat::server {

class RateLimits {
 public:
  static constexpr std::size_t kKeysMax = 20'000;
  /// `rate` a second, `burst` at once; a rate of 0 sets no limit. `env` outlives it.
  RateLimits(double rate, double burst, Env& env) : rate_(rate), burst_(burst), env_(env) {}
  /// Takes one; false when there is none left.
  bool take(const std::string& key);
  /// Whether there is one left, without taking it.
  bool has(const std::string& key);
  /// How long until there is one, rounded up.
  std::chrono::seconds wait_for(const std::string& key);

 private:
  struct Bucket {
    double left;
    std::chrono::steady_clock::time_point at;
  };
  Bucket& filled(const std::string& key);
  void forget_full();

  const double rate_, burst_;
  Env& env_;
  std::mutex mutex_;  // guards buckets_
  std::map<std::string, Bucket> buckets_;
};

}  // namespace leat::server

// TokenQuotas: how many calls each of several tokens has left, by kind of call; who asks gets the token
// to use.
//
// Guarantees: a token without calls left is passed over; where none has any left, the wait goes to the
//   earliest reset and is bounded, then all are asked for anew. What an answer says of its token counts.
// Threads: any.
// Owns: the counts; the asker for them is given.
// Errors: Error(http_rate_limited) when the wait would be too long; what asking throws;
//   Error(cancelled).
// Source: behaviour of the Airbyte CDK's RateLimitedMultipleTokenAuthenticator.
#pragma once
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/time.h"

namespace leat::sources::declarative {

/// What a token has left of one kind of calls.
struct QuotaCount {
  std::int64_t remaining = 0;
  Timestamp reset{};
  std::int64_t limit = 0;
  bool is_tracked = true;  ///< false: the API counts nothing, so nothing is waited for
};

struct QuotaRules {
  std::vector<std::string> tokens;
  std::vector<std::string> names;  ///< of the kinds of calls
  std::chrono::microseconds wait_max{};
  double reserve_fraction = 0.1;
  std::int64_t reserve_min = 50;
};

/// What an answer says of the calls that are left; nullopt where it does not.
struct QuotaNews {
  std::optional<std::int64_t> remaining, limit;
  std::optional<Timestamp> reset;
  bool is_refusal = false;  ///< the answer's status means that the quota is used up
};

class TokenQuotas {
 public:
  explicit TokenQuotas(QuotaRules rules) : rules_(std::move(rules)) {}
  /// Asks for the counts of all kinds, of one token.
  using Ask = std::function<std::vector<QuotaCount>(const std::string& token)>;
  /// Takes one call of kind `kind`; returns the token for it, once it may be made.
  std::string acquire(std::size_t kind, const Ask& ask, Env& env, std::stop_token stop);
  void learn(std::size_t kind, const std::string& token, const QuotaNews& news);
  /// Whether `token` is used up and another one is not.
  bool has_other(std::size_t kind, const std::string& token);

 private:
  /// What to do before the call that was asked for.
  struct Step {
    std::string token;
    std::chrono::microseconds delay{0};
    bool is_used_up = false;  ///< no token has a call left: wait `delay`, then ask anew
  };
  Step next_step(std::size_t kind, Timestamp now, std::optional<Timestamp>& deadline);
  Step all_used_up(std::size_t kind, Timestamp now, std::optional<Timestamp>& deadline) const;
  std::chrono::microseconds spread(std::size_t kind, Timestamp now) const;
  bool is_used_up(std::size_t kind) const;
  void ask_all(const Ask& ask);
  const QuotaCount& count(std::size_t token, std::size_t kind) const;
  std::optional<std::size_t> index_of(const std::string& token) const;

  const QuotaRules rules_;
  std::mutex asking_;                            // held while counts are asked for
  std::mutex mutex_;                             // guards what follows
  std::vector<std::vector<QuotaCount>> counts_;  // by token, then by kind; empty before they are known
  std::size_t active_ = 0;
};

}  // namespace leat::sources::declarative

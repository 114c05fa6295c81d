// ApiBudget: how many requests an API allows in a time, for the whole connector, however often it is
// opened.
//
// Guarantees: the first policy that fits a request counts; a request without one goes at once. What an
//   answer says of the rest (remaining calls, time of reset) is obeyed.
// Threads: acquire and learn may be called from any.
// Owns: its policies.
// Errors: Error(config_invalid) when made; Error(cancelled) while waiting.
// Source: behaviour of the Airbyte CDK's HttpAPIBudget and call rate policies.
#pragma once
#include <memory>
#include <stop_token>
#include <vector>

#include "sources/declarative/component.h"

namespace leat::sources::declarative {

class CallPolicy;

class ApiBudget {
 public:
  ApiBudget(const Value& component, const Workshop& workshop);
  ~ApiBudget();
  /// Waits until the request may be sent.
  void acquire(const http::Request& request, Env& env, std::stop_token stop);
  /// Takes note of an answer.
  void learn(const http::Request& request, const http::Response& response, Timestamp now);

 private:
  CallPolicy* policy_of(const http::Request& request) const;
  std::vector<std::unique_ptr<CallPolicy>> policies_;
  std::string reset_header_, remaining_header_;
  std::vector<int> hit_codes_;
};

}  // namespace leat::sources::declarative

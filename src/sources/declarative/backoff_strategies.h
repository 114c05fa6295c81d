// BackoffStrategy: how long to wait before a request is tried again.
//
// Guarantees: never negative.
// Threads: immutable; any.
// Errors: Error(config_invalid, source_unknown_component) when made.
// Source: behaviour of the Airbyte CDK's backoff strategies.
#pragma once
#include "sources/declarative/error_handlers.h"

namespace leat::sources::declarative {

class BackoffStrategy {
 public:
  virtual ~BackoffStrategy() = default;
  /// `attempt` is 1 after the first failure; `response` is null when there was none.
  virtual Backoff backoff(const http::Response* response, int attempt, Timestamp now) const = 0;
};

std::unique_ptr<BackoffStrategy> make_backoff_strategy(const Value& component, const Workshop& workshop);

}  // namespace leat::sources::declarative

// ErrorHandler: what an answer (or its absence) means: go on, try again after a wait, leave it out, or fail.
//
// Guarantees: a filter that matches wins; then success for a status below 400; then the default table, in
//   which every status that is not named is tried again.
// Threads: immutable; any.
// Owns: its filters and backoff strategies.
// Errors: Error(config_invalid, source_unknown_component) when made.
// Source: behaviour of the Airbyte CDK's error handlers.
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "sources/declarative/request_parts.h"

namespace leat::sources::declarative {

enum class Action {
  success,
  retry,
  fail,
  ignore,
  rate_limited,
  reset_pagination,        ///< the slice's pages have to begin anew
  refresh_token_and_retry  ///< a new token, once, then another try
};

struct Resolution {
  Action action = Action::success;
  std::string message;  ///< the filter's own words, "" when it has none
  bool by_filter = false;
  bool is_user_fault = false;  ///< failure_type config_error
};

/// What a wait may end in.
struct Backoff {
  std::optional<std::chrono::milliseconds> wait;  ///< nullopt: the strategies have no opinion
  bool too_long = false;                          ///< the answer asks for more than the connector allows
};

class ErrorHandler {
 public:
  virtual ~ErrorHandler() = default;
  /// Judges an answer. `scope` holds `response` and `headers`.
  virtual Resolution judge(const http::Response& response, const Scope& scope) const = 0;
  /// The wait before try number `attempt` (1 after the first failure). Requires: response is not null unless
  /// the connection failed.
  virtual Backoff backoff(const http::Response* response, int attempt, Timestamp now) const = 0;
  virtual int retries_max() const = 0;
};

std::unique_ptr<ErrorHandler> make_error_handler(const Value& component, const Workshop& workshop);

/// `headers` as templates see them: names without case.
jinja::Value headers_value(const http::Headers& headers);
/// The same with `link`: the Link header's targets by their rel, each with its `url`.
jinja::Value page_headers_value(const http::Headers& headers);
/// The sentence in which an API's error body says what is wrong, "" when none is found.
std::string error_message_of(std::string_view body);

}  // namespace leat::sources::declarative

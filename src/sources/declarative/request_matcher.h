// RequestMatcher: tells whether a request is of a kind: an HttpRequestRegexMatcher.
//
// Guarantees: all that it names has to fit: method, host, path from its beginning, parameters, headers.
// Threads: immutable; any.
// Owns: its patterns.
// Errors: Error(config_invalid, jinja_…) when made.
// Source: behaviour of the Airbyte CDK's HttpRequestRegexMatcher.
#pragma once
#include <string>
#include <vector>

#include "http/url.h"
#include "sources/declarative/component.h"

namespace leat::sources::declarative {

class RequestMatcher {
 public:
  RequestMatcher(const Value& component, const Workshop& workshop);
  bool matches(const http::Request& request) const;
  /// How many calls such a request counts for.
  std::int64_t weight() const { return weight_; }

 private:
  std::string method_, base_, pattern_;
  http::Query params_, headers_;
  std::int64_t weight_ = 1;
};

/// A setting that is a whole number, not below `least`.
std::int64_t count_of(const Value& component, std::string_view name, const Workshop& workshop,
                      std::int64_t least);

}  // namespace leat::sources::declarative

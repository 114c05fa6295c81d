// Authenticators: what proves to an API who asks.
//
// Guarantees: every secret is registered before it is sent.
// Threads: immutable; any.
// Owns: its templates.
// Errors: Error(config_invalid, source_unknown_component) when made.
#pragma once
#include <memory>
#include <stop_token>

#include "sources/declarative/request_parts.h"

namespace leat::sources::declarative {

class Authenticator {
 public:
  virtual ~Authenticator() = default;
  /// Adds the credentials; those that are not headers go into `parts`.
  virtual void authorize(http::Request& request, RequestParts& parts, const Scope& scope) const = 0;
  /// Gets a new token in place of one that the API refused; false where there is none to get.
  virtual bool renew() const { return false; }
  /// Signs one try of a request, just before it is sent; may wait until it may be.
  virtual void sign(http::Request& /*request*/, std::stop_token /*stop*/) const {}
  /// Takes note of what a try was answered.
  virtual void learn(const http::Request& /*request*/, const http::Response& /*response*/) const {}
  /// Whether another try goes out with another token than the one that has just been refused.
  virtual bool has_other_token(const http::Request& /*request*/) const { return false; }
};

std::unique_ptr<Authenticator> make_authenticator(const Value& component, const Workshop& workshop);

}  // namespace leat::sources::declarative

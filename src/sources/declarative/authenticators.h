// Authenticators: what proves to an API who asks.
//
// Guarantees: every secret is registered before it is sent.
// Threads: immutable; any.
// Owns: its templates.
// Errors: Error(config_invalid, source_unknown_component) when made.
#pragma once
#include <memory>

#include "sources/declarative/request_parts.h"

namespace leat::sources::declarative {

class Authenticator {
 public:
  virtual ~Authenticator() = default;
  /// Adds the credentials; those that are not headers go into `parts`.
  virtual void authorize(http::Request& request, RequestParts& parts, const Scope& scope) const = 0;
  /// Gets a new token in place of one that the API refused; false where there is none to get.
  virtual bool renew() const { return false; }
};

std::unique_ptr<Authenticator> make_authenticator(const Value& component, const Workshop& workshop);

}  // namespace leat::sources::declarative

// Authenticators that have to get their token first: OAuth, sessions, signed tokens.
//
// Guarantees: streams that get the same token share it; it is asked for once at a time, and again when it
//   expired. A refresh token that changes is kept before it is used (LiveConfig).
// Threads: any; those that need a token wait while another gets it.
// Owns: its templates and requester.
// Errors: Error(config_invalid) when made; Error(http_unauthorized, http_failed) when no token is given.
// Source: RFC 6749; behaviour of the Airbyte CDK's OAuth, session token and JWT authenticators.
#pragma once
#include <memory>
#include <string>

#include "sources/declarative/authenticators.h"

namespace leat::sources::declarative {

/// An authenticator whose token others may send, too.
class JwtSigner : public Authenticator {
 public:
  virtual std::string token() const = 0;
};

std::unique_ptr<JwtSigner> make_jwt_signer(const Value& component, const Workshop& workshop);
/// Several tokens in turn, each as far as its quota goes.
std::unique_ptr<Authenticator> make_rotating_authenticator(const Value& component, const Workshop& workshop);
std::unique_ptr<Authenticator> make_oauth_authenticator(const Value& component, const Workshop& workshop);
std::unique_ptr<Authenticator> make_session_authenticator(const Value& component, const Workshop& workshop);
std::unique_ptr<Authenticator> make_legacy_session_authenticator(const Value& component,
                                                                 const Workshop& workshop);

}  // namespace leat::sources::declarative

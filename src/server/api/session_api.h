// SessionApi: who am I, log in, log out: /api/leat/v1/session; who did what: /api/leat/v1/audit.
//
// Guarantees: GET answers 200 to anybody: authenticated, user, role, how, csrf, login (shapes: openapi.json).
// On a
//   server without users that only this machine reaches, everybody is `local`, an admin. POST {user,
//   password} as JSON logs in by the cookie `leat_session` (HttpOnly, SameSite=Lax): 401 for what is wrong,
//   429 after too many tries. DELETE logs out: 204. GET …/oidc?return_to=/path goes to the issuer and comes
//   back there. A call that changes anything and comes by the cookie, or from a browser at all, needs the
//   header `X-Leat-CSRF: <csrf of GET>`, else 403 "csrf". Elsewhere: 401 without credentials, 403 for a role
//   that may not.
// Threads: any.
// Owns: nothing.
// Errors: what a call did wrong is in the reply; those of the issuer's addresses are thrown.
// Source: OWASP's cheat sheets on sessions and cross-site request forgery; OpenID Connect Core 1.0
#pragma once
#include <memory>
#include <optional>

#include "server/access/gatekeeper.h"
#include "server/access/oidc_login.h"

namespace leat::server {

class SessionApi {
 public:
  explicit SessionApi(Gatekeeper& gatekeeper);
  /// The answer to a call; nullopt where its path is not one of these.
  std::optional<Reply> answer(const Call& call);

 private:
  Reply who(const Caller& caller) const;
  Reply log_in(const Call& call);
  Reply audit(const Call& call);

  Gatekeeper& gatekeeper_;
  std::unique_ptr<OidcLogin> oidc_;  // null where no issuer is named
};

}  // namespace leat::server

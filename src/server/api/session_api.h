// SessionApi: who am I, log in, log out: /api/leat/v1/session; and who did what: /api/leat/v1/audit.
//
// Guarantees: GET answers 200 to anybody:
//     {"authenticated": true, "user": "ada", "role": "viewer" | "operator" | "admin", "how": "password" |
//      "oidc" | "token" | "client" | "local", "csrf": "…",
//      "login": {"password": true, "oidc": "/api/leat/v1/session/oidc" | null}}
//   where nobody is logged in `authenticated` is false, and user, role, how and csrf are "". On a server that
//   has no users and is reached by this machine only, everybody is `local`, an admin, logged in.
//   POST {"user": "ada", "password": "…"} as application/json logs in: 200 with the same body and the cookie
//   `leat_session` (HttpOnly, SameSite=Lax), 401 for what is wrong, 429 with Retry-After after too many
//   attempts. DELETE logs out: 204. GET …/session/oidc?return_to=/path sends the browser to the issuer and
//   back to `return_to`.
//   A call that changes anything (not GET, HEAD) and comes by the cookie, or from a browser at all, needs the
//   header `X-Leat-CSRF: <csrf of GET>`, else 403 with the title "csrf"; it changes with each login.
//   Everywhere else: 401 without or with ended credentials (the console shows its login), 403 "forbidden" for
//   a role that may not (viewer looks, operator runs and cancels, admin does all).
// Threads: any.
// Owns: nothing.
// Errors: what a call did wrong is in the reply.
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

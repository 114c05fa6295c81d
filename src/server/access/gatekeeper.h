// Gatekeeper: who calls, whether they may, and what is remembered of it.
//
// Guarantees: a call reaches the API only by somebody whose role allows it: the client of the environment, an
//   API token, a browser's session, or anybody where nobody but this machine can call and no user was added.
//   Calls from a browser that change something carry the token that only our own pages can read; a page of
//   another site, or under another name of this machine, gets nowhere. Failures and calls of an address are
//   limited in their rate. Whatever changes something, and each refusal of credentials, is in the audit log.
// Threads: any.
// Owns: the tokens of the client and the limits; Accounts and Env outlive it.
// Errors: those of Accounts.
// Source: OWASP's cheat sheets on sessions and cross-site request forgery; Fetch Metadata Request Headers
#pragma once
#include <optional>
#include <string>

#include "run/store/accounts.h"
#include "server/access/access_settings.h"
#include "server/access/client_access.h"
#include "server/access/rate_limits.h"
#include "server/http_front.h"

namespace leat::server {

constexpr const char* kSessionCookie = "leat_session";

class Gatekeeper : public Gate {
 public:
  /// `is_local`: nobody but this machine reaches the server.
  Gatekeeper(AccessSettings settings, bool is_local, run::Accounts& accounts, ClientAccess& client, Env& env);
  std::optional<Reply> refuse(Call& call) override;
  void answered(const Call& call, Reply& reply) override;

  /// Whether everybody on this machine is an admin.
  bool is_open();
  /// A session for a user who proved to be one; answers with the cookie in `reply`.
  Caller begin_session(const Call& call, const std::string& user, UserRole role, const std::string& how,
                       Reply& reply);
  void end_session(const Call& call, Reply& reply);
  /// Checks a password; nullopt where user or password is wrong, or where there were too many tries (then
  /// `wait` is set).
  std::optional<UserRole> check_password(const Call& call, const std::string& user,
                                         const std::string& password, std::chrono::seconds& wait);
  void note(const Call& call, const std::string& user, const std::string& how, const std::string& action,
            int status);
  const AccessSettings& settings() const { return settings_; }
  run::Accounts& accounts() { return accounts_; }
  Env& env() { return env_; }

 private:
  void see_through_proxy(Call& call) const;
  std::optional<Caller> identify(const Call& call, bool& has_credentials);
  std::optional<Caller> by_authorization(const Call& call);
  std::optional<Caller> by_cookie(const Call& call);
  std::optional<Reply> refuse_forgery(const Call& call) const;
  std::optional<Reply> refuse_rate(const Call& call);
  std::string bound_to(const Call& call) const;
  std::string csrf_of(const Caller& caller) const;

  const AccessSettings settings_;
  const bool is_local_;
  run::Accounts& accounts_;
  ClientAccess& client_;
  Env& env_;
  const std::string key_;  // of this process, for what is not kept
  RateLimits calls_, failures_;
};

/// The value of a cookie; "" when it is not there.
std::string cookie(const Call& call, std::string_view name);
/// Whether a call answers without credentials.
bool is_public(const Call& call);
/// Whether a call changes nothing, whatever its method.
bool is_reading(const Call& call);
/// What a call needs.
UserRole needed_role(const Call& call);

}  // namespace leat::server

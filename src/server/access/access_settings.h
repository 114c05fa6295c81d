// AccessSettings from leat.yml (`serve: {access: …}`): TLS, sessions, limits and who logs in where.
//
// Guarantees: without `access` everything has its default.
// Threads: pure functions.
// Owns: nothing.
// Errors: Error(config_invalid) with the place.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/spec.h"
#include "document/value.h"
#include "server/api/call.h"

namespace leat::server {

/// The settings under `serve.access`, and those of `oidc` in it.
extern const Spec kAccessSpec, kOidcSpec;

struct OidcSettings {
  std::string issuer, client_id, client_secret, scopes = "openid email profile";
  std::string user_claim = "email", groups_claim = "groups";
  std::map<std::string, UserRole> roles;  ///< by group
  UserRole default_role = UserRole::none;
};

struct AccessSettings {
  std::string tls_certificate, tls_key;
  std::string url;  ///< as people reach the server, "" to take what they wrote
  std::chrono::milliseconds session_idle{8 * 3'600'000}, session_life{7LL * 24 * 3'600'000};
  bool binds_sessions = true;
  std::int64_t requests_per_second = 100, logins_per_minute = 10;
  std::vector<std::string> trusted_proxies;
  std::optional<OidcSettings> oidc;
};

AccessSettings read_access(const document::Value& access, const Env& env);
/// "viewer", "operator", "admin"; none for another word.
UserRole parse_role(std::string_view word);
std::string_view name(UserRole role);

}  // namespace leat::server

// OidcLogin: people log in at an OpenID Connect issuer, by the authorization code with PKCE.
//
// Guarantees: a code is taken only by the browser that began, once, within kPatience; the token's
//   signature, issuer, audience, nonce and times are checked; people come back to a path of this
//   server and nowhere else. At most kBegunMax logins are under way.
// Threads: any.
// Owns: what it knows of the issuer, for kKnown.
// Errors: what is wrong with a login is told in an OidcOutcome; an issuer that can't be reached or
//   says what is none of OpenID Connect: Error(http_…), Error(config_invalid),
//   Error(document_syntax).
// Source: OpenID Connect Core 1.0 and Discovery 1.0; RFC 7636 (PKCE); RFC 9700
#pragma once
#include <map>
#include <mutex>
#include <string>

#include "http/client.h"
#include "server/access/access_settings.h"
#include "server/api/call.h"

namespace leat::server {

struct OidcOutcome {
  std::string problem;  ///< "" when the login came about
  std::string user, return_to;
  UserRole role = UserRole::none;
};

class OidcLogin {
 public:
  static constexpr std::chrono::minutes kPatience{10};
  static constexpr std::chrono::hours kKnown{1};
  static constexpr std::size_t kBegunMax = 1000;
  /// `path`: where the login begins; the issuer sends people to `path`/callback.
  OidcLogin(OidcSettings settings, std::string path, Env& env);
  /// Sends a browser to the issuer.
  Reply begin(const Call& call);
  /// Takes it back.
  OidcOutcome finish(const Call& call);

 private:
  struct Begun {
    std::string nonce, verifier, return_to, redirect;
    Timestamp until{};
  };
  struct Issuer {
    std::string authorization, token, keys_url;
    document::Value keys;
    Timestamp at{};
  };
  Issuer issuer(bool wants_new);
  document::Value get(const std::string& url);
  std::optional<Begun> take(const std::string& state);
  document::Value claims_of(const std::string& code, const Begun& begun, std::string& problem);
  OidcOutcome outcome_of(const document::Value& claims) const;

  const OidcSettings settings_;
  const std::string path_;
  Env& env_;
  http::Client client_;
  std::mutex mutex_;  // guards all below
  std::map<std::string, Begun> begun_;
  Issuer known_;
};

/// The path that people come back to: what they asked for where it is one of this server's, else "/".
std::string safe_return(const std::string& asked);

}  // namespace leat::server

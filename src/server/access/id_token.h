// IdToken: what an issuer says of a user, signed.
//
// Guarantees: claims are handed out only when the signature is that of one of the issuer's keys, by RS256 or
//   ES256 and nothing else, and issuer, audience, times and nonce fit.
// Threads: pure functions.
// Owns: nothing.
// Errors: none; what is wrong is told in words that hold no part of the token.
// Source: RFC 7515 to 7519; OpenID Connect Core 1.0, section 3.1.3.7
#pragma once
#include <string>
#include <string_view>

#include "base/env.h"
#include "document/value.h"

namespace leat::server {

struct ExpectedToken {
  std::string issuer, audience, nonce;
  Timestamp now{};
};

struct TokenClaims {
  document::Value claims;
  std::string problem;     ///< "" for a token that is right
  bool lacks_key = false;  ///< none of the keys is the one that it names
};

/// Reads `token` by the keys of `jwks`, the issuer's JSON Web Key Set.
TokenClaims read_id_token(std::string_view token, const document::Value& jwks, const ExpectedToken& expected);

}  // namespace leat::server

// Signed JSON Web Tokens.
//
// Guarantees: HS256-512, RS256-512, PS256-512, ES256, ES256K, ES384, ES512 and EdDSA, signed by OpenSSL.
// Threads: any.
// Errors: Error(config_invalid) for a key that can't be read or does not fit the algorithm.
// Source: RFC 7515, RFC 7518 3, RFC 7519.
#pragma once
#include <string>
#include <string_view>

namespace leat::sources::declarative {

struct JwtKey {
  std::string text;        ///< a shared secret, or a private key in PEM form
  std::string passphrase;  ///< of the private key, "" when it has none
};

/// Signs; `header` and `payload` are JSON.
std::string sign_jwt(std::string_view algorithm, std::string_view header, std::string_view payload,
                     const JwtKey& key);

}  // namespace leat::sources::declarative

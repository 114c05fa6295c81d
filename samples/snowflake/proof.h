// Proof: whether a login's proof holds: password, token, or a JWT signed with the user's key.
//
// Guarantees: a JWT has to be RS256, in its time, of this account and user, and its issuer has to name the
//   key.
// Threads: pure functions.
// Source: RFC 7515, RFC 7519; docs.snowflake.com, key-pair authentication
#pragma once
#include <string>

namespace snowflake {

/// "" when the token proves that `user` of `account` holds the private key of `public_key_pem`, else why not.
std::string check_token(const std::string& jwt, const std::string& public_key_pem, const std::string& account,
                        const std::string& user, std::int64_t now_seconds);

}  // namespace snowflake

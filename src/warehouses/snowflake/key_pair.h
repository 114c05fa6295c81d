// KeyPair: the token with which a user proves to hold a private key (RS256 JWT).
//
// Guarantees: a token is valid for a minute, from a few seconds before `now` on.
// Threads: pure function.
// Errors: Error(config_invalid) when the key can't be read, without a word of it.
// Source: RFC 7519, RFC 7515 A.2; docs.snowflake.com, key-pair authentication
#pragma once
#include <string>
#include <string_view>

#include "base/time.h"

namespace leat::warehouses::snowflake {

/// The token for ACCOUNT.USER, signed with a PKCS#8 or PKCS#1 PEM key; `where` names the setting in errors.
std::string key_pair_token(std::string_view account, std::string_view user,
                           const std::string& private_key_pem, const std::string& passphrase, Timestamp now,
                           const std::string& where);

}  // namespace leat::warehouses::snowflake

// Digests of text, in hexadecimal digits.
//
// Guarantees: the digests that OpenSSL knows by their names.
// Threads: any.
// Errors: nullopt for a digest that is not known or not allowed on this machine.
// Source: FIPS 180-4, RFC 1321, RFC 2104.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace leat::sources::declarative {

/// The digest of that name, "md5" or "sha256".
std::optional<std::string> hash_hex(const std::string& name, std::string_view text);
std::string hmac_sha256_hex(std::string_view key, std::string_view text);

}  // namespace leat::sources::declarative

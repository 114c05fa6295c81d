// Digest: hashes in hexadecimal, as dbt writes them into names, ids and checksums.
//
// Threads: pure functions.
// Errors: none.
// Source: RFC 1321 (MD5), FIPS 180-4 (SHA-256)
#pragma once
#include <string>
#include <string_view>

namespace leat::dbt {

std::string md5_hex(std::string_view text);
std::string sha256_hex(std::string_view text);

}  // namespace leat::dbt

// Secrets of people and programs: passwords kept as verifiers, tokens kept as digests.
//
// Guarantees: a verifier takes as long and as much memory to try as scrypt's parameters in it say (16 MB and
//   some 50 ms of a processor); comparisons take the same time whatever differs. Tokens are 256 bits of the
//   system's chance.
// Threads: pure functions; at most kChecksAtOnce passwords are tried at a time, others wait for their turn.
// Owns: nothing.
// Errors: Error(internal) where the system gives no chance or no memory.
// Source: RFC 7914 (scrypt); OWASP password storage: N = 2^14, r = 8, p = 5
#pragma once
#include <string>
#include <string_view>

namespace leat::server {

constexpr int kChecksAtOnce = 2;

/// "scrypt$14$8$5$SALT$KEY"
std::string make_password_verifier(std::string_view password);
/// Whether it is the password; false for a verifier that is none. Takes its time in any case.
bool is_password(std::string_view password, const std::string& verifier);
/// 64 hexadecimal digits that nobody can guess.
std::string random_token();
/// SHA-256 in hexadecimal digits.
std::string sha256(std::string_view text);
/// Whether both are the same; takes as long for a wrong text as for the right one.
bool is_same_secret(std::string_view given, std::string_view wanted);

}  // namespace leat::server

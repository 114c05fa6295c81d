// Signature: AWS Signature Version 4 on an HTTP request.
//
// Guarantees: signs what is sent: the URL has to be encoded by percent_encode() already (S3: each segment
//   once), its query may be in any order. Keys that hold "=" or blanks sign right. Credentials are kept from
//   other origins.
// Threads: pure functions.
// Errors: none.
// Source: AWS IAM User Guide, "Create a signed AWS API request"; S3 API reference, "Authenticating requests".
#pragma once
#include <string>
#include <string_view>

#include "base/time.h"
#include "http/message.h"

namespace leat::files {

struct AwsKeys {
  std::string access_key, secret_key;
  std::string session_token;  ///< "" for keys that last
};

struct SigningScope {
  std::string region, service;
};

/// Lower-case hexadecimal SHA-256 of `bytes`.
std::string sha256_hex(std::string_view bytes);
/// HMAC-SHA-256, 32 raw bytes.
std::string hmac_sha256(std::string_view key, std::string_view message);

/// Sets x-amz-date, x-amz-security-token and Authorization (S3: x-amz-content-sha256 as well), replacing
/// those of an earlier try. Every header that the request has already is signed.
void sign(http::Request& request, const AwsKeys& keys, const SigningScope& scope, Timestamp now);

/// The text whose hash is signed; for tests and for servers that check.
std::string canonical_request(const http::Request& request, const SigningScope& scope,
                              std::string_view payload_hash, std::string* signed_headers);

}  // namespace leat::files

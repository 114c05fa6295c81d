#include "sources/declarative/digests.h"

#include <fmt/core.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace leat::sources::declarative {
namespace {

std::string in_hex(const unsigned char* bytes, unsigned length) {
  std::string out;
  for (unsigned i = 0; i < length; ++i) out += fmt::format("{:02x}", bytes[i]);
  return out;
}

}  // namespace

std::optional<std::string> hash_hex(const std::string& name, std::string_view text) {
  const EVP_MD* digest = EVP_get_digestbyname(name.c_str());
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  if (!digest || EVP_Digest(text.data(), text.size(), out, &length, digest, nullptr) != 1)
    return std::nullopt;
  return in_hex(out, length);
}

std::string hmac_sha256_hex(std::string_view key, std::string_view text) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), out, &length);
  return in_hex(out, length);
}

}  // namespace leat::sources::declarative

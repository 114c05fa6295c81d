#include "dbt/digest.h"

#include <openssl/evp.h>

namespace leat::dbt {
namespace {

std::string hex_digest(const EVP_MD* kind, std::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  EVP_Digest(text.data(), text.size(), digest, &length, kind, nullptr);
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (unsigned int i = 0; i < length; ++i) {
    out.push_back(kDigits[digest[i] >> 4]);
    out.push_back(kDigits[digest[i] & 15]);
  }
  return out;
}

}  // namespace

// Looked up once: EVP_md5() looks for its provider each time that it is used.
std::string md5_hex(std::string_view text) {
  static const EVP_MD* const kind = EVP_MD_fetch(nullptr, "MD5", nullptr);
  return hex_digest(kind, text);
}
std::string sha256_hex(std::string_view text) {
  static const EVP_MD* const kind = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return hex_digest(kind, text);
}

}  // namespace leat::dbt

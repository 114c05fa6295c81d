#include "warehouses/snowflake/key_pair.h"

#include <fmt/core.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <chrono>
#include <memory>
#include <vector>

#include "base/base64.h"
#include "base/error.h"
#include "document/value.h"

namespace leat::warehouses::snowflake {
namespace {

constexpr int kValidSeconds = 60;
constexpr int kClockSkewSeconds = 5;

using Key = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;

Key read_key(const std::string& pem, const std::string& passphrase, const std::string& where) {
  std::unique_ptr<BIO, void (*)(BIO*)> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                                           [](BIO* held) { BIO_free(held); });
  // Without a passphrase OpenSSL would ask on the terminal; an empty one makes it fail.
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, const_cast<char*>(passphrase.c_str())),
          EVP_PKEY_free);
  if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA) {
    throw Error(ErrorCode::config_invalid,
                "The private key is no RSA key in PEM form, or its passphrase is wrong", where)
        .fix("Make one with `openssl genrsa 2048 | openssl pkcs8 -topk8 -nocrypt -out key.p8`.");
  }
  return key;
}

// "SHA256:…" of the public key, as DESCRIBE USER prints it.
std::string fingerprint(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  int size = i2d_PUBKEY(key, &der);
  LEAT_ASSERT(size > 0);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned digest_size = 0;
  EVP_Digest(der, static_cast<std::size_t>(size), digest, &digest_size, EVP_sha256(), nullptr);
  OPENSSL_free(der);
  return "SHA256:" + base64({reinterpret_cast<const char*>(digest), digest_size});
}

std::string sign(EVP_PKEY* key, std::string_view text) {
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  std::size_t size = 0;
  auto bytes = reinterpret_cast<const unsigned char*>(text.data());
  LEAT_ASSERT(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1);
  LEAT_ASSERT(EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) == 1);
  std::vector<unsigned char> signature(size);
  LEAT_ASSERT(EVP_DigestSign(context.get(), signature.data(), &size, bytes, text.size()) == 1);
  return {reinterpret_cast<const char*>(signature.data()), size};
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return out;
}

}  // namespace

std::string key_pair_token(std::string_view account, std::string_view user,
                           const std::string& private_key_pem, const std::string& passphrase, Timestamp now,
                           const std::string& where) {
  Key key = read_key(private_key_pem, passphrase, where);
  std::string subject = upper(account) + "." + upper(user);
  std::int64_t seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  std::string claims =
      fmt::format(R"({{"iss":{},"sub":{},"iat":{},"exp":{}}})",
                  document::json_quote(subject + "." + fingerprint(key.get())), document::json_quote(subject),
                  seconds - kClockSkewSeconds, seconds + kValidSeconds);
  std::string signed_part = base64_url(R"({"alg":"RS256","typ":"JWT"})") + "." + base64_url(claims);
  return signed_part + "." + base64_url(sign(key.get(), signed_part));
}

}  // namespace leat::warehouses::snowflake

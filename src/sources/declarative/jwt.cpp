#include "sources/declarative/jwt.h"

#include <fmt/core.h>
#include <openssl/bio.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>
#include <vector>

#include "base/base64.h"
#include "base/error.h"

namespace leat::sources::declarative {
namespace {

using KeyHandle = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;

Error refused(std::string what) {
  return Error(ErrorCode::config_invalid, std::move(what))
      .fix("Check `secret_key`, `passphrase` and `algorithm` of the JwtAuthenticator.");
}

const EVP_MD* digest_of(std::string_view algorithm) {
  if (algorithm == "EdDSA") return nullptr;
  std::string_view bits = algorithm.substr(2, 3);
  if (bits == "256") return EVP_sha256();
  if (bits == "384") return EVP_sha384();
  return EVP_sha512();
}

std::string hmac(const EVP_MD* digest, std::string_view message, std::string_view key) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (!HMAC(digest, key.data(), static_cast<int>(key.size()),
            reinterpret_cast<const unsigned char*>(message.data()), message.size(), out, &size)) {
    throw refused("The token can't be signed");
  }
  return {reinterpret_cast<char*>(out), size};
}

KeyHandle read_key(const JwtKey& key) {
  std::unique_ptr<BIO, int (*)(BIO*)> memory(
      BIO_new_mem_buf(key.text.data(), static_cast<int>(key.text.size())), BIO_free);
  // Without a passphrase an encrypted key is refused instead of asked for at the terminal.
  static char empty[] = "";
  void* passphrase = key.passphrase.empty() ? empty : const_cast<char*>(key.passphrase.c_str());
  KeyHandle handle(PEM_read_bio_PrivateKey(memory.get(), nullptr, nullptr, passphrase), EVP_PKEY_free);
  if (!handle) throw refused("The private key can't be read");
  return handle;
}

// The two numbers of an ECDSA signature, each as many bytes as the curve has.
std::string raw_ecdsa(const std::string& der, std::size_t number_bytes) {
  const unsigned char* at = reinterpret_cast<const unsigned char*>(der.data());
  std::unique_ptr<ECDSA_SIG, void (*)(ECDSA_SIG*)> signature(
      d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())), ECDSA_SIG_free);
  if (!signature) throw refused("The token can't be signed");
  std::string out(2 * number_bytes, '\0');
  unsigned char* bytes = reinterpret_cast<unsigned char*>(out.data());
  int size = static_cast<int>(number_bytes);
  if (BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), bytes, size) < 0 ||
      BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), bytes + number_bytes, size) < 0) {
    throw refused("The private key does not fit the algorithm");
  }
  return out;
}

std::string sign_by_key(std::string_view algorithm, std::string_view message, const JwtKey& key) {
  KeyHandle handle = read_key(key);
  int kind = EVP_PKEY_get_base_id(handle.get());
  std::string_view family = algorithm.substr(0, 2);
  bool fits = (family == "RS" || family == "PS") ? kind == EVP_PKEY_RSA
              : family == "ES"                   ? kind == EVP_PKEY_EC
                                                 : kind == EVP_PKEY_ED25519 || kind == EVP_PKEY_ED448;
  if (!fits) throw refused(fmt::format("The private key does not fit the algorithm {}", algorithm));
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_PKEY_CTX* settings = nullptr;
  bool good = EVP_DigestSignInit(context.get(), &settings, digest_of(algorithm), nullptr, handle.get()) == 1;
  if (good && family == "PS") {
    good = EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, RSA_PSS_SALTLEN_DIGEST) == 1;
  }
  const auto* bytes = reinterpret_cast<const unsigned char*>(message.data());
  std::size_t size = 0;
  good = good && EVP_DigestSign(context.get(), nullptr, &size, bytes, message.size()) == 1;
  std::string out(size, '\0');
  good = good && EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size, bytes,
                                message.size()) == 1;
  if (!good) throw refused("The token can't be signed");
  out.resize(size);
  if (family != "ES") return out;
  return raw_ecdsa(out, static_cast<std::size_t>((EVP_PKEY_get_bits(handle.get()) + 7) / 8));
}

}  // namespace

std::string sign_jwt(std::string_view algorithm, std::string_view header, std::string_view payload,
                     const JwtKey& key) {
  std::string message = base64_url(header) + "." + base64_url(payload);
  std::string signature = algorithm.substr(0, 2) == "HS" ? hmac(digest_of(algorithm), message, key.text)
                                                         : sign_by_key(algorithm, message, key);
  return message + "." + base64_url(signature);
}

}  // namespace leat::sources::declarative

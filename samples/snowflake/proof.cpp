#include "proof.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <simdjson.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace snowflake {
namespace {

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

std::string decode(std::string text) {
  std::replace(text.begin(), text.end(), '-', '+');
  std::replace(text.begin(), text.end(), '_', '/');
  std::size_t padding = (4 - text.size() % 4) % 4;
  text.append(padding, '=');
  std::string out(text.size() / 4 * 3, '\0');
  int size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (size < 0) return "";
  out.resize(static_cast<std::size_t>(size) - padding);
  return out;
}

std::string fingerprint(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  int size = i2d_PUBKEY(key, &der);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned digest_size = 0;
  EVP_Digest(der, static_cast<std::size_t>(size), digest, &digest_size, EVP_sha256(), nullptr);
  OPENSSL_free(der);
  unsigned char coded[128];
  int length = EVP_EncodeBlock(coded, digest, static_cast<int>(digest_size));
  return "SHA256:" + std::string(reinterpret_cast<char*>(coded), static_cast<std::size_t>(length));
}

}  // namespace

std::string check_token(const std::string& jwt, const std::string& public_key_pem, const std::string& account,
                        const std::string& user, std::int64_t now_seconds) {
  std::size_t first = jwt.find('.'), second = jwt.rfind('.');
  if (first == std::string::npos || first == second) return "is no JWT";
  std::unique_ptr<BIO, void (*)(BIO*)> bio(
      BIO_new_mem_buf(public_key_pem.data(), static_cast<int>(public_key_pem.size())),
      [](BIO* held) { BIO_free(held); });
  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(
      PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  if (!key) return "has no public key to check it with";
  std::string signature = decode(jwt.substr(second + 1));
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get());
  if (EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                       signature.size(), reinterpret_cast<const unsigned char*>(jwt.data()), second) != 1)
    return "is not signed with the user's key";
  simdjson::dom::parser parser;
  simdjson::dom::element header, claims;
  if (parser.parse(decode(jwt.substr(0, first))).get(header) || header["alg"].get_string().value() != "RS256")
    return "is not RS256";
  simdjson::dom::parser second_parser;
  if (second_parser.parse(decode(jwt.substr(first + 1, second - first - 1))).get(claims))
    return "has no claims";
  std::string subject = upper(account) + "." + upper(user);
  if (claims["sub"].get_string().value() != subject) return "is of another subject";
  if (claims["iss"].get_string().value() != subject + "." + fingerprint(key.get()))
    return "names another key";
  std::int64_t issued = claims["iat"].get_int64().value(), expires = claims["exp"].get_int64().value();
  if (now_seconds < issued || now_seconds >= expires || expires - issued > 3600) return "is out of its time";
  return "";
}

}  // namespace snowflake

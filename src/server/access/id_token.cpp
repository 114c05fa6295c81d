#include "server/access/id_token.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <memory>

#include "base/base64.h"
#include "base/error.h"

namespace leat::server {
namespace {

using document::Value;

template <class T, void (*Free)(T*)>
struct Freed {
  void operator()(T* handle) const { Free(handle); }
};
template <class T, void (*Free)(T*)>
using Owned = std::unique_ptr<T, Freed<T, Free>>;
using Key = Owned<EVP_PKEY, EVP_PKEY_free>;
using Number = Owned<BIGNUM, BN_free>;
using Builder = Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using Params = Owned<OSSL_PARAM, OSSL_PARAM_free>;
using KeyContext = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using Digest = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;
using Signature = Owned<ECDSA_SIG, ECDSA_SIG_free>;

constexpr std::chrono::seconds kLeeway{60};
constexpr std::size_t kTokenMax = 64 << 10;
constexpr std::size_t kRsaBitsMin = 2048;

const unsigned char* bytes(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Number number(const std::string& big_endian) {
  return Number(BN_bin2bn(bytes(big_endian), static_cast<int>(big_endian.size()), nullptr));
}

Key make_key(const char* kind, OSSL_PARAM_BLD* builder) {
  Params params(OSSL_PARAM_BLD_to_param(builder));
  KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
  EVP_PKEY* key = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1)
    return nullptr;
  return Key(key);
}

// A member of a key, decoded; "" where it is none.
std::string part(const Value& jwk, const char* name) {
  return decode_base64_url(jwk[name].raw()).value_or("");
}

Key read_rsa(const Value& jwk) {
  Number n = number(part(jwk, "n")), e = number(part(jwk, "e"));
  if (!n || !e || static_cast<std::size_t>(BN_num_bits(n.get())) < kRsaBitsMin) return nullptr;
  Builder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  return make_key("RSA", builder.get());
}

Key read_ec(const Value& jwk) {
  constexpr std::size_t kSide = 32;
  std::string x = part(jwk, "x"), y = part(jwk, "y");
  if (jwk["crv"].raw() != "P-256" || x.size() != kSide || y.size() != kSide) return nullptr;
  std::string point = "\x04" + x + y;
  Builder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
  return make_key("EC", builder.get());
}

// JSON's r and s, one behind the other, as OpenSSL has them.
std::string der_signature(const std::string& pair) {
  constexpr std::size_t kSide = 32;
  if (pair.size() != 2 * kSide) return {};
  Signature signature(ECDSA_SIG_new());
  Number r = number(pair.substr(0, kSide)), s = number(pair.substr(kSide));
  if (!signature || ECDSA_SIG_set0(signature.get(), r.get(), s.get()) != 1) return {};
  (void)r.release();  // both are the signature's now
  (void)s.release();
  unsigned char* der = nullptr;
  int length = i2d_ECDSA_SIG(signature.get(), &der);
  if (length <= 0) return {};
  std::string out(reinterpret_cast<char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  return out;
}

bool is_signed(const Value& jwk, bool is_rsa, std::string_view text, std::string signature) {
  Key key = is_rsa ? read_rsa(jwk) : read_ec(jwk);
  if (!is_rsa) signature = der_signature(signature);
  Digest digest(EVP_MD_CTX_new());
  return key && !signature.empty() &&
         EVP_DigestVerifyInit(digest.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
         EVP_DigestVerify(digest.get(), bytes(signature), signature.size(),
                          reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
}

bool is_for(const Value& claims, const std::string& audience) {
  const Value& aud = claims["aud"];
  if (aud.is_text()) return aud.raw() == audience;
  bool is_named = std::any_of(aud.items().begin(), aud.items().end(),
                              [&](const Value& each) { return each.raw() == audience; });
  // One that several may use says for whom it was made.
  return is_named && (aud.items().size() == 1 || claims["azp"].raw() == audience);
}

Timestamp instant(const Value& claim) {
  return claim.is_null() ? Timestamp{} : Timestamp(std::chrono::seconds(std::atoll(claim.raw().c_str())));
}

std::string check(const Value& claims, const ExpectedToken& expected) {
  if (claims["iss"].raw() != expected.issuer) return "The token is another issuer's.";
  if (!is_for(claims, expected.audience)) return "The token is for another client.";
  if (claims["exp"].is_null() || instant(claims["exp"]) + kLeeway <= expected.now)
    return "The token has expired.";
  if (instant(claims["nbf"]) > expected.now + kLeeway || instant(claims["iat"]) > expected.now + kLeeway)
    return "The token is not valid yet; compare the clocks.";
  if (claims["nonce"].raw() != expected.nonce) return "The token belongs to another login.";
  if (claims["sub"].raw().empty()) return "The token names nobody.";
  return {};
}

Value json_or_null(const std::string& text) {
  try {
    return document::parse_json(text, "the token");
  } catch (const Error&) {  // what a stranger sends is expected to be wrong
    return {};
  }
}

}  // namespace

TokenClaims read_id_token(std::string_view token, const Value& jwks, const ExpectedToken& expected) {
  TokenClaims out;
  out.problem = "The issuer's token is none.";
  std::size_t first = token.find('.'), last = token.rfind('.');
  if (token.size() > kTokenMax || first == std::string_view::npos || first == last) return out;
  auto head = decode_base64_url(token.substr(0, first)),
       body = decode_base64_url(token.substr(first + 1, last - first - 1)),
       signature = decode_base64_url(token.substr(last + 1));
  if (!head || !body || !signature) return out;
  Value header = json_or_null(*head), claims = json_or_null(*body);
  if (!header.is_mapping() || !claims.is_mapping()) return out;
  std::string algorithm = header["alg"].raw(), kid = header["kid"].raw();
  if (algorithm != "RS256" && algorithm != "ES256") {
    out.problem = "The token is not signed by RS256 or ES256.";
    return out;
  }
  bool is_rsa = algorithm == "RS256", has_key = false;
  for (const Value& jwk : jwks["keys"].items()) {
    bool is_kind = jwk["kty"].raw() == (is_rsa ? "RSA" : "EC");
    bool is_meant = kid.empty() || jwk["kid"].raw() == kid;
    if (!is_kind || !is_meant || (jwk["use"].is_text() && jwk["use"].raw() != "sig")) continue;
    has_key = true;
    if (!is_signed(jwk, is_rsa, token.substr(0, last), *signature)) continue;
    out.problem = check(claims, expected);
    if (out.problem.empty()) out.claims = std::move(claims);
    return out;
  }
  out.lacks_key = !has_key;
  out.problem = has_key ? "The token's signature is wrong." : "The token's key is not one of the issuer's.";
  return out;
}

}  // namespace leat::server

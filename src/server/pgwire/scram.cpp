#include "server/pgwire/scram.h"

#include <fmt/core.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include "base/base64.h"
#include "base/error.h"
#include "server/pgwire/errors.h"

namespace leat::server::pgwire {
namespace {

constexpr std::size_t kDigest = SHA256_DIGEST_LENGTH;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string hmac(std::string_view key, std::string_view text) {
  std::string out(kDigest, '\0');
  unsigned length = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(text), text.size(),
       reinterpret_cast<unsigned char*>(out.data()), &length);
  return out;
}

std::string sha256(std::string_view text) {
  std::string out(kDigest, '\0');
  SHA256(bytes_of(text), text.size(), reinterpret_cast<unsigned char*>(out.data()));
  return out;
}

[[noreturn]] void refuse() {
  throw refusal(State::protocol, "A message of the login is none of SCRAM-SHA-256");
}

// "n=…" of "n=…,r=…"; refuses a message without it.
std::string_view attribute(std::string_view message, char name) {
  while (!message.empty()) {
    std::size_t end = std::min(message.find(','), message.size());
    std::string_view part = message.substr(0, end);
    if (part.size() >= 2 && part[0] == name && part[1] == '=') return part.substr(2);
    message.remove_prefix(std::min(end + 1, message.size()));
  }
  refuse();
}

}  // namespace

std::string random_bytes(std::size_t count) {
  std::string out(count, '\0');
  LEAT_ASSERT(RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(count)) == 1);
  return out;
}

Verifier make_verifier(std::string_view password) {
  Verifier out;
  out.salt = random_bytes(16);
  std::string salted(kDigest, '\0');
  PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), bytes_of(out.salt),
                    static_cast<int>(out.salt.size()), out.iterations, EVP_sha256(), kDigest,
                    reinterpret_cast<unsigned char*>(salted.data()));
  out.stored_key = sha256(hmac(salted, "Client Key"));
  out.server_key = hmac(salted, "Server Key");
  return out;
}

std::string ScramExchange::begin(std::string_view client_first) {
  // A channel binding ("p=…") was not offered; "n" and "y" go without.
  std::size_t comma = client_first.find(',');
  std::size_t second = comma == std::string_view::npos ? comma : client_first.find(',', comma + 1);
  if (second == std::string_view::npos || (client_first[0] != 'n' && client_first[0] != 'y')) refuse();
  header_ = client_first.substr(0, second + 1);
  first_bare_ = client_first.substr(second + 1);
  std::string_view theirs = attribute(first_bare_, 'r');
  if (theirs.empty() || theirs.size() > 256) refuse();
  nonce_ = std::string(theirs) + base64(random_bytes(18));
  server_first_ = fmt::format("r={},s={},i={}", nonce_, base64(verifier_.salt), verifier_.iterations);
  return server_first_;
}

std::optional<std::string> ScramExchange::finish(std::string_view client_final) {
  std::size_t last = client_final.rfind(",p=");
  if (last == std::string_view::npos) refuse();
  std::string_view without_proof = client_final.substr(0, last);
  std::optional<std::string> proof = decode_base64(client_final.substr(last + 3));
  std::optional<std::string> binding = decode_base64(attribute(without_proof, 'c'));
  if (!proof || proof->size() != kDigest || binding != header_ || attribute(without_proof, 'r') != nonce_)
    refuse();
  std::string signed_text = fmt::format("{},{},{}", first_bare_, server_first_, without_proof);
  std::string signature = hmac(verifier_.stored_key, signed_text);
  std::string client_key(kDigest, '\0');
  for (std::size_t i = 0; i < kDigest; ++i) client_key[i] = static_cast<char>((*proof)[i] ^ signature[i]);
  bool is_right =
      CRYPTO_memcmp(sha256(client_key).data(), verifier_.stored_key.data(), kDigest) == 0 && is_known_;
  if (!is_right) return std::nullopt;
  return "v=" + base64(hmac(verifier_.server_key, signed_text));
}

}  // namespace leat::server::pgwire

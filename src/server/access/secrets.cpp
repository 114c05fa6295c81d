#include "server/access/secrets.h"

#include <fmt/core.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <charconv>
#include <semaphore>
#include <vector>

#include "base/error.h"

namespace leat::server {
namespace {

constexpr std::size_t kSaltBytes = 16, kKeyBytes = 32;
constexpr std::uint64_t kMemoryMax = 64 << 20;

struct Cost {
  unsigned log_n = 14, r = 8, p = 5;
};

std::string hex(std::string_view bytes) {
  std::string out;
  for (char c : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

std::string unhex(std::string_view digits) {
  std::string out;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    unsigned byte = 0;
    std::from_chars(digits.data() + i, digits.data() + i + 2, byte, 16);
    out += static_cast<char>(byte);
  }
  return out;
}

std::string chance(std::size_t count) {
  std::string out(count, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(count)) != 1)
    throw Error(ErrorCode::internal, "The system gives no random numbers");
  return out;
}

// "" where the parameters ask for more than is given.
std::string derive(std::string_view password, const std::string& salt, const Cost& cost) {
  static std::counting_semaphore<kChecksAtOnce> turns(kChecksAtOnce);
  std::string key(kKeyBytes, '\0');
  turns.acquire();
  int done =
      EVP_PBE_scrypt(password.data(), password.size(), reinterpret_cast<const unsigned char*>(salt.data()),
                     salt.size(), std::uint64_t{1} << cost.log_n, cost.r, cost.p, kMemoryMax,
                     reinterpret_cast<unsigned char*>(key.data()), key.size());
  turns.release();
  return done == 1 ? key : "";
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> out(1);
  for (char c : text) {
    if (c == '$') {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  return out;
}

bool read(const std::string& digits, unsigned most, unsigned& out) {
  auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return failed == std::errc() && end == digits.data() + digits.size() && out >= 1 && out <= most;
}

}  // namespace

std::string make_password_verifier(std::string_view password) {
  Cost cost;
  std::string salt = chance(kSaltBytes), key = derive(password, salt, cost);
  if (key.empty()) throw Error(ErrorCode::internal, "There is no memory for scrypt");
  return fmt::format("scrypt${}${}${}${}${}", cost.log_n, cost.r, cost.p, hex(salt), hex(key));
}

bool is_password(std::string_view password, const std::string& verifier) {
  std::vector<std::string> parts = split(verifier);
  Cost cost;
  bool is_known = parts.size() == 6 && parts[0] == "scrypt" && read(parts[1], 20, cost.log_n) &&
                  read(parts[2], 16, cost.r) && read(parts[3], 16, cost.p);
  std::string key = derive(password, is_known ? unhex(parts[4]) : "nobody", is_known ? cost : Cost());
  return is_known && !key.empty() && is_same_secret(key, unhex(parts[5]));
}

std::string random_token() {
  return hex(chance(32));
}

std::string sha256(std::string_view text) {
  std::string digest(kKeyBytes, '\0');
  unsigned length = 0;
  EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(digest.data()), &length, EVP_sha256(),
             nullptr);
  return hex(digest);
}

bool is_same_secret(std::string_view given, std::string_view wanted) {
  // Digests of the same length: nothing is told of the wanted one's.
  std::string a = sha256(given), b = sha256(wanted);
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace leat::server

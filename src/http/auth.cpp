#include "http/auth.h"

#include "base/secret.h"

namespace leat::http {

std::string base64(std::string_view bytes) {
  static constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    auto at = [&](std::size_t k) -> std::uint32_t {
      return k < bytes.size() ? static_cast<unsigned char>(bytes[k]) : 0;
    };
    std::uint32_t three = at(i) << 16 | at(i + 1) << 8 | at(i + 2);
    out += kLetters[three >> 18];
    out += kLetters[three >> 12 & 63];
    out += i + 1 < bytes.size() ? kLetters[three >> 6 & 63] : '=';
    out += i + 2 < bytes.size() ? kLetters[three & 63] : '=';
  }
  return out;
}

void authorize_api_key(Request& request, std::string_view header, std::string_view key) {
  register_secret(key);
  request.headers.set(std::string(header), std::string(key));
  request.secret_headers.emplace_back(header);
}

void authorize_bearer(Request& request, std::string_view token) {
  register_secret(token);
  request.headers.set("Authorization", "Bearer " + std::string(token));
}

void authorize_basic(Request& request, std::string_view user, std::string_view password) {
  std::string coded = base64(std::string(user) + ":" + std::string(password));
  register_secret(password);
  register_secret(coded);
  request.headers.set("Authorization", "Basic " + coded);
}

std::string decode_base64(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (char c : text) {
    static constexpr std::string_view kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) continue;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> count & 0xFF);
  }
  return out;
}

}  // namespace leat::http

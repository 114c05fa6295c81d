#include "base/base64.h"

#include <array>
#include <cstdint>

namespace leat {
namespace {

constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kForUrls = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

using Values = std::array<std::int8_t, 256>;

constexpr Values values_of(std::string_view letters) {
  Values values{};
  for (auto& value : values) value = -1;
  for (std::size_t i = 0; i < letters.size(); ++i)
    values[static_cast<unsigned char>(letters[i])] = static_cast<std::int8_t>(i);
  return values;
}

std::string encode(std::string_view bytes, std::string_view letters) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  std::uint32_t held = 0;
  int bits = 0;
  for (char c : bytes) {
    held = held << 8 | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6; bits -= 6) out += letters[held >> (bits - 6) & 63];
  }
  if (bits > 0) out += letters[held << (6 - bits) & 63];
  return out;
}

std::optional<std::string> decode(std::string_view digits, const Values& values) {
  if (digits.size() % 4 == 1) return std::nullopt;
  std::string out;
  out.reserve(digits.size() * 3 / 4);
  std::uint32_t held = 0;
  int bits = 0;
  for (char c : digits) {
    std::int8_t value = values[static_cast<unsigned char>(c)];
    if (value < 0) return std::nullopt;
    held = held << 6 | static_cast<std::uint32_t>(value);
    if ((bits += 6) < 8) continue;
    bits -= 8;
    out += static_cast<char>(held >> bits & 0xFF);
  }
  if ((held & ((1U << bits) - 1)) != 0) return std::nullopt;
  return out;
}

}  // namespace

std::string base64(std::string_view bytes) {
  std::string out = encode(bytes, kPlain);
  out.resize((out.size() + 3) / 4 * 4, '=');
  return out;
}

std::string base64_url(std::string_view bytes) {
  return encode(bytes, kForUrls);
}

std::optional<std::string> decode_base64(std::string_view text) {
  static constexpr Values kValues = values_of(kPlain);
  if (text.size() % 4 != 0) return std::nullopt;
  text.remove_suffix(text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0);
  return decode(text, kValues);
}

std::optional<std::string> decode_base64_url(std::string_view text) {
  static constexpr Values kValues = values_of(kForUrls);
  return decode(text, kValues);
}

}  // namespace leat

#include "batch/decimal.h"

#include <algorithm>
#include <charconv>

namespace leat::batch {
namespace {
constexpr int kDigitsMax = 38;

// Multiplies by ten and adds a digit; false when 38 digits are exceeded.
bool push_digit(Int128& value, int digit) {
  static const Int128 limit = [] {
    Int128 power = 1;
    for (int i = 1; i < kDigitsMax; ++i) power *= 10;
    return power;
  }();
  // Before it is multiplied: ten times 38 digits are more than 128 bits hold.
  if (value >= limit) return false;
  value = value * 10 + digit;
  return true;
}
}  // namespace

std::optional<Int128> parse_decimal(std::string_view text, int precision, int scale) {
  bool negative = !text.empty() && text[0] == '-';
  if (negative || (!text.empty() && text[0] == '+')) text.remove_prefix(1);
  Int128 value = 0;
  int fraction = 0, seen = 0;
  bool in_fraction = false;
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    char c = text[at];
    if (c == '.' && !in_fraction) {
      in_fraction = true;
      continue;
    }
    if (c < '0' || c > '9') break;
    if (!push_digit(value, c - '0')) return std::nullopt;
    ++seen;
    fraction += in_fraction;
  }
  if (seen == 0) return std::nullopt;
  if (at < text.size()) {
    int exponent = 0;
    if (text[at] != 'e' && text[at] != 'E') return std::nullopt;
    const char* digits = text.data() + at + 1;
    const char* end = text.data() + text.size();
    if (digits < end && *digits == '+') ++digits;
    auto [stop, error] = std::from_chars(digits, end, exponent);
    if (error != std::errc() || stop != end || exponent > kDigitsMax || exponent < -kDigitsMax)
      return std::nullopt;
    fraction -= exponent;
  }
  for (; fraction < scale; ++fraction) {
    if (!push_digit(value, 0)) return std::nullopt;
  }
  for (; fraction > scale; --fraction) {
    if (value % 10 != 0) return std::nullopt;
    value /= 10;
  }
  int digits_used = 0;
  for (Int128 rest = value; rest != 0; rest /= 10) ++digits_used;
  if (digits_used > precision) return std::nullopt;
  return negative ? -value : value;
}

std::string format_decimal(Int128 value, int scale) {
  bool negative = value < 0;
  __extension__ using Unsigned = unsigned __int128;
  Unsigned rest = negative ? static_cast<Unsigned>(-(value + 1)) + 1 : static_cast<Unsigned>(value);
  std::string digits;
  do {
    digits.push_back(static_cast<char>('0' + static_cast<int>(rest % 10)));
    rest /= 10;
  } while (rest != 0);
  while (static_cast<int>(digits.size()) <= scale) digits.push_back('0');
  std::reverse(digits.begin(), digits.end());
  if (scale > 0) digits.insert(digits.size() - static_cast<std::size_t>(scale), 1, '.');
  return negative ? "-" + digits : digits;
}

}  // namespace leat::batch

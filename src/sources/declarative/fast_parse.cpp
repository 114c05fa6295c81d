#include "sources/declarative/fast_parse.h"

#include <charconv>
#include <cmath>

namespace leat::sources::declarative {
namespace {

constexpr double kPowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                              1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

bool general_float64(std::string_view text, double& out) {
  std::size_t first = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  if (first >= text.size() || !((text[first] >= '0' && text[first] <= '9') || text[first] == '.'))
    return false;
  if (text[0] == '+') text.remove_prefix(1);
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size() && std::isfinite(out);
}

bool two_digits(const char* at, int& out) {
  auto high = static_cast<unsigned>(at[0] - '0'), low = static_cast<unsigned>(at[1] - '0');
  out = static_cast<int>(high * 10 + low);
  return high <= 9 && low <= 9;
}

}  // namespace

bool parse_int64(std::string_view text, std::int64_t& out) {
  std::size_t i = !text.empty() && text[0] == '-' ? 1 : 0;
  std::size_t digits = text.size() - i;
  if (digits > 0 && digits <= 18) {
    std::int64_t value = 0;
    for (; i < text.size(); ++i) {
      auto digit = static_cast<unsigned>(text[i] - '0');
      if (digit > 9) break;
      value = value * 10 + static_cast<std::int64_t>(digit);
    }
    if (i == text.size()) {
      out = text[0] == '-' ? -value : value;
      return true;
    }
  }
  if (!text.empty() && text[0] == '+') text.remove_prefix(1);
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error == std::errc() && end == text.data() + text.size()) return true;
  double real = 0;
  if (!general_float64(text, real) || real != std::floor(real) || std::fabs(real) > 9007199254740992.0) {
    return false;
  }
  out = static_cast<std::int64_t>(real);
  return true;
}

bool parse_float64(std::string_view text, double& out) {
  const char* at = text.data();
  const char* end = at + text.size();
  bool negative = at != end && *at == '-';
  if (negative) ++at;
  std::uint64_t mantissa = 0;
  const char* from = at;
  for (; at != end; ++at) {
    auto digit = static_cast<unsigned>(*at - '0');
    if (digit > 9) break;
    mantissa = mantissa * 10 + digit;
  }
  std::size_t digits = static_cast<std::size_t>(at - from), decimals = 0;
  if (digits > 0 && at != end && *at == '.') {
    const char* point = ++at;
    for (; at != end; ++at) {
      auto digit = static_cast<unsigned>(*at - '0');
      if (digit > 9) break;
      mantissa = mantissa * 10 + digit;
    }
    decimals = static_cast<std::size_t>(at - point);
    if (decimals == 0) return general_float64(text, out);
    digits += decimals;
  }
  // Up to 2^53 over a power of ten up to 10^22 both are exact, so the division rounds once, as it should.
  if (at != end || digits == 0 || digits > 19 || mantissa > (1ULL << 53) || decimals > 22) {
    return general_float64(text, out);
  }
  double value = static_cast<double>(mantissa) / kPowers[decimals];
  out = negative ? -value : value;
  return true;
}

bool parse_instant(std::string_view text, DateCache& cache, std::int64_t& micros, bool& has_zone) {
  // "2023-11-06T00:00:00.000" and the same with Z
  bool zulu = text.size() == 24 && text[23] == 'Z';
  if ((text.size() == 23 || zulu) && text[10] == 'T' && text[13] == ':' && text[16] == ':' &&
      text[19] == '.') {
    int hour, minute, second, milli_high;
    auto milli_low = static_cast<unsigned>(text[22] - '0');
    bool good = two_digits(&text[11], hour) & two_digits(&text[14], minute) & two_digits(&text[17], second) &
                two_digits(&text[20], milli_high) & (milli_low <= 9) & (hour < 24) & (minute < 60) &
                (second < 60);
    if (good) {
      std::uint64_t month_text;
      std::uint16_t day_text;
      std::memcpy(&month_text, text.data(), 8);
      std::memcpy(&day_text, text.data() + 8, 2);
      if (month_text != cache.text || day_text != cache.day) {
        std::optional<std::int32_t> days = parse_iso_date(text.substr(0, 10));
        if (!days) return false;
        cache = {month_text, day_text, *days * 86400LL * 1000000};
      }
      micros = cache.micros + ((hour * 60LL + minute) * 60 + second) * 1000000 +
               (milli_high * 10LL + static_cast<std::int64_t>(milli_low)) * 1000;
      has_zone = zulu;
      return true;
    }
  }
  std::optional<Timestamp> time = parse_iso_timestamp(text, has_zone);
  if (!time) return false;
  micros = time->time_since_epoch().count();
  return true;
}

}  // namespace leat::sources::declarative

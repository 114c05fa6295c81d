#include "sources/declarative/fast_parse.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

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

unsigned digit(const char* at) {
  return static_cast<unsigned>(*at - '0');
}

bool two_digits(const char* at, unsigned& out) {
  out = digit(at) * 10 + digit(at + 1);
  return digit(at) <= 9 && digit(at + 1) <= 9;
}

// The days of 1970-01-01 and the first of each month, for the years 1900 to 2199.
constexpr unsigned kFirstYear = 1900, kYears = 300;
constexpr auto kMonthStarts = [] {
  std::array<std::int32_t, kYears * 12 + 1> starts{};
  constexpr int kLengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  std::int32_t day = -25567;  // 1900-01-01
  for (unsigned month = 0; month < kYears * 12; ++month) {
    starts[month] = day;
    unsigned year = kFirstYear + month / 12;
    bool leaps = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    day += kLengths[month % 12] + (month % 12 == 1 && leaps ? 1 : 0);
  }
  starts[kYears * 12] = day;
  return starts;
}();

// "2023-11-06" as days; false for what the table does not hold.
bool parse_day(const char* at, std::int64_t& days) {
  unsigned century, year, month, day;
  if (!two_digits(at, century) || !two_digits(at + 2, year) || !two_digits(at + 5, month) ||
      !two_digits(at + 8, day)) {
    return false;
  }
  year += century * 100;
  if (at[4] != '-' || at[7] != '-' || month - 1 > 11 || year - kFirstYear >= kYears || day == 0) return false;
  const std::int32_t* start = &kMonthStarts[(year - kFirstYear) * 12 + month - 1];
  days = start[0] + static_cast<std::int32_t>(day) - 1;
  return days < start[1];
}

// The digits in eight bytes, read as if those behind the first `count` were not there; 1 <= count <= 8.
bool few_digits(std::uint64_t word, std::size_t count, std::uint64_t& value) {
  std::uint64_t digits = (word ^ 0x3030303030303030) << (8 * (8 - count));
  if (((digits + 0x0606060606060606) | digits) & 0xF0F0F0F0F0F0F0F0) return false;
  digits = (digits * 2561) >> 8;
  digits = ((digits & 0x00FF00FF00FF00FF) * 6553601) >> 16;
  value = ((digits & 0x0000FFFF0000FFFF) * 42949672960001) >> 32;
  return true;
}

std::uint64_t eight_bytes(const char* at) {
  std::uint64_t word;
  std::memcpy(&word, at, 8);
  return word;
}

// Reads digits into `value`; returns how many.
std::size_t read_digits(const char*& at, const char* end, std::uint64_t& value) {
  const char* from = at;
  std::uint64_t eight;
  while (end - at >= 8 && few_digits(eight_bytes(at), 8, eight)) {
    value = value * 100000000 + eight;
    at += 8;
  }
  for (; at != end && digit(at) <= 9; ++at) value = value * 10 + digit(at);
  return static_cast<std::size_t>(at - from);
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
  std::size_t digits = read_digits(at, end, mantissa), decimals = 0;
  if (digits > 0 && at != end && *at == '.') {
    ++at;
    decimals = read_digits(at, end, mantissa);
    digits += decimals;
    if (decimals == 0) return general_float64(text, out);
  }
  // Up to 2^53 over a power of ten up to 10^22 both are exact, so the division rounds once, as it should.
  if (at != end || digits == 0 || digits > 19 || mantissa > (1ULL << 53) || decimals > 22) {
    return general_float64(text, out);
  }
  double value = static_cast<double>(mantissa) / kPowers[decimals];
  out = negative ? -value : value;
  return true;
}

bool parse_float64_padded(std::string_view text, double& out) {
  const char* at = text.data();
  std::size_t size = text.size();
  bool negative = size > 0 && *at == '-';
  at += negative;
  size -= negative;
  std::uint64_t word = eight_bytes(at), whole, fraction = 0, low = 0;
  constexpr std::uint64_t kOnes = 0x0101010101010101, kHighs = 0x8080808080808080;
  std::uint64_t dots = word ^ (kOnes * '.');
  dots = (dots - kOnes) & ~dots & kHighs;
  std::size_t point = dots ? static_cast<std::size_t>(__builtin_ctzll(dots)) / 8 : 8;
  point = std::min(point, size);
  std::size_t decimals = size > point ? size - point - 1 : 0;
  bool has_point = size > point;
  if (point == 0 || (has_point && (decimals == 0 || decimals > 13 || !dots)) ||
      !few_digits(word, point, whole)) {
    return parse_float64(text, out);
  }
  if (decimals > 8) {
    const char* rest = at + point + 1;
    if (!few_digits(eight_bytes(rest), 8, fraction) ||
        !few_digits(eight_bytes(rest + 8), decimals - 8, low)) {
      return parse_float64(text, out);
    }
    fraction = fraction * static_cast<std::uint64_t>(kPowers[decimals - 8]) + low;
  } else if (decimals > 0 && !few_digits(eight_bytes(at + point + 1), decimals, fraction)) {
    return parse_float64(text, out);
  }
  std::uint64_t mantissa = whole * static_cast<std::uint64_t>(kPowers[decimals]) + fraction;
  if (point + decimals > 18 || mantissa > (1ULL << 53)) return parse_float64(text, out);
  double value = static_cast<double>(mantissa) / kPowers[decimals];
  out = negative ? -value : value;
  return true;
}

bool parse_instant(std::string_view text, std::int64_t& micros, bool& has_zone) {
  // "2023-11-06T00:00:00.000" and the same with Z
  bool zulu = text.size() == 24 && text[23] == 'Z';
  const char* at = text.data();
  if ((text.size() == 23 || zulu) && at[10] == 'T' && at[13] == ':' && at[16] == ':' && at[19] == '.') {
    unsigned hour, minute, second, centi;
    std::int64_t days;
    bool good = two_digits(at + 11, hour) && two_digits(at + 14, minute) && two_digits(at + 17, second) &&
                two_digits(at + 20, centi) && digit(at + 22) <= 9 && hour < 24 && minute < 60 && second < 60;
    if (good && parse_day(at, days)) {
      std::int64_t seconds = days * 86400 + hour * 3600 + minute * 60 + second;
      micros = seconds * 1000000 + (centi * 10 + digit(at + 22)) * 1000;
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

#include "value.h"

#include <fmt/core.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

namespace soda {
namespace {

struct TypeNames {
  std::string_view header, view;
};
constexpr std::array<TypeNames, 16> kNames{{{"text", "text"},
                                            {"number", "number"},
                                            {"checkbox", "checkbox"},
                                            {"floating_timestamp", "calendar_date"},
                                            {"fixed_timestamp", "date"},
                                            {"row_identifier", "row_identifier"},
                                            {"row_version", "row_version"},
                                            {"point", "point"},
                                            {"location", "location"},
                                            {"url", "url"},
                                            {"line", "line"},
                                            {"polygon", "polygon"},
                                            {"multipoint", "multipoint"},
                                            {"multiline", "multiline"},
                                            {"multipolygon", "multipolygon"},
                                            {"document", "document"}}};

// Both alphabets are in the order of their bytes, so that codes compare as their texts do.
constexpr std::string_view kLetters = "23456789abcdefghijkmnpqrstuvwxyz";
constexpr std::string_view kMarks = "-._~";

constexpr std::array<std::array<char, 2>, 1024> letter_pairs() {
  std::array<std::array<char, 2>, 1024> pairs{};
  for (std::size_t i = 0; i < 1024; ++i) pairs[i] = {kLetters[i / 32], kLetters[i % 32]};
  return pairs;
}
constexpr auto kLetterPairs = letter_pairs();

constexpr std::array<std::array<char, 2>, 100> digit_pairs() {
  std::array<std::array<char, 2>, 100> pairs{};
  for (std::size_t i = 0; i < 100; ++i)
    pairs[i] = {static_cast<char>('0' + i / 10), static_cast<char>('0' + i % 10)};
  return pairs;
}
constexpr auto kDigitPairs = digit_pairs();

inline char* put_pair(char* out, unsigned value) {
  std::memcpy(out, kDigitPairs[value].data(), 2);
  return out + 2;
}

// Howard Hinnant's civil-day arithmetic.
std::int64_t days_of(std::int64_t year, unsigned month, unsigned day) {
  year -= month <= 2;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const auto of_era = static_cast<unsigned>(year - era * 400);
  const unsigned of_year = (153 * (month + (month > 2 ? -3U : 9U)) + 2) / 5 + day - 1;
  return era * 146097 + static_cast<std::int64_t>(of_era * 365 + of_era / 4 - of_era / 100 + of_year) -
         719468;
}

struct Civil {
  unsigned year, month, day;
};
Civil civil_of(std::int64_t days) {
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const auto of_era = static_cast<unsigned>(days - era * 146097);
  const unsigned year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const unsigned of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const unsigned part = (5 * of_year + 2) / 153;
  const unsigned month = part < 10 ? part + 3 : part - 9;
  const auto year = static_cast<unsigned>(static_cast<std::int64_t>(year_of_era) + era * 400 + (month <= 2));
  return {year, month, of_year - (153 * part + 2) / 5 + 1};
}

class Digits {
 public:
  explicit Digits(std::string_view text) : rest_(text) {}
  bool take(std::size_t count, unsigned& value) {
    if (rest_.size() < count) return false;
    value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return false;
      value = value * 10 + static_cast<unsigned>(rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    return true;
  }
  bool take(char expected) {
    if (rest_.empty() || rest_.front() != expected) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::int64_t take_micros() {
    std::int64_t micros = 0, unit = 100000;
    for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; rest_.remove_prefix(1), unit /= 10)
      micros += unit * (rest_.front() - '0');
    return micros;
  }
  bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

}  // namespace

std::string_view header_name(Type type) {
  return kNames[static_cast<std::size_t>(type)].header;
}
std::string_view view_name(Type type) {
  return kNames[static_cast<std::size_t>(type)].view;
}

std::optional<Type> parse_type(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (name == kNames[i].header || name == kNames[i].view) return static_cast<Type>(i);
  return std::nullopt;
}

Value Value::of_text(std::string_view text) {
  Value value;
  value.kind = Kind::text;
  value.text = text;
  return value;
}
Value Value::of_number(double number) {
  Value value;
  value.kind = Kind::number;
  value.number = number;
  return value;
}
Value Value::of_bool(bool flag) {
  Value value;
  value.kind = Kind::boolean;
  value.word = flag ? 1 : 0;
  return value;
}
Value Value::of_instant(std::int64_t micros) {
  Value value;
  value.kind = Kind::instant;
  value.word = micros;
  return value;
}
Value Value::of_code(std::uint64_t code) {
  Value value;
  value.kind = Kind::code;
  value.code = code;
  return value;
}

int compare(const Value& left, const Value& right) {
  if (left.is_null() || right.is_null())
    return static_cast<int>(left.is_null()) - static_cast<int>(right.is_null());
  switch (left.kind) {
    case Value::Kind::text:
      return left.text.compare(right.text);
    case Value::Kind::number:
      return left.number < right.number ? -1 : left.number > right.number;
    case Value::Kind::code:
      return left.code < right.code ? -1 : left.code > right.code;
    default:
      return left.word < right.word ? -1 : left.word > right.word;
  }
}

std::optional<std::int64_t> parse_instant(std::string_view text) {
  Digits digits(text);
  unsigned year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  std::int64_t micros = 0;
  if (!digits.take(4, year) || !digits.take('-') || !digits.take(2, month) || !digits.take('-') ||
      !digits.take(2, day) || month < 1 || month > 12 || day < 1 || day > 31)
    return std::nullopt;
  if (digits.take('T') || digits.take(' ')) {
    if (!digits.take(2, hour) || !digits.take(':') || !digits.take(2, minute)) return std::nullopt;
    if (digits.take(':')) {
      if (!digits.take(2, second)) return std::nullopt;
      if (digits.take('.')) micros = digits.take_micros();
    }
  }
  if (hour > 23 || minute > 59 || second > 60) return std::nullopt;
  std::int64_t offset = 0;
  if (!digits.take('Z') && !digits.done()) {
    const bool minus = digits.take('-');
    unsigned hours = 0, minutes = 0;
    if ((!minus && !digits.take('+')) || !digits.take(2, hours)) return std::nullopt;
    digits.take(':');
    if (!digits.take(2, minutes)) return std::nullopt;
    offset = (minus ? -60 : 60) * static_cast<std::int64_t>(hours * 60 + minutes);
  }
  if (!digits.done()) return std::nullopt;
  const std::int64_t seconds = days_of(year, month, day) * 86400 +
                               static_cast<std::int64_t>(hour * 3600 + minute * 60 + second) - offset;
  return seconds * 1000000 + micros;
}

char* write_instant(char* out, std::int64_t micros) {
  // Neighbouring rows mostly share their day, whose ten bytes are kept.
  thread_local std::int64_t last_day = INT64_MIN;
  thread_local char last_text[10];
  std::int64_t day = micros / 86400000000;
  std::int64_t rest = micros % 86400000000;
  if (rest < 0) rest += 86400000000, --day;
  if (day != last_day) {
    const Civil civil = civil_of(day);
    char* text = put_pair(last_text, civil.year / 100);
    text = put_pair(text, civil.year % 100);
    *text++ = '-';
    text = put_pair(text, civil.month);
    *text++ = '-';
    put_pair(text, civil.day);
    last_day = day;
  }
  std::memcpy(out, last_text, 10);
  out += 10;
  const auto millis = static_cast<unsigned>(rest / 1000);
  const unsigned second = millis / 1000, fraction = millis % 1000;
  *out++ = 'T';
  out = put_pair(out, second / 3600);
  *out++ = ':';
  out = put_pair(out, second / 60 % 60);
  *out++ = ':';
  out = put_pair(out, second % 60);
  *out++ = '.';
  *out++ = static_cast<char>('0' + fraction / 100);
  return put_pair(out, fraction % 100);
}

std::optional<std::uint64_t> parse_row_code(std::string_view text) {
  if (text.size() != 14) return std::nullopt;
  std::uint64_t code = 0;
  for (std::size_t i = 0; i < 14; ++i) {
    const bool mark = i == 4 || i == 9;
    const std::size_t place = (mark ? kMarks : kLetters).find(text[i]);
    if (place == std::string_view::npos) return std::nullopt;
    code = (code << (mark ? 2 : 5)) | place;
  }
  return code;
}

char* write_row_code(char* out, std::uint64_t code) {
  const auto pair = [&](int shift) {
    std::memcpy(out, kLetterPairs[(code >> shift) & 1023].data(), 2);
    out += 2;
  };
  pair(54), pair(44);
  *out++ = kMarks[(code >> 42) & 3];
  pair(32), pair(22);
  *out++ = kMarks[(code >> 20) & 3];
  pair(10), pair(0);
  return out;
}

std::string format_number(double number) {
  if (std::abs(number) < 1e15 && number == std::floor(number)) return fmt::format("{:.0f}", number);
  std::array<char, 512> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  return {text.data(), end.ptr};
}

std::optional<double> parse_number(std::string_view text) {
  double number = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || end.ec != std::errc() || end.ptr != text.data() + text.size() || !std::isfinite(number))
    return std::nullopt;
  return number;
}

std::string print_value(const Value& value, Type type) {
  switch (value.kind) {
    case Value::Kind::null:
      return {};
    case Value::Kind::text:
      return std::string(value.text);
    case Value::Kind::number:
      return format_number(value.number);
    case Value::Kind::boolean:
      return value.word ? "true" : "false";
    case Value::Kind::instant: {
      std::string text(23, ' ');
      write_instant(text.data(), value.word);
      return type == Type::fixed_timestamp ? text + "Z" : text;
    }
    case Value::Kind::code: {
      std::string text(14, ' ');
      write_row_code(text.data(), value.code);
      return std::string(row_code_prefix(type)) + text;
    }
  }
  return {};
}

}  // namespace soda

#include "sources/postgres/values.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "batch/decimal.h"

namespace leat::sources::postgres {

using batch::ColumnData;
using batch::Int128;
using batch::TypeKind;

namespace {

// PostgreSQL counts from 2000-01-01.
constexpr std::int32_t kEpochDays = 10957;
constexpr std::int64_t kEpochMicros = 946684800000000LL;
constexpr std::uint16_t kNegative = 0x4000, kSpecial = 0x8000;

template <class Unsigned>
Unsigned load(const char* at) {
  Unsigned value = 0;
  std::memcpy(&value, at, sizeof value);
  if constexpr (sizeof(Unsigned) == 2) return __builtin_bswap16(value);
  if constexpr (sizeof(Unsigned) == 4) return __builtin_bswap32(value);
  if constexpr (sizeof(Unsigned) == 8) return __builtin_bswap64(value);
  return value;
}

struct Numeric {
  std::size_t groups;
  int weight;  // of the first group, in powers of 10,000
  std::uint16_t sign;
  int scale;
  const char* digits;
  int group(int i) const {
    return i < 0 || i >= static_cast<int>(groups)
               ? 0
               : static_cast<std::int16_t>(load<std::uint16_t>(digits + 2 * i));
  }
};

bool read_numeric(std::string_view bytes, Numeric& out) {
  if (bytes.size() < 8) return false;
  out.groups = load<std::uint16_t>(bytes.data());
  out.weight = static_cast<std::int16_t>(load<std::uint16_t>(bytes.data() + 2));
  out.sign = load<std::uint16_t>(bytes.data() + 4);
  out.scale = load<std::uint16_t>(bytes.data() + 6) & 0x3fff;
  out.digits = bytes.data() + 8;
  return bytes.size() == 8 + 2 * out.groups;
}

// "-12.50", as numeric_out prints it.
std::string print_numeric(const Numeric& number) {
  if (number.sign & kSpecial && number.sign != kSpecial)
    return number.sign == 0xD000 ? "Infinity" : number.sign == 0xF000 ? "-Infinity" : "NaN";
  if (number.sign == kSpecial) return "NaN";
  std::string out = number.sign == kNegative ? "-" : "";
  std::size_t start = out.size();
  auto put = [&](int group) {
    for (int power = 1000; power > 0; power /= 10) out.push_back(static_cast<char>('0' + group / power % 10));
  };
  for (int i = 0; i <= number.weight; ++i) put(number.group(i));
  std::size_t first = out.find_first_not_of('0', start);
  out.erase(start, (first == std::string::npos ? out.size() : first) - start);
  if (out.size() == start) out.push_back('0');
  if (number.scale == 0) return out;
  out.push_back('.');
  std::size_t point = out.size();
  for (int i = number.weight + 1; out.size() - point < static_cast<std::size_t>(number.scale); ++i)
    put(number.group(i));
  out.resize(point + static_cast<std::size_t>(number.scale));
  return out;
}

Decoded append_decimal(const Numeric& number, int scale, ColumnData& to) {
  if (number.sign & kSpecial) {
    to.append_null();
    return Decoded::replaced;
  }
  if (number.weight > 9) return Decoded::malformed;
  constexpr int kPowers[] = {1, 10, 100, 1000, 10000};
  Int128 value = 0;
  for (int power = std::max(number.weight, 0), last = -((scale + 3) / 4); power >= last; --power) {
    // Of the last group only the digits that the scale has: a whole one more could overflow.
    int cut = power == last && power < 0 ? 4 * -power - scale : 0;
    value = value * kPowers[4 - cut] + number.group(number.weight - power) / kPowers[cut];
  }
  to.append(number.sign == kNegative ? -value : value);
  return Decoded::good;
}

Decoded append_numeric(const ColumnPlan& plan, std::string_view bytes, ColumnData& to) {
  Numeric number;
  if (!read_numeric(bytes, number)) return Decoded::malformed;
  if (plan.form == Form::decimal) return append_decimal(number, plan.type.scale, to);
  // Digits after the decimal point are bounded by the format; those before it by its weight.
  return append_text(plan, print_numeric(number), to);
}

template <class Unsigned, class Value>
Decoded append_number(std::string_view bytes, ColumnData& to) {
  if (bytes.size() != sizeof(Unsigned)) return Decoded::malformed;
  to.append(std::bit_cast<Value>(load<Unsigned>(bytes.data())));
  return Decoded::good;
}

Decoded append_day(std::string_view bytes, ColumnData& to) {
  if (bytes.size() != 4) return Decoded::malformed;
  auto days = static_cast<std::int32_t>(load<std::uint32_t>(bytes.data()));
  constexpr std::int32_t kMax = std::numeric_limits<std::int32_t>::max();
  if (days == std::numeric_limits<std::int32_t>::min()) {
    to.append(-kMax);
  } else if (days > kMax - kEpochDays) {
    to.append(kMax);
  } else {
    to.append(days + kEpochDays);
  }
  return Decoded::good;
}

Decoded append_moment(std::string_view bytes, ColumnData& to) {
  if (bytes.size() != 8) return Decoded::malformed;
  auto micros = static_cast<std::int64_t>(load<std::uint64_t>(bytes.data()));
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  if (micros == std::numeric_limits<std::int64_t>::min()) {
    to.append(-kMax);
  } else if (micros > kMax - kEpochMicros) {
    // What is no infinity lies beyond every warehouse, but must not turn into one.
    to.append(micros == kMax ? kMax : kMax - 1);
  } else {
    to.append(micros + kEpochMicros);
  }
  return Decoded::good;
}

Decoded append_uuid(std::string_view bytes, ColumnData& to) {
  if (bytes.size() != 16) return Decoded::malformed;
  constexpr char kHex[] = "0123456789abcdef";
  char text[36];
  std::size_t at = 0;
  for (std::size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text[at++] = '-';
    auto byte = static_cast<unsigned char>(bytes[i]);
    text[at++] = kHex[byte >> 4];
    text[at++] = kHex[byte & 15];
  }
  to.append_text({text, sizeof text});
  return Decoded::good;
}

}  // namespace

Decoded append_binary(const ColumnPlan& plan, std::string_view bytes, ColumnData& to) {
  switch (plan.form) {
    case Form::boolean:
      if (bytes.size() != 1) return Decoded::malformed;
      to.append(static_cast<std::uint8_t>(bytes[0] != 0));
      return Decoded::good;
    case Form::int16:
      return append_number<std::uint16_t, std::int16_t>(bytes, to);
    case Form::int32:
      return append_number<std::uint32_t, std::int32_t>(bytes, to);
    case Form::int64:
      return append_number<std::uint64_t, std::int64_t>(bytes, to);
    case Form::float32:
      return append_number<std::uint32_t, float>(bytes, to);
    case Form::float64:
      return append_number<std::uint64_t, double>(bytes, to);
    case Form::oid:
      if (bytes.size() != 4) return Decoded::malformed;
      to.append(static_cast<std::int64_t>(load<std::uint32_t>(bytes.data())));
      return Decoded::good;
    case Form::decimal:
    case Form::number_text:
      return append_numeric(plan, bytes, to);
    case Form::time:
      return append_number<std::uint64_t, std::int64_t>(bytes, to);
    case Form::date:
      return append_day(bytes, to);
    case Form::timestamp:
      return append_moment(bytes, to);
    case Form::uuid:
      return append_uuid(bytes, to);
    case Form::jsonb:
      // A version before the text.
      if (bytes.empty() || bytes[0] != 1) return Decoded::malformed;
      to.append_text(bytes.substr(1));
      return Decoded::good;
    case Form::geometry:
      return append_geometry(wkb_to_text(bytes), to);
    case Form::text:
    case Form::bytes:
      to.append_text(bytes);
      return Decoded::good;
    default:
      return append_text(plan, bytes, to);
  }
}

}  // namespace leat::sources::postgres

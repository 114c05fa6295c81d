#include "warehouses/postgres/copy_binary.h"

#include <bit>
#include <cstring>
#include <limits>

#include "batch/decimal.h"

namespace leat::warehouses::postgres {

using batch::ColumnData;
using batch::TypeKind;

namespace {

// PostgreSQL counts from 2000-01-01.
constexpr std::int32_t kEpochDays = 10957;
constexpr std::int64_t kEpochMicros = 946684800000000LL;

template <class Unsigned>
void put(std::string& out, Unsigned value) {
  char raw[sizeof(Unsigned)];
  for (std::size_t i = 0; i < sizeof(Unsigned); ++i)
    raw[i] = static_cast<char>(value >> (8 * (sizeof(Unsigned) - 1 - i)));
  out.append(raw, sizeof raw);
}

void put16(std::string& out, std::int64_t value) {
  put(out, static_cast<std::uint16_t>(value));
}
void put32(std::string& out, std::int64_t value) {
  put(out, static_cast<std::uint32_t>(value));
}
void put64(std::string& out, std::int64_t value) {
  put(out, static_cast<std::uint64_t>(value));
}

void put_text(std::string& out, std::string_view text) {
  put32(out, static_cast<std::int64_t>(text.size()));
  out.append(text);
}

// jsonb: a version byte before the text.
void put_jsonb(std::string& out, std::string_view text) {
  put32(out, static_cast<std::int64_t>(text.size()) + 1);
  out.push_back(1);
  out.append(text);
}

int hex(char c) {
  return c <= '9' ? c - '0' : (c | 32) - 'a' + 10;
}

void put_uuid(std::string& out, std::string_view text) {
  put32(out, 16);
  std::size_t nibbles = 0;
  char byte = 0;
  for (char c : text) {
    if (c == '-') continue;
    byte = static_cast<char>(byte << 4 | hex(c));
    if (++nibbles % 2 == 0) out.push_back(byte);
  }
}

// numeric: groups of four decimal digits, most significant first (numeric_recv in the server's source).
void put_numeric(std::string& out, batch::Int128 value, int scale) {
  bool negative = value < 0;
  std::string digits = batch::format_decimal(negative ? -value : value, scale);
  std::size_t point = digits.find('.');
  std::string whole = digits.substr(0, point),
              fraction = point == std::string::npos ? "" : digits.substr(point + 1);
  whole.insert(0, (4 - whole.size() % 4) % 4, '0');
  fraction.append((4 - fraction.size() % 4) % 4, '0');
  std::string all = whole + fraction;
  std::int64_t weight = static_cast<std::int64_t>(whole.size() / 4) - 1;
  std::size_t first = 0, last = all.size();
  while (last > first && all.compare(last - 4, 4, "0000") == 0) last -= 4;
  while (first < last && all.compare(first, 4, "0000") == 0) {
    first += 4;
    --weight;
  }
  std::size_t groups = (last - first) / 4;
  put32(out, static_cast<std::int64_t>(8 + 2 * groups));
  put16(out, static_cast<std::int64_t>(groups));
  put16(out, groups == 0 ? 0 : weight);
  put16(out, negative && groups > 0 ? 0x4000 : 0);
  put16(out, scale);
  for (std::size_t at = first; at < last; at += 4) {
    put16(out, (all[at] - '0') * 1000 + (all[at + 1] - '0') * 100 + (all[at + 2] - '0') * 10 +
                   (all[at + 3] - '0'));
  }
}

std::int32_t days_of(std::int32_t days) {
  if (days == batch::kInfiniteDays) return days;
  return days == -batch::kInfiniteDays ? std::numeric_limits<std::int32_t>::min() : days - kEpochDays;
}

std::int64_t micros_of(std::int64_t micros) {
  if (micros == batch::kInfiniteMicros) return micros;
  return micros == -batch::kInfiniteMicros ? std::numeric_limits<std::int64_t>::min() : micros - kEpochMicros;
}

void put_value(std::string& out, const ColumnData& column, std::size_t row) {
  switch (column.type().kind) {
    case TypeKind::boolean:
      put32(out, 1);
      out.push_back(static_cast<char>(column.value<std::uint8_t>(row)));
      return;
    case TypeKind::int16:
      put32(out, 2);
      return put16(out, column.value<std::int16_t>(row));
    case TypeKind::int32:
      put32(out, 4);
      return put32(out, column.value<std::int32_t>(row));
    case TypeKind::int64:
      put32(out, 8);
      return put64(out, column.value<std::int64_t>(row));
    case TypeKind::float32:
      put32(out, 4);
      return put32(out, std::bit_cast<std::int32_t>(column.value<float>(row)));
    case TypeKind::float64:
      put32(out, 8);
      return put64(out, std::bit_cast<std::int64_t>(column.value<double>(row)));
    case TypeKind::decimal:
      return put_numeric(out, column.value<batch::Int128>(row), column.type().scale);
    case TypeKind::date:
      put32(out, 4);
      return put32(out, days_of(column.value<std::int32_t>(row)));
    case TypeKind::time:
      put32(out, 8);
      return put64(out, column.value<std::int64_t>(row));
    case TypeKind::timestamp:
    case TypeKind::timestamptz:
      put32(out, 8);
      return put64(out, micros_of(column.value<std::int64_t>(row)));
    case TypeKind::text:
    case TypeKind::bytes:
      return put_text(out, column.text(row));
    case TypeKind::json:
      return put_jsonb(out, column.text(row));
    case TypeKind::uuid:
      return put_uuid(out, column.text(row));
  }
}

}  // namespace

CopyBinary::CopyBinary() {
  bytes_.append("PGCOPY\n\377\r\n\0", 11);
  put32(bytes_, 0);
  put32(bytes_, 0);
}

CopyMetadata::CopyMetadata(std::uint64_t seed, Timestamp extracted_at, std::int64_t generation)
    : state_{seed, seed ^ 0x9E3779B97F4A7C15ULL} {
  put32(constant_, 8);
  put64(constant_, extracted_at.time_since_epoch().count() - kEpochMicros);
  put_jsonb(constant_, R"({"changes":[]})");
  put32(constant_, 8);
  put64(constant_, generation);
}

// xoroshiro128+, https://prng.di.unimi.it/xoroshiro128plus.c: raw_ids have to differ, not to be secret.
std::uint64_t CopyMetadata::next() {
  std::uint64_t a = state_[0], b = state_[1], sum = a + b;
  b ^= a;
  state_[0] = std::rotl(a, 24) ^ b ^ (b << 16);
  state_[1] = std::rotl(b, 37);
  return sum;
}

void CopyMetadata::append(std::string& bytes) {
  put32(bytes, 16);
  // RFC 9562: version 4, variant 10.
  put64(bytes, static_cast<std::int64_t>((next() & ~0xF000ULL) | 0x4000ULL));
  put64(bytes, static_cast<std::int64_t>((next() & ~(3ULL << 62)) | (2ULL << 62)));
  bytes += constant_;
}

void CopyBinary::append(const batch::RecordBatch& batch, std::size_t from, std::size_t to,
                        CopyMetadata* metadata) {
  std::size_t columns = batch.schema()->size();
  for (std::size_t row = from; row < to; ++row) {
    put16(bytes_, static_cast<std::int64_t>(columns + (metadata ? CopyMetadata::kColumns : 0)));
    for (std::size_t i = 0; i < columns; ++i) {
      const ColumnData& column = batch.column(i);
      if (column.is_null(row)) {
        put32(bytes_, -1);
      } else {
        put_value(bytes_, column, row);
      }
    }
    if (metadata) metadata->append(bytes_);
  }
}

void CopyBinary::finish() {
  put16(bytes_, -1);
}

}  // namespace leat::warehouses::postgres

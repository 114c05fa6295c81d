#include "server/pgwire/duck_times.h"

#include <fmt/core.h>

#include <limits>

#include "base/error.h"
#include "base/time.h"
#include "server/pgwire/errors.h"
#include "server/pgwire/messages.h"

namespace leat::server::pgwire {
namespace {

constexpr std::int64_t kEpochDays = 10957, kDayMicros = 86'400'000'000;
constexpr std::int32_t kEver = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t kEverMicros = std::numeric_limits<std::int64_t>::max();

template <class T>
T at(const void* data, std::uint64_t row) {
  return static_cast<const T*>(data)[row];
}

void append_clock(std::int64_t micros, std::string& out) {
  std::int64_t seconds = micros / 1'000'000, rest = micros % 1'000'000;
  out += fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (rest == 0) return;
  std::string digits = fmt::format("{:06}", rest);
  while (digits.back() == '0') digits.pop_back();
  out += "." + digits;
}

// Appends the date; the return tells whether it is before Christ, which stands at the very end.
bool append_day(std::int64_t days, std::string& out) {
  CivilDay date = civil_day(days);
  bool is_before = date.year <= 0;
  out += fmt::format("{:04}-{:02}-{:02}", is_before ? 1 - date.year : date.year, date.month, date.day);
  return is_before;
}

void append_date(std::int32_t days, std::string& out) {
  if (days == kEver || days == -kEver) {
    out += days > 0 ? "infinity" : "-infinity";
  } else if (append_day(days, out)) {
    out += " BC";
  }
}

bool is_ever(std::int64_t micros) {
  return micros == kEverMicros || micros == -kEverMicros;
}

void append_instant(std::int64_t micros, bool has_zone, std::string& out) {
  if (is_ever(micros)) {
    out += micros > 0 ? "infinity" : "-infinity";
    return;
  }
  auto [days, clock] = split_day(micros);
  bool is_before = append_day(days, out);
  out += ' ';
  append_clock(clock, out);
  if (has_zone) out += "+00";
  if (is_before) out += " BC";
}

std::int64_t micros_of(duckdb_type type, const void* data, std::uint64_t row) {
  auto value = at<std::int64_t>(data, row);
  if (is_ever(value)) return value;
  switch (type) {
    case DUCKDB_TYPE_TIMESTAMP_S:
      return value * 1'000'000;
    case DUCKDB_TYPE_TIMESTAMP_MS:
      return value * 1'000;
    case DUCKDB_TYPE_TIMESTAMP_NS:
      return value / 1'000;
    default:
      return value;
  }
}

void append_interval(const duckdb_interval& value, std::string& out) {
  std::string text;
  bool was_negative = false;
  auto part = [&](std::int64_t count, const char* one, const char* more) {
    if (count == 0) return;
    // PostgreSQL writes a plus behind a part that was negative.
    text += fmt::format("{}{}{} {}", text.empty() ? "" : " ", was_negative && count > 0 ? "+" : "", count,
                        count == 1 ? one : more);
    was_negative = count < 0;
  };
  part(value.months / 12, "year", "years");
  part(value.months % 12, "mon", "mons");
  part(value.days, "day", "days");
  if (value.micros != 0 || text.empty()) {
    if (!text.empty()) text += ' ';
    if (value.micros < 0) {
      text += '-';
    } else if (was_negative) {
      text += '+';
    }
    append_clock(value.micros < 0 ? -value.micros : value.micros, text);
  }
  out += text;
}

// DuckDB packs microseconds and the offset in seconds, turned around, into one number.
struct ZonedTime {
  std::int64_t micros;
  std::int32_t offset;
};
ZonedTime zoned(std::uint64_t bits) {
  constexpr std::int32_t kOffsetMax = 16 * 3600 - 1;
  return {static_cast<std::int64_t>(bits >> 24), kOffsetMax - static_cast<std::int32_t>(bits & 0xffffff)};
}

void append_zone(std::int32_t offset, std::string& out) {
  std::int32_t size = offset < 0 ? -offset : offset;
  out += fmt::format("{}{:02}", offset < 0 ? '-' : '+', size / 3600);
  if (size % 3600 != 0) out += fmt::format(":{:02}", size / 60 % 60);
}

// PostgreSQL counts from 2000 on, in as many bits; DuckDB's first days are too early for that.
template <class T>
T since_2000(T since_1970, std::int64_t between) {
  auto shift = static_cast<T>(between);
  if (since_1970 <= std::numeric_limits<T>::min() + shift)
    throw refusal(State::out_of_range, "A date is too early for the binary format").fix("Cast it to text.");
  return since_1970 - shift;
}

[[noreturn]] void refuse() {
  throw refusal(State::unsupported, "A column has a type that the endpoint does not send")
      .fix("Cast it to text.");
}

}  // namespace

void append_time_text(duckdb_type type, const void* data, std::uint64_t row, std::string& out) {
  switch (type) {
    case DUCKDB_TYPE_DATE:
      return append_date(at<std::int32_t>(data, row), out);
    case DUCKDB_TYPE_TIME:
      return append_clock(at<std::int64_t>(data, row), out);
    case DUCKDB_TYPE_TIME_TZ: {
      ZonedTime time = zoned(at<std::uint64_t>(data, row));
      append_clock(time.micros, out);
      return append_zone(time.offset, out);
    }
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_S:
    case DUCKDB_TYPE_TIMESTAMP_MS:
    case DUCKDB_TYPE_TIMESTAMP_NS:
    case DUCKDB_TYPE_TIMESTAMP_TZ:
      return append_instant(micros_of(type, data, row), type == DUCKDB_TYPE_TIMESTAMP_TZ, out);
    case DUCKDB_TYPE_INTERVAL:
      return append_interval(at<duckdb_interval>(data, row), out);
    default:
      refuse();
  }
}

void append_time_binary(duckdb_type type, const void* data, std::uint64_t row, std::string& out) {
  switch (type) {
    case DUCKDB_TYPE_DATE: {
      auto days = at<std::int32_t>(data, row);
      std::int32_t sent = days == kEver    ? kEver
                          : days == -kEver ? std::numeric_limits<std::int32_t>::min()
                                           : since_2000(days, kEpochDays);
      return append_number(out, static_cast<std::uint32_t>(sent));
    }
    case DUCKDB_TYPE_TIME:
      return append_number(out, at<std::uint64_t>(data, row));
    case DUCKDB_TYPE_TIME_TZ: {
      ZonedTime time = zoned(at<std::uint64_t>(data, row));
      append_number(out, static_cast<std::uint64_t>(time.micros));
      return append_number(out, static_cast<std::uint32_t>(-time.offset));
    }
    case DUCKDB_TYPE_INTERVAL: {
      auto value = at<duckdb_interval>(data, row);
      append_number(out, static_cast<std::uint64_t>(value.micros));
      append_number(out, static_cast<std::uint32_t>(value.days));
      return append_number(out, static_cast<std::uint32_t>(value.months));
    }
    default: {
      std::int64_t micros = micros_of(type, data, row);
      std::int64_t sent = micros == kEverMicros    ? kEverMicros
                          : micros == -kEverMicros ? std::numeric_limits<std::int64_t>::min()
                                                   : since_2000(micros, kEpochDays * kDayMicros);
      return append_number(out, static_cast<std::uint64_t>(sent));
    }
  }
}

}  // namespace leat::server::pgwire

#include "server/pgwire/parameters.h"

#include <fmt/core.h>

#include <bit>
#include <charconv>
#include <limits>

#include "base/error.h"
#include "base/time.h"
#include "server/pgwire/commands.h"
#include "server/pgwire/errors.h"
#include "server/pgwire/messages.h"

namespace leat::server::pgwire {
namespace {

constexpr std::int64_t kEpochDays = 10957;  // from 1970-01-01 to 2000-01-01, PostgreSQL's beginning
constexpr std::int64_t kDayMicros = 86'400'000'000;

[[noreturn]] void refuse(Oid type) {
  throw refusal(State::parameter,
                fmt::format("incorrect binary data format for a parameter of type {}", type));
}

std::int64_t integer(std::string_view bytes, std::size_t width, Oid type) {
  if (bytes.size() != width) refuse(type);
  std::uint64_t out = 0;
  for (char c : bytes) out = (out << 8) | static_cast<unsigned char>(c);
  switch (width) {
    case 2:
      return static_cast<std::int16_t>(out);
    case 4:
      return static_cast<std::int32_t>(out);
    default:
      return static_cast<std::int64_t>(out);
  }
}

std::string clock_text(std::int64_t micros) {
  std::int64_t seconds = micros / 1'000'000;
  return fmt::format("{:02}:{:02}:{:02}.{:06}", seconds / 3600, seconds / 60 % 60, seconds % 60,
                     micros % 1'000'000);
}

std::string date_text(std::int64_t days, Oid type) {
  if (days == std::numeric_limits<std::int32_t>::max()) return "infinity";
  if (days == std::numeric_limits<std::int32_t>::min()) return "-infinity";
  if (days < -2'400'000 || days > 2'900'000) refuse(type);
  return format_iso_date(static_cast<std::int32_t>(days + kEpochDays));
}

std::string timestamp_text(std::int64_t micros, Oid type) {
  if (micros == std::numeric_limits<std::int64_t>::max()) return "infinity";
  if (micros == std::numeric_limits<std::int64_t>::min()) return "-infinity";
  auto [days, clock] = split_day(micros);
  std::string out = date_text(days, type) + " " + clock_text(clock);
  return type == kTimestampTz ? out + "+00" : out;
}

// Digits of base 10000, the first at 10000^weight.
std::string numeric_text(std::string_view bytes) {
  Fields fields(bytes);
  int count = fields.int16(), weight = fields.int16();
  auto sign = static_cast<std::uint16_t>(fields.int16());
  int scale = fields.int16();
  constexpr int kWeightMax = 64, kScaleMax = 1000;
  if (sign == 0xC000) return "NaN";
  if (count < 0 || weight > kWeightMax || weight < -kScaleMax || scale < 0 || scale > kScaleMax)
    refuse(kNumeric);
  std::vector<int> digits;
  for (int i = 0; i < count; ++i) {
    digits.push_back(fields.int16());
    if (digits.back() < 0 || digits.back() > 9999) refuse(kNumeric);
  }
  fields.end();
  auto digit = [&](int at) { return at >= 0 && at < count ? digits[static_cast<std::size_t>(at)] : 0; };
  std::string out = sign == 0x4000 ? "-" : "";
  if (weight < 0) out += "0";
  for (int at = 0; at <= weight; ++at)
    out += at == 0 ? fmt::format("{}", digit(at)) : fmt::format("{:04}", digit(at));
  if (scale == 0) return out;
  std::string fraction;
  for (int at = weight + 1; static_cast<int>(fraction.size()) < scale; ++at)
    fraction += at < 0 ? "0000" : fmt::format("{:04}", digit(at));
  fraction.resize(static_cast<std::size_t>(scale));
  return out + "." + fraction;
}

std::string hex(std::string_view bytes, std::string_view before) {
  std::string out;
  for (char c : bytes) out += fmt::format("{}{:02x}", before, static_cast<unsigned char>(c));
  return out;
}

std::string uuid_text(std::string_view bytes) {
  if (bytes.size() != 16) refuse(kUuid);
  std::string all = hex(bytes, "");
  return fmt::format("{}-{}-{}-{}-{}", all.substr(0, 8), all.substr(8, 4), all.substr(12, 4),
                     all.substr(16, 4), all.substr(20));
}

std::string interval_text(std::string_view bytes) {
  if (bytes.size() != 16) refuse(kInterval);
  return fmt::format("{} months {} days {} microseconds", integer(bytes.substr(12), 4, kInterval),
                     integer(bytes.substr(8, 4), 4, kInterval), integer(bytes.substr(0, 8), 8, kInterval));
}

std::string binary_text(Oid type, std::string_view bytes);

// A quoted element of a list as DuckDB reads it.
std::string element(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string binary_list(std::string_view bytes) {
  Fields fields(bytes);
  std::int32_t dimensions = fields.int32();
  fields.int32();
  auto type = static_cast<Oid>(fields.int32());
  // PostgreSQL knows no lists of lists: what nests them could nest them without an end.
  if (element_of(type)) throw refusal(State::parameter, "A list's elements are no lists");
  if (dimensions == 0) return "[]";
  if (dimensions != 1) throw refusal(State::unsupported, "A parameter has more than one dimension");
  std::int32_t count = fields.int32();
  fields.int32();
  std::string out = "[";
  for (std::int32_t i = 0; i < count; ++i) {
    std::optional<std::string_view> value = fields.value();
    out += (i == 0 ? "" : ", ") + (value ? element(binary_text(type, *value)) : std::string("NULL"));
  }
  fields.end();
  return out + "]";
}

std::string binary_text(Oid type, std::string_view bytes) {
  switch (type) {
    case kBool:
      return integer(std::string(1, '\0').append(bytes), 2, type) != 0 ? "true" : "false";
    case kInt2:
      return std::to_string(integer(bytes, 2, type));
    case kInt4:
      return std::to_string(integer(bytes, 4, type));
    case kOid:
    case kRegclass:
    case kRegtype:
    case kRegproc:
      return std::to_string(static_cast<Oid>(integer(bytes, 4, type)));
    case kInt8:
      return std::to_string(integer(bytes, 8, type));
    case kFloat4:
      return fmt::format("{}", std::bit_cast<float>(static_cast<std::int32_t>(integer(bytes, 4, type))));
    case kFloat8:
      return fmt::format("{}", std::bit_cast<double>(integer(bytes, 8, type)));
    case kNumeric:
      return numeric_text(bytes);
    case kDate:
      return date_text(integer(bytes, 4, type), type);
    case kTime: {
      std::int64_t micros = integer(bytes, 8, type);
      if (micros < 0 || micros > kDayMicros) refuse(type);
      return clock_text(micros);
    }
    case kTimestamp:
    case kTimestampTz:
      return timestamp_text(integer(bytes, 8, type), type);
    case kInterval:
      return interval_text(bytes);
    case kUuid:
      return uuid_text(bytes);
    case kBytea:
      return hex(bytes, "\\x");
    case kJsonb:
      if (bytes.empty() || bytes[0] != 1) refuse(type);
      return std::string(bytes.substr(1));
    default:
      if (element_of(type)) return binary_list(bytes);
      return std::string(bytes);
  }
}

// "{1,2,\"x\"}" as DuckDB writes lists; nested lists keep their levels.
std::string text_list(std::string_view text) {
  std::string out;
  bool is_quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (is_quoted && c == '\\' && i + 1 < text.size()) {
      out += c;
      out += text[++i];
    } else if (c == '"') {
      is_quoted = !is_quoted;
      out += c;
    } else if (!is_quoted && (c == '{' || c == '}')) {
      out += c == '{' ? '[' : ']';
    } else {
      out += c;
    }
  }
  return out;
}

// "\x0102" as DuckDB's blobs are written.
std::string text_bytes(std::string_view text) {
  if (!text.starts_with("\\x")) return std::string(text);
  std::string out;
  for (std::size_t i = 2; i + 1 < text.size(); i += 2) out.append("\\x").append(text.substr(i, 2));
  return out;
}

}  // namespace

std::string parameter_text(Oid type, Format format, std::string_view bytes) {
  if (format == Format::binary) return binary_text(type, bytes);
  if (type == kBytea) return text_bytes(bytes);
  if (element_of(type)) return text_list(bytes);
  return std::string(bytes);
}

std::size_t parameter_count(std::string_view sql) {
  std::vector<Token> tokens = sql::tokenize(sql, sql::Spelling::postgres);
  std::size_t most = 0;
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    if (!is_symbol(tokens[i], '$') || tokens[i + 1].kind != TokenKind::number) continue;
    const std::string& digits = tokens[i + 1].text;
    std::size_t number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    most = std::max(most, number);
  }
  return most;
}

}  // namespace leat::server::pgwire

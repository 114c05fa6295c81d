// The text forms: what text replication and the types without a binary form of ours send.
#include <charconv>
#include <limits>

#include "base/quotes.h"
#include "batch/decimal.h"
#include "sources/postgres/values.h"

namespace leat::sources::postgres {

using batch::ColumnData;
using batch::TypeKind;

namespace {

constexpr std::int64_t kDayMicros = 86'400'000'000LL;

// A reader over the text of one value.
struct Cursor {
  std::string_view text;
  std::size_t at = 0;
  bool done() const { return at >= text.size(); }
  char peek() const { return done() ? '\0' : text[at]; }
  bool take(char c) {
    if (peek() != c || done()) return false;
    ++at;
    return true;
  }
  std::optional<std::int64_t> number() {
    std::int64_t value = 0;
    auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), value);
    if (error != std::errc() || peek() == '-') return std::nullopt;
    at = static_cast<std::size_t>(end - text.data());
    return value;
  }
  bool take_word(std::string_view word) {
    if (text.substr(at, word.size()) != word) return false;
    at += word.size();
    return true;
  }
};

template <class Value>
bool append_parsed(std::string_view text, ColumnData& to) {
  Value value{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || error != std::errc()) return false;
  to.append(value);
  return true;
}

// A numeric may lie beyond every double; what is nearer to 0 than any is 0.
Decoded append_rounded(std::string_view text, ColumnData& to) {
  double value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || error == std::errc::invalid_argument) return Decoded::malformed;
  bool is_beyond = error != std::errc() && !text.starts_with("0.") && !text.starts_with("-0.");
  if (is_beyond) {
    to.append_null();
    return Decoded::replaced;
  }
  to.append(value);
  return Decoded::good;
}

// Days since 1970-01-01 in the proleptic Gregorian calendar (Howard Hinnant's civil-day arithmetic, after
// which std::chrono is made; its years end at 32767, PostgreSQL's at 5874897).
std::int64_t days_of(std::int64_t year, std::int64_t month, std::int64_t day) {
  year -= month <= 2;
  std::int64_t era = (year >= 0 ? year : year - 399) / 400, of_era = year - era * 400;
  std::int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

// "2026-01-05", without the BC that stands at the very end.
std::optional<std::int64_t> parse_days(Cursor& cursor) {
  auto year = cursor.number();
  if (!year || !cursor.take('-')) return std::nullopt;
  auto month = cursor.number();
  if (!month || !cursor.take('-')) return std::nullopt;
  auto day = cursor.number();
  if (!day || *month < 1 || *month > 12 || *day < 1 || *day > 31 || *year > 6'000'000) return std::nullopt;
  // 1 BC is the year 0.
  if (cursor.text.ends_with(" BC")) year = 1 - *year;
  return days_of(*year, *month, *day);
}

// "10:11:12.123456"; 24:00:00 is a time too.
std::optional<std::int64_t> parse_clock(Cursor& cursor) {
  auto hours = cursor.number();
  if (!hours || !cursor.take(':')) return std::nullopt;
  auto minutes = cursor.number();
  if (!minutes || !cursor.take(':')) return std::nullopt;
  auto seconds = cursor.number();
  if (!seconds || *hours > 24 || *minutes > 59 || *seconds > 60) return std::nullopt;
  std::int64_t micros = ((*hours * 60 + *minutes) * 60 + *seconds) * 1'000'000;
  if (!cursor.take('.')) return micros;
  std::int64_t unit = 100'000;
  while (cursor.peek() >= '0' && cursor.peek() <= '9') {
    micros += (cursor.text[cursor.at++] - '0') * unit;
    unit /= 10;
  }
  return micros;
}

bool append_day(std::string_view text, ColumnData& to) {
  constexpr std::int32_t kMax = std::numeric_limits<std::int32_t>::max();
  if (text == "infinity" || text == "-infinity") {
    to.append(text[0] == '-' ? -kMax : kMax);
    return true;
  }
  Cursor cursor{text};
  auto days = parse_days(cursor);
  if (!days) return false;
  to.append(static_cast<std::int32_t>(*days));
  return true;
}

// The session's zone is UTC, so an offset is always 0.
bool append_moment(std::string_view text, ColumnData& to) {
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  if (text == "infinity" || text == "-infinity") {
    to.append(text[0] == '-' ? -kMax : kMax);
    return true;
  }
  Cursor cursor{text};
  auto days = parse_days(cursor);
  if (!days || !cursor.take(' ')) return false;
  auto clock = parse_clock(cursor);
  if (!clock) return false;
  std::int64_t micros = 0;
  bool beyond =
      __builtin_mul_overflow(*days, kDayMicros, &micros) || __builtin_add_overflow(micros, *clock, &micros);
  to.append(beyond ? kMax - 1 : micros);
  return true;
}

bool append_bytes(std::string_view text, ColumnData& to) {
  if (!text.starts_with("\\x") || text.size() % 2 != 0) return false;
  auto digit = [](char c) { return c <= '9' ? c - '0' : (c | 32) - 'a' + 10; };
  std::string bytes;
  bytes.reserve(text.size() / 2 - 1);
  for (std::size_t i = 2; i < text.size(); i += 2)
    bytes.push_back(static_cast<char>(digit(text[i]) << 4 | digit(text[i + 1])));
  to.append_text(bytes);
  return true;
}

bool is_special(std::string_view text) {
  return text == "NaN" || text == "Infinity" || text == "-Infinity";
}

Decoded append_decimal(const ColumnPlan& plan, std::string_view text, ColumnData& to) {
  if (is_special(text)) {
    to.append_null();
    return Decoded::replaced;
  }
  auto value = batch::parse_decimal(text, plan.type.precision, plan.type.scale);
  if (!value) return Decoded::malformed;
  to.append(*value);
  return Decoded::good;
}

// "$1,234.50", "-€12.00", "(12.00)": what is no digit, point or sign belongs to the currency.
Decoded append_money(const ColumnPlan& plan, std::string_view text, ColumnData& to) {
  std::string plain;
  bool negative = false;
  for (char c : text) {
    negative = negative || c == '-' || c == '(';
    if ((c >= '0' && c <= '9') || c == '.') plain.push_back(c);
  }
  return append_decimal(plan, negative ? "-" + plain : plain, to);
}

Decoded told(bool good) {
  return good ? Decoded::good : Decoded::malformed;
}

Decoded append_json(const std::optional<std::string>& json, ColumnData& to) {
  if (!json) return Decoded::malformed;
  to.append_text(*json);
  return Decoded::good;
}

// A quoted part of an array or hstore: backslashes before what is meant as it is.
std::optional<std::string> quoted_part(Cursor& cursor) {
  std::string out;
  if (!cursor.take('"')) return std::nullopt;
  while (!cursor.done() && cursor.peek() != '"') {
    cursor.take('\\');
    if (cursor.done()) return std::nullopt;
    out.push_back(cursor.text[cursor.at++]);
  }
  if (!cursor.take('"')) return std::nullopt;
  return out;
}

bool append_element(const ColumnPlan& plan, Cursor& cursor, std::string& json) {
  std::string value;
  bool quoted = cursor.peek() == '"';
  if (quoted) {
    auto part = quoted_part(cursor);
    if (!part) return false;
    value = std::move(*part);
  } else {
    while (!cursor.done() && cursor.peek() != ',' && cursor.peek() != '}') {
      cursor.take('\\');
      if (cursor.done()) return false;
      value.push_back(cursor.text[cursor.at++]);
    }
    if (value.empty()) return false;
  }
  if (!quoted && value == "NULL") {
    json += "null";
  } else if (plan.elements_are_boolean && !quoted) {
    json += value == "t" ? "true" : "false";
  } else if (plan.elements_are_json || (plan.elements_are_bare && !quoted && !is_special(value))) {
    json += value;
  } else {
    append_json_string(value, json);
  }
  return true;
}

}  // namespace

std::optional<std::string> array_to_json(const ColumnPlan& plan, std::string_view text) {
  constexpr std::size_t kDimensionsMax = 6;  // PostgreSQL's MAXDIM
  Cursor cursor{text};
  // "[2:3]={7,8}": JSON has no bounds.
  if (cursor.peek() == '[') {
    cursor.at = text.find('=');
    if (cursor.at == std::string_view::npos) return std::nullopt;
    ++cursor.at;
  }
  std::string json;
  std::size_t depth = 0;
  bool wants_value = true;  // after "{" or ","
  do {
    char c = cursor.peek();
    if (c == '{' && wants_value && depth < kDimensionsMax) {
      ++cursor.at;
      ++depth;
      json.push_back('[');
      wants_value = cursor.peek() != '}';
    } else if (c == '}' && !wants_value && depth > 0) {
      ++cursor.at;
      --depth;
      json.push_back(']');
    } else if (c == ',' && !wants_value && depth > 0) {
      ++cursor.at;
      json.push_back(',');
      wants_value = true;
    } else if (wants_value && depth > 0) {
      if (!append_element(plan, cursor, json)) return std::nullopt;
      wants_value = false;
    } else {
      return std::nullopt;
    }
  } while (depth > 0);
  if (!cursor.done()) return std::nullopt;
  return json;
}

std::optional<std::string> hstore_to_json(std::string_view text) {
  Cursor cursor{text};
  std::string json = "{";
  while (!cursor.done()) {
    if (json.size() > 1) {
      if (!cursor.take(',') || !cursor.take(' ')) return std::nullopt;
      json.push_back(',');
    }
    auto key = quoted_part(cursor);
    if (!key || !cursor.take_word("=>")) return std::nullopt;
    append_json_string(*key, json);
    json.push_back(':');
    if (cursor.take_word("NULL")) {
      json += "null";
      continue;
    }
    auto value = quoted_part(cursor);
    if (!value) return std::nullopt;
    append_json_string(*value, json);
  }
  return json + "}";
}

Decoded append_geometry(const std::optional<std::string>& text, ColumnData& to) {
  if (!text) return Decoded::malformed;
  to.append_text(*text);
  return Decoded::good;
}

Decoded append_text(const ColumnPlan& plan, std::string_view text, ColumnData& to) {
  switch (plan.form) {
    case Form::boolean:
      if (text != "t" && text != "f") return Decoded::malformed;
      to.append(static_cast<std::uint8_t>(text == "t"));
      return Decoded::good;
    case Form::int16:
      return told(append_parsed<std::int16_t>(text, to));
    case Form::int32:
      return told(append_parsed<std::int32_t>(text, to));
    case Form::int64:
    case Form::oid:
      return told(append_parsed<std::int64_t>(text, to));
    case Form::float32:
      return told(append_parsed<float>(text, to));
    case Form::float64:
      return told(append_parsed<double>(text, to));
    case Form::decimal:
      return append_decimal(plan, text, to);
    case Form::money:
      return append_money(plan, text, to);
    case Form::number_text:
      if (plan.type.kind == TypeKind::float64) return append_rounded(text, to);
      to.append_text(text);
      return Decoded::good;
    case Form::bytes:
      return told(append_bytes(text, to));
    case Form::date:
      return told(append_day(text, to));
    case Form::timestamp:
      return told(append_moment(text, to));
    case Form::time: {
      Cursor cursor{text};
      auto clock = parse_clock(cursor);
      if (!clock) return Decoded::malformed;
      to.append(*clock);
      return Decoded::good;
    }
    case Form::array:
      return append_json(array_to_json(plan, text), to);
    case Form::hstore:
      return append_json(hstore_to_json(text), to);
    case Form::geometry:
      return append_geometry(hex_wkb_to_text(text), to);
    case Form::text:
    case Form::jsonb:
    case Form::uuid:
    case Form::plain_text:
      to.append_text(text);
      return Decoded::good;
  }
  return Decoded::malformed;
}

}  // namespace leat::sources::postgres

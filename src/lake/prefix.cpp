#include "lake/prefix.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"

namespace leat::lake {
namespace {

constexpr std::string_view kPatternLetters = "yMdHmsS";
constexpr std::string_view kNull = "__HIVE_DEFAULT_PARTITION__";

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

[[noreturn]] void raise(const std::string& what, const std::string& text) {
  throw Error(ErrorCode::lake_expression, what, text);
}

struct Calendar {
  std::chrono::year_month_day day;
  std::chrono::hh_mm_ss<std::chrono::microseconds> clock;
  explicit Calendar(Timestamp time)
      : day(std::chrono::floor<std::chrono::days>(time)),
        clock(time - std::chrono::floor<std::chrono::days>(time)) {}
};

std::int64_t field(char letter, const Calendar& at) {
  switch (letter) {
    case 'y':
      return static_cast<int>(at.day.year());
    case 'M':
      return static_cast<unsigned>(at.day.month());
    case 'd':
      return static_cast<unsigned>(at.day.day());
    case 'H':
      return at.clock.hours().count();
    case 'm':
      return at.clock.minutes().count();
    default:
      return at.clock.seconds().count();
  }
}

}  // namespace

std::string format_pattern(std::string_view pattern, Timestamp time) {
  Calendar at(time);
  std::string out;
  for (std::size_t i = 0; i < pattern.size();) {
    char c = pattern[i];
    if (c == '\'') {
      std::size_t end = std::min(pattern.find('\'', i + 1), pattern.size());
      out += end == i + 1 ? std::string_view("'") : pattern.substr(i + 1, end - i - 1);
      i = end + 1;
      continue;
    }
    std::size_t run = 1;
    while (i + run < pattern.size() && pattern[i + run] == c) ++run;
    if (!is_letter(c)) {
      out.append(run, c);
    } else if (c == 'S') {
      out += fmt::format("{:06}", at.clock.subseconds().count()).substr(0, run);
    } else if (c == 'y' && run == 2) {
      out += fmt::format("{:02}", field(c, at) % 100);
    } else {
      out += fmt::format("{:0{}}", field(c, at), run);
    }
    i += run;
  }
  return out;
}

std::string hive_escape(std::string_view value) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  constexpr std::string_view kEscaped = "\"#%'*/:=?\\{[]^";
  if (value.empty()) return std::string(kNull);
  std::string out;
  for (char c : value) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F || kEscaped.find(c) != std::string_view::npos) {
      out += '%';
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[c & 15];
    } else {
      out += c;
    }
  }
  return out == "." || out == ".." ? "%2E" + out.substr(1) : out;
}

Prefix::Prefix(std::string text) : text_(std::move(text)) {
  std::string_view rest = text_;
  while (!rest.empty()) {
    std::size_t open = std::min(rest.find("!{"), rest.size());
    if (open > 0) parts_.push_back({Kind::literal, std::string(rest.substr(0, open))});
    rest.remove_prefix(open);
    if (rest.empty()) break;
    std::size_t close = rest.find('}');
    if (close == std::string_view::npos) raise("An expression is not closed", text_);
    add_expression(rest.substr(2, close - 2));
    rest.remove_prefix(close + 1);
  }
  if (text_.starts_with('/')) raise("A prefix may not begin with a slash", text_);
}

void Prefix::add_expression(std::string_view expression) {
  std::size_t colon = std::min(expression.find(':'), expression.size());
  std::string name(expression.substr(0, colon));
  std::string argument(expression.substr(std::min(colon + 1, expression.size())));
  if (name == "timestamp") {
    bool is_quoted = false;
    for (char c : argument) {
      if (c == '\'') is_quoted = !is_quoted;
      if (!is_quoted && is_letter(c) && kPatternLetters.find(c) == std::string_view::npos)
        raise(fmt::format("The letter `{}` of a time is not known; there are y, M, d, H, m, s, S", c), text_);
    }
    if (argument.empty()) raise("A time needs a pattern, such as yyyy/MM/dd", text_);
    uses_time_ = true;
    parts_.push_back({Kind::time, argument});
  } else if (name == "partitionKeyFromQuery" || name == "partitionKeyFromLambda" || name == "key") {
    if (argument.empty()) raise("A key needs the name of a field", text_);
    if (std::find(keys_.begin(), keys_.end(), argument) == keys_.end()) keys_.push_back(argument);
    parts_.push_back({Kind::key, argument});
  } else if (expression == "firehose:error-output-type") {
    parts_.push_back({Kind::error_type, ""});
  } else if (expression == "firehose:random-string") {
    parts_.push_back({Kind::random_string, ""});
  } else if (expression == "connection" || expression == "stream" || expression == "schema" ||
             expression == "table") {
    Kind kind = expression == "connection" ? Kind::connection
                : expression == "stream"   ? Kind::stream
                : expression == "schema"   ? Kind::schema
                                           : Kind::table;
    parts_.push_back({kind, ""});
  } else {
    raise(fmt::format("There is no expression `{}`", expression), text_);
  }
}

std::string Prefix::evaluate(const PrefixValues& values) const {
  std::string out;
  for (const Part& part : parts_) {
    switch (part.kind) {
      case Kind::literal:
        out += part.text;
        break;
      case Kind::time:
        out += format_pattern(part.text, values.time);
        break;
      case Kind::key: {
        std::optional<std::string> value = values.key(part.text);
        out += value ? hive_escape(*value) : std::string(kNull);
        break;
      }
      case Kind::error_type:
        out += values.error_type;
        break;
      case Kind::random_string:
        out += values.random_string;
        break;
      case Kind::connection:
        out += hive_escape(values.connection);
        break;
      case Kind::stream:
        out += hive_escape(values.stream);
        break;
      case Kind::schema:
        out += hive_escape(values.schema);
        break;
      case Kind::table:
        out += hive_escape(values.table);
        break;
    }
  }
  return out;
}

}  // namespace leat::lake

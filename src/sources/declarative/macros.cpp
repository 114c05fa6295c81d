#include "sources/declarative/macros.h"

#include <fmt/core.h>

#include <cctype>
#include <cmath>

#include "base/base64.h"
#include "base/error.h"
#include "http/url.h"
#include "jinja/call.h"
#include "jinja/datetime.h"
#include "jinja/operations.h"
#include "jinja/regex.h"
#include "sources/declarative/calendar_duration.h"
#include "sources/declarative/datetime_format.h"
#include "sources/declarative/digests.h"
#include "sources/declarative/json_value.h"

namespace leat::sources::declarative {
namespace {

using jinja::CallArguments;
using jinja::Value;

// A duration with months: it can be added to and taken from dates.
class MonthDuration final : public jinja::Object {
 public:
  explicit MonthDuration(CalendarDuration duration) : duration_(duration) {}
  std::string_view type_name() const override { return "Duration"; }
  std::optional<Value> binary(jinja::Operator op, const Value& other, bool reflected) override {
    std::optional<Timestamp> time = jinja::instant_of(other);
    if (!time) return std::nullopt;
    if (op == jinja::Operator::add) return jinja::make_utc_datetime(plus(*time, duration_));
    if (op == jinja::Operator::subtract && reflected)
      return jinja::make_utc_datetime(minus(*time, duration_));
    return std::nullopt;
  }

 private:
  CalendarDuration duration_;
};

// An instant of whatever a macro was given: a date, or text in ISO form (or in `format`).
Timestamp instant(CallArguments& arguments, const Value& value, std::string_view format = {}) {
  if (std::optional<Timestamp> time = jinja::instant_of(value)) return *time;
  if (std::optional<Timestamp> date = jinja::local_time_of(value)) return *date;
  std::string text = jinja::to_text(value);
  std::optional<Timestamp> time = format.empty() ? parse_iso_timestamp(text) : parse_datetime(text, format);
  if (!time) arguments.fail(fmt::format("can't read the date {}", text));
  return *time;
}

Value timestamp(CallArguments& arguments) {
  const Value& value = arguments.require(0, "dt");
  if (value.is_number()) {
    if (!(std::fabs(value.as_real()) < 9e18)) arguments.fail("the number is no timestamp");
    return Value(static_cast<std::int64_t>(value.as_real()));
  }
  return Value(static_cast<double>(instant(arguments, value).time_since_epoch().count()) / 1e6);
}

template <bool kGreatest>
Value extreme(CallArguments& arguments) {
  std::vector<Value> all(arguments.positional.begin(), arguments.positional.end());
  if (all.size() == 1 && (all[0].is_list() || all[0].is_tuple())) all = all[0].items();
  if (all.empty()) arguments.fail("needs at least one value");
  Value best = all[0];
  for (const Value& each : all) {
    if (kGreatest ? jinja::order(each, best) > 0 : jinja::order(each, best) < 0) best = each;
  }
  return best;
}

Value duration(CallArguments& arguments) {
  const std::string& text = arguments.text(0, "datestring");
  std::optional<CalendarDuration> length = parse_iso_duration(text);
  if (!length) arguments.fail(fmt::format("{} is no ISO 8601 duration", text));
  if (length->months == 0) return jinja::make_timedelta(length->length);
  return Value(jinja::make_ref<MonthDuration>(*length));
}

Value format_date_macro(CallArguments& arguments) {
  std::string input = arguments.text_or(2, "input_format", "");
  const Value& date = arguments.require(0, "dt");
  if (date.is_integral() && input.empty()) input = "%s";
  return Value(format_datetime(instant(arguments, date, input), arguments.text(1, "format")));
}

Value snake_case(CallArguments& arguments) {
  std::string out;
  for (char c : arguments.text(0, "value")) {
    bool upper = std::isupper(static_cast<unsigned char>(c));
    if (upper && !out.empty()) out += '_';
    out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return Value(out);
}

// As Python's b64decode: what is no digit is passed over, padding ends the text, and bits that fill no byte
// are left.
Value base64_decoded(CallArguments& arguments) {
  std::string digits;
  for (char c : jinja::to_text(arguments.self)) {
    if (c == '=') break;
    if (std::isalnum(static_cast<unsigned char>(c)) || c == '+' || c == '/') digits += c;
  }
  std::size_t bytes = digits.size() * 6 / 8;
  digits.resize((digits.size() + 3) / 4 * 4, 'A');  // zeros: whole groups, of which what was given is kept
  return Value(decode_base64(digits).value_or("").substr(0, bytes));
}

Value hash(CallArguments& arguments) {
  std::string name = arguments.text_or(0, "hash_type", "md5");
  std::optional<std::string> out =
      hash_hex(name, jinja::to_text(arguments.self) + arguments.text_or(1, "salt", ""));
  if (!out) throw Error(ErrorCode::jinja_type, fmt::format("There is no hash `{}`", name));
  return Value(*out);
}

Value keyed_hash(CallArguments& arguments) {
  if (arguments.text_or(1, "hash_type", "sha256") != "sha256")
    throw Error(ErrorCode::jinja_type, "hmac knows sha256 only");
  return Value(hmac_sha256_hex(jinja::to_text(arguments.require(0, "key")), jinja::to_text(arguments.self)));
}

}  // namespace

std::vector<NamedFunction> connector_macros(Env& env) {
  auto today = [&env] {
    return static_cast<std::int32_t>(
        std::chrono::floor<std::chrono::days>(env.now()).time_since_epoch().count());
  };
  return {
      {"now_utc", [&env](CallArguments&) { return jinja::make_utc_datetime(env.now()); }},
      {"today_utc", [today](CallArguments&) { return jinja::make_date(today()); }},
      {"today_with_timezone",
       [&env](CallArguments& arguments) {
         Value there = jinja::make_datetime_in(env.now(), arguments.text(0, "timezone"));
         auto day = std::chrono::floor<std::chrono::days>(*jinja::local_time_of(there));
         return jinja::make_date(static_cast<std::int32_t>(day.time_since_epoch().count()));
       }},
      {"timestamp", timestamp},
      {"str_to_datetime",
       [](CallArguments& arguments) {
         return jinja::make_utc_datetime(instant(arguments, arguments.require(0, "s")));
       }},
      {"max", extreme<true>},
      {"min", extreme<false>},
      {"day_delta",
       [&env](CallArguments& arguments) {
         constexpr std::int64_t kDaysMax = 3'652'059;  // from the year 1 to 9999
         std::int64_t days = arguments.integer_or(0, "num_days", 0);
         if (days > kDaysMax || days < -kDaysMax) arguments.fail("the date is out of range");
         Timestamp time = env.now() + std::chrono::days(days);
         return Value(format_datetime(time, arguments.text_or(1, "format", "%Y-%m-%dT%H:%M:%S.%f%z")));
       }},
      {"duration", duration},
      {"format_datetime", format_date_macro},
      {"sanitize_url",
       [](CallArguments& arguments) { return Value(http::encode(arguments.text(0, "value"))); }},
      {"camel_case_to_snake_case", snake_case},
      {"generate_uuid", [&env](CallArguments&) { return Value(env.uuid()); }},
  };
}

std::vector<NamedFunction> connector_filters() {
  return {
      {"string",
       [](CallArguments& arguments) {
         // In quotes, so that it stays text when the template's result is read.
         return arguments.self.is_string() ? arguments.self
                                           : Value("\"\"\"" + jinja::to_json(arguments.self) + "\"\"\"");
       }},
      {"hash", hash},
      {"hmac", keyed_hash},
      // It encodes, whatever its name says: connectors rely on it.
      {"base64binascii_decode",
       [](CallArguments& arguments) { return Value(base64(jinja::to_text(arguments.self))); }},
      {"base64encode",
       [](CallArguments& arguments) { return Value(base64(jinja::to_text(arguments.self))); }},
      {"base64decode", base64_decoded},
      {"regex_search",
       [](CallArguments& arguments) {
         return Value(
             jinja::regex_first(arguments.text(0, "regex"), jinja::to_text(arguments.self), 1).value_or(""));
       }},
      {"regex_replace",
       [](CallArguments& arguments) {
         return Value(jinja::regex_replace(arguments.text(0, "regex"), arguments.text(1, "replacement"),
                                           jinja::to_text(arguments.self)));
       }},
  };
}

}  // namespace leat::sources::declarative

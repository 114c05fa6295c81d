#include "dbt/time_window.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "document/value.h"
#include "jinja/datetime.h"
#include "jinja/operations.h"

namespace leat::dbt {

namespace {

using std::chrono::days;
using std::chrono::hours;

constexpr std::array<std::string_view, 4> kSizes = {"hour", "day", "month", "year"};
// More batches than these are a slip of the pen in `begin`.
constexpr std::size_t kBatchesMax = 1'000'000;

std::chrono::year_month_day date_of(Timestamp time) {
  return std::chrono::year_month_day(std::chrono::floor<days>(time));
}

[[noreturn]] void refuse(const Node& node, const std::string& what, const char* advice) {
  throw Error(ErrorCode::dbt_project, fmt::format("The microbatch model `{}` {}", node.name, what),
              node.display)
      .fix(advice);
}

std::optional<Timestamp> time_of(const jinja::Value& value) {
  if (auto instant = jinja::instant_of(value)) return *instant;
  return parse_iso_timestamp(jinja::to_text(value));
}

}  // namespace

std::optional<BatchSize> batch_size(std::string_view word) {
  auto found = std::find(kSizes.begin(), kSizes.end(), word);
  if (found == kSizes.end()) return std::nullopt;
  return static_cast<BatchSize>(found - kSizes.begin());
}

Timestamp truncated(Timestamp time, BatchSize size) {
  using namespace std::chrono;
  if (size == BatchSize::hour) return floor<hours>(time);
  if (size == BatchSize::day) return floor<days>(time);
  year_month_day date = date_of(time);
  return sys_days(size == BatchSize::month ? date.year() / date.month() / 1 : date.year() / January / 1);
}

Timestamp offset(Timestamp time, BatchSize size, int units) {
  Timestamp begin = truncated(time, size);
  if (size == BatchSize::hour) return begin + hours(units);
  if (size == BatchSize::day) return begin + days(units);
  std::chrono::year_month_day date = date_of(begin);
  if (size == BatchSize::month) return std::chrono::sys_days(date + std::chrono::months(units));
  return std::chrono::sys_days(date + std::chrono::years(units));
}

std::string batch_id(Timestamp begin, BatchSize size) {
  std::string text = format_sql_timestamp(begin);  // 2024-09-17 16:00:00
  std::string id = text.substr(0, 4);
  if (size == BatchSize::year) return id;
  id += text.substr(5, 2);
  if (size == BatchSize::month) return id;
  id += text.substr(8, 2);
  return size == BatchSize::day ? id : id + "T" + text.substr(11, 2);
}

bool is_microbatch(const Node& node) {
  return node.type == ResourceType::model && node.materialized() == "incremental" &&
         node.config_text("incremental_strategy") == "microbatch";
}

std::vector<TimeWindow> batches_of(const Node& node, bool is_there, const std::optional<TimeWindow>& asked,
                                   Timestamp now) {
  std::optional<BatchSize> size = batch_size(node.config_text("batch_size"));
  if (!size) refuse(node, "has no `batch_size`", "It is hour, day, month or year.");
  if (node.config_text("event_time").empty())
    refuse(node, "has no `event_time`", "Name the column by whose time its rows belong to a batch.");
  Timestamp end = asked ? asked->end : now;
  if (truncated(end, *size) != end) end = offset(end, *size, 1);
  Timestamp begin;
  if (asked) {
    begin = truncated(asked->begin, *size);
  } else if (!is_there) {
    const jinja::Value* given = node.setting("begin");
    std::optional<Timestamp> time = given ? time_of(*given) : std::nullopt;
    if (!time) refuse(node, "has no `begin`, or one that is no date", "Write it as begin='2024-01-01'.");
    begin = truncated(*time, *size);
  } else {
    const jinja::Value* given = node.setting("lookback");
    std::int64_t lookback = given && given->is_integral() ? given->as_integer() : 1;
    begin = offset(end, *size, -1 - static_cast<int>(std::clamp<std::int64_t>(lookback, 0, 100'000)));
  }
  std::vector<TimeWindow> batches;
  do {
    Timestamp next = offset(begin, *size, 1);
    batches.push_back({begin, next});
    begin = next;
    if (batches.size() > kBatchesMax)
      refuse(node, fmt::format("has more than {} batches", kBatchesMax),
             "Begin later, or with larger batches.");
  } while (begin < end);
  batches.back().end = end;
  return batches;
}

TimeWindow parse_sample(const std::string& text, Timestamp now) {
  if (text.find('{') != std::string::npos) {
    document::Value given = document::parse_yaml(text, "--sample");
    return {parse_event_time(given["start"].raw(), "--sample"),
            parse_event_time(given["end"].raw(), "--sample")};
  }
  std::size_t space = text.find(' ');
  std::optional<std::int64_t> count = jinja::parse_integer(text.substr(0, space));
  std::string unit = space == std::string::npos ? "" : text.substr(space + 1);
  if (unit.ends_with('s')) unit.pop_back();
  std::optional<BatchSize> size = batch_size(unit);
  constexpr std::int64_t kUnitsMax = 100'000;
  if (!count || *count < 0 || *count > kUnitsMax || !size)
    throw Error(ErrorCode::cli_usage, fmt::format("`{}` is no window of time", text), "--sample")
        .fix(
            "Write it as \"3 days\" (hours, days, months, years) or \"{start: 2024-07-01, end: "
            "2024-07-08}\".");
  return {offset(now, *size, -static_cast<int>(*count)), now};
}

Timestamp parse_event_time(const std::string& text, const char* option) {
  std::optional<Timestamp> time = parse_iso_timestamp(text);
  if (!time)
    throw Error(ErrorCode::cli_usage, fmt::format("`{}` is no time", text), option)
        .fix("Write it as \"2024-09-01\" or \"2024-09-01 18:00:00\", in UTC.");
  return *time;
}

TimeWindow common(const TimeWindow& one, const TimeWindow& other) {
  TimeWindow both{std::max(one.begin, other.begin), std::min(one.end, other.end)};
  if (both.end < both.begin) both.end = both.begin;
  return both;
}

std::string event_time_text(Timestamp time) {
  return format_sql_timestamp(time) + "+00:00";
}

}  // namespace leat::dbt

#include "run/schedules/cron_parser.h"

#include <fmt/core.h>

#include <charconv>
#include <functional>

#include "base/error.h"

namespace leat::run {
namespace {

constexpr const char* kMonths[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                   "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr const char* kWeekdays[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
constexpr std::size_t kLongest = 1000;

struct Named {
  std::string_view name, meaning;
};
constexpr Named kNamed[] = {{"@yearly", "0 0 1 1 *"}, {"@annually", "0 0 1 1 *"}, {"@monthly", "0 0 1 * *"},
                            {"@weekly", "0 0 * * 0"}, {"@daily", "0 0 * * *"},    {"@midnight", "0 0 * * *"},
                            {"@hourly", "0 * * * *"}};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_word(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (lower(a[i]) != lower(b[i])) return false;
  return true;
}

bool is_any(std::string_view field) {
  return field.starts_with('*') || field == "?";
}

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> out;
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t end = at;
    while (end < text.size() && text[end] != ' ' && text[end] != '\t') ++end;
    if (end > at) out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

void each_item(std::string_view list, const std::function<void(std::string_view)>& take) {
  for (std::size_t at = 0;;) {
    std::size_t comma = list.find(',', at);
    take(list.substr(at, comma == std::string_view::npos ? comma : comma - at));
    if (comma == std::string_view::npos) return;
    at = comma + 1;
  }
}

}  // namespace

void CronParser::fail(const std::string& why) const {
  throw Error(ErrorCode::schedule_invalid,
              fmt::format("`{}` is no cron expression: {}", text_.substr(0, kLongest), why), where_);
}

void CronParser::fail(const Field& field, std::string_view item, std::string_view why) const {
  fail(fmt::format("the {} `{}` {}", field.name, item, why));
}

int CronParser::number(const Field& field, std::string_view word, std::string_view item) const {
  for (int i = 0; i < field.word_count; ++i)
    if (same_word(word, field.words[i])) return field.low + i;
  int value = -1;
  auto [end, problem] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (word.empty() || problem != std::errc() || end != word.data() + word.size() || word[0] == '-')
    fail(field, item, "is not understood");
  if (value < field.low || value > field.high)
    fail(field, item, fmt::format("is not from {} to {}", field.low, field.high));
  return value;
}

// One item without commas: *, 5, 5-9, */15, 5-40/5, 5/15.
std::uint64_t CronParser::read_item(const Field& field, std::string_view item) const {
  std::size_t slash = item.find('/');
  std::string_view range = item.substr(0, slash);
  int step = 1;
  if (slash != std::string_view::npos) {
    Field steps{field.name, 1, field.high, nullptr, 0};
    step = number(steps, item.substr(slash + 1), item);
  }
  int from = field.low, to = field.high;
  if (range != "*") {
    std::size_t dash = range.find('-');
    from = number(field, range.substr(0, dash), item);
    if (dash != std::string_view::npos) {
      to = number(field, range.substr(dash + 1), item);
    } else if (slash == std::string_view::npos) {
      to = from;
    }
  }
  bool wraps = from > to && field.words == kWeekdays;  // fri-mon
  if (from > to && !wraps) fail(field, item, "ends before it begins");
  std::uint64_t set = 0;
  for (int i = from; i <= (wraps ? to + 7 : to); i += step) set |= std::uint64_t{1} << (wraps ? i % 7 : i);
  return set;
}

std::uint64_t CronParser::read_set(const Field& field, std::string_view text) const {
  std::uint64_t set = 0;
  each_item(text, [&](std::string_view item) { set |= read_item(field, item); });
  return set;
}

// L, L-3, LW, 15W
bool CronParser::read_special_day(const Field& field, std::string_view item) {
  if (same_word(item, "L")) {
    out_.before_last_.push_back(0);
  } else if (same_word(item, "LW") || same_word(item, "WL")) {
    out_.last_workday_ = true;
  } else if (item.size() > 2 && lower(item[0]) == 'l' && item[1] == '-') {
    Field before{field.name, 1, 30, nullptr, 0};
    out_.before_last_.push_back(number(before, item.substr(2), item));
  } else if (item.size() > 1 && lower(item.back()) == 'w') {
    out_.workday_near_.push_back(number(field, item.substr(0, item.size() - 1), item));
  } else {
    return false;
  }
  return true;
}

void CronParser::read_days(const Field& field, std::string_view text) {
  out_.any_day_ = is_any(text);
  if (text == "?") text = "*";
  each_item(text, [&](std::string_view item) {
    if (!read_special_day(field, item)) out_.days_ |= read_item(field, item);
  });
}

// Weekdays with Sunday as 0 only.
std::uint64_t CronParser::weekday_set(const Field& field, std::string_view item) const {
  // A range that ends with Sunday ends with 7.
  std::size_t dash = item.find('-');
  std::string with_seven;
  if (dash != std::string_view::npos && same_word(item.substr(dash + 1, 3), "sun") &&
      !same_word(item.substr(0, dash), "sun")) {
    with_seven = fmt::format("{}-7{}", item.substr(0, dash), item.substr(dash + 4));
    item = with_seven;
  }
  std::uint64_t set = item == "*" || item.starts_with("*/")
                          ? read_item({field.name, 0, 6, kWeekdays, 7}, item)
                          : read_item(field, item);
  return (set & 0x7F) | (set >> 7 & 1);
}

void CronParser::read_weekdays(const Field& field, std::string_view text) {
  out_.any_weekday_ = is_any(text);
  if (text == "?") text = "*";
  each_item(text, [&](std::string_view item) {
    if (std::size_t hash = item.find('#'); hash != std::string_view::npos) {
      Field which{"number of the weekday", 1, 5, nullptr, 0};
      int nth = number(which, item.substr(hash + 1), item);
      out_.nth_weekdays_[static_cast<std::size_t>(nth)] |= weekday_set(field, item.substr(0, hash));
    } else if (item.size() > 1 && lower(item.back()) == 'l') {
      out_.last_weekdays_ |= weekday_set(field, item.substr(0, item.size() - 1));
    } else {
      out_.weekdays_ |= weekday_set(field, item);
    }
  });
}

CronExpression CronParser::parse() {
  if (text_.size() > kLongest) fail("it is longer than any");
  std::vector<std::string_view> fields = words(text_);
  if (fields.size() == 1 && fields[0].starts_with('@')) {
    std::string_view meaning;
    for (const Named& each : kNamed)
      if (same_word(fields[0], each.name)) meaning = each.meaning;
    if (meaning.empty()) fail("there are @yearly, @monthly, @weekly, @daily and @hourly");
    fields = words(meaning);
  }
  if (fields.size() != 5 && fields.size() != 6)
    fail(fmt::format("it has {} fields, not five (or six, with seconds first)", fields.size()));
  std::size_t at = 0;
  if (fields.size() == 6) {
    out_.seconds_ = read_set({"second", 0, 59, nullptr, 0}, fields[0]);
    out_.is_fixed_ = !is_any(fields[0]);
    at = 1;
  }
  out_.minutes_ = read_set({"minute", 0, 59, nullptr, 0}, fields[at]);
  out_.hours_ = read_set({"hour", 0, 23, nullptr, 0}, fields[at + 1]);
  out_.is_fixed_ = out_.is_fixed_ && !is_any(fields[at]) && !is_any(fields[at + 1]);
  read_days({"day", 1, 31, nullptr, 0}, fields[at + 2]);
  out_.months_ = read_set({"month", 1, 12, kMonths, 12}, fields[at + 3]);
  read_weekdays({"weekday", 0, 7, kWeekdays, 7}, fields[at + 4]);
  if (!out_.next(std::chrono::local_days(std::chrono::year(2000) / 1 / 1))) fail("no such day ever comes");
  return out_;
}

}  // namespace leat::run

#include "sources/declarative/custom_dates.h"

#include <fmt/core.h>

#include <charconv>

#include "base/time.h"
#include "sources/declarative/datetime_format.h"

namespace leat::sources::declarative {
namespace {

using jinja::Value;

// Takes a number with an optional minus; nullopt where none stands.
std::optional<std::int64_t> take_number(std::string_view& text) {
  std::int64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

std::optional<std::string> iso_of_net_date(std::string_view text) {
  constexpr std::int64_t kMillisMax = 253402300799999;  // the end of the year 9999
  std::size_t at = text.find("Date(");
  if (at == std::string_view::npos) return std::nullopt;
  text.remove_prefix(at + 5);
  std::optional<std::int64_t> millis = take_number(text);
  if (!millis || *millis > kMillisMax || *millis < -kMillisMax) return std::nullopt;
  std::int64_t shift = 0;
  if (text.size() >= 5 && (text[0] == '+' || text[0] == '-')) {
    std::string_view digits = text.substr(1, 4), hours = digits.substr(0, 2), minutes = digits.substr(2);
    std::optional<std::int64_t> h = take_number(hours), m = take_number(minutes);
    if (h && m) shift = (*h * 60 + *m) * 60'000 * (text[0] == '+' ? 1 : -1);
  }
  if (text.find(')') == std::string_view::npos) return std::nullopt;
  Timestamp time{std::chrono::microseconds((*millis + shift) * 1000)};
  return format_datetime(std::chrono::floor<std::chrono::seconds>(time), "%Y-%m-%dT%H:%M:%S+00:00");
}

}  // namespace

Value with_net_dates(Value value) {
  if (value.is_list()) {
    for (Value& item : value.as_list().items) {
      if (item.is_list() || item.is_dict()) with_net_dates(item);
    }
  } else if (value.is_dict()) {
    for (auto& entry : value.as_dict().entries()) {
      if (entry.key.is_absent()) continue;
      if (entry.value.is_string()) {
        if (auto iso = iso_of_net_date(entry.value.as_string())) entry.value = Value(*iso);
      } else {
        with_net_dates(entry.value);
      }
    }
  }
  return value;
}

std::optional<std::string> iso_of_mail_date(std::string_view text) {
  std::optional<Timestamp> time = parse_datetime(text, "%a, %d %b %Y %H:%M:%S %z");
  if (!time || text.size() < 5) return std::nullopt;
  std::string_view zone = text.substr(text.size() - 5);
  std::string_view hours = zone.substr(1, 2), minutes = zone.substr(3, 2);
  std::optional<std::int64_t> h = take_number(hours), m = take_number(minutes);
  if (!h || !m || (zone[0] != '+' && zone[0] != '-')) return std::nullopt;
  Timestamp there = *time + std::chrono::minutes((*h * 60 + *m) * (zone[0] == '-' ? -1 : 1));
  return fmt::format("{}{}{}:{}", format_datetime(there, "%Y-%m-%dT%H:%M:%S"), zone[0], zone.substr(1, 2),
                     zone.substr(3, 2));
}

std::optional<std::string> python_isoformat(std::string_view text) {
  std::optional<Timestamp> time = parse_iso_timestamp(text);
  if (!time) return std::nullopt;
  bool whole = time->time_since_epoch().count() % 1'000'000 == 0;
  return format_datetime(*time, whole ? "%Y-%m-%dT%H:%M:%S+00:00" : "%Y-%m-%dT%H:%M:%S.%f+00:00");
}

bool is_zero_date(std::string_view text) {
  std::size_t dashes = 0;
  for (char c : text) {
    if (c == '-') {
      if (++dashes == 2) return true;
    } else if (c != '0') {
      return false;
    }
  }
  return false;
}

}  // namespace leat::sources::declarative

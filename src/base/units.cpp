#include "base/units.h"

#include <fmt/core.h>

#include <charconv>
#include <utility>

namespace leat {
namespace {

// Splits a leading decimal number off `text`.
std::optional<double> leading_number(std::string_view& text) {
  double value = 0;
  auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc() || value < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  return value;
}

std::string_view leading_word(std::string_view& text) {
  std::size_t length = 0;
  while (length < text.size() && ((text[length] | 32) >= 'a' && (text[length] | 32) <= 'z')) ++length;
  std::string_view word = text.substr(0, length);
  text.remove_prefix(length);
  return word;
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  static constexpr std::pair<std::string_view, double> kUnits[] = {
      {"ms", 1}, {"s", 1000}, {"m", 60000}, {"min", 60000}, {"h", 3600000}, {"d", 86400000}};
  if (text.empty()) return std::nullopt;
  double total = 0;
  while (!text.empty()) {
    std::optional<double> number = leading_number(text);
    if (!number) return std::nullopt;
    std::string_view word = leading_word(text);
    bool found = false;
    for (const auto& [unit, factor] : kUnits) {
      if (unit != word) continue;
      total += *number * factor;
      found = true;
    }
    if (!found) return std::nullopt;
  }
  return std::chrono::milliseconds(static_cast<std::int64_t>(total));
}

std::optional<std::int64_t> parse_bytes(std::string_view text) {
  static constexpr std::pair<std::string_view, double> kUnits[] = {
      {"", 1}, {"B", 1}, {"KB", 1024}, {"MB", 1024. * 1024}, {"GB", 1024. * 1024 * 1024}};
  std::optional<double> number = leading_number(text);
  if (!number) return std::nullopt;
  for (const auto& [unit, factor] : kUnits) {
    if (unit == text) return static_cast<std::int64_t>(*number * factor);
  }
  return std::nullopt;
}

std::string format_duration(std::chrono::milliseconds duration) {
  std::int64_t millis = duration.count();
  if (millis < 1000) return fmt::format("{} ms", millis);
  if (millis < 60000) return fmt::format("{:.1f} s", static_cast<double>(millis) / 1000);
  if (millis < 3600000) return fmt::format("{} min {} s", millis / 60000, millis / 1000 % 60);
  return fmt::format("{} h {} min", millis / 3600000, millis / 60000 % 60);
}

std::string format_bytes(std::int64_t bytes) {
  static constexpr const char* kUnits[] = {"B", "KB", "MB", "GB", "TB"};
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < std::size(kUnits)) {
    value /= 1024;
    ++unit;
  }
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, kUnits[unit]);
}

std::string format_count(std::int64_t count) {
  std::string text = fmt::format("{}", count);
  std::size_t first = text[0] == '-' ? 1 : 0;
  for (std::size_t at = text.size(); at > first + 3; at -= 3) text.insert(at - 3, 1, ',');
  return text;
}

}  // namespace leat

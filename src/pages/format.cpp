#include "pages/format.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "document/value.h"

namespace leat::pages {
namespace {

struct NamedCode {
  std::string_view name, code;
};

constexpr NamedCode kDateCodes[] = {{"ddd", "ddd"},
                                    {"dddd", "dddd"},
                                    {"mmm", "mmm"},
                                    {"mmmm", "mmmm"},
                                    {"yyyy", "yyyy"},
                                    {"shortdate", "mmm d/yy"},
                                    {"longdate", "mmmm d, yyyy"},
                                    {"fulldate", "dddd mmmm d, yyyy"},
                                    {"mdy", "m/d/yy"},
                                    {"dmy", "d/m/yy"},
                                    {"hms", "h:mm:ss AM/PM"}};
constexpr NamedCode kNumberCodes[] = {{"id", "@"},
                                      {"fract", "# ?/?"},
                                      {"mult", "#,##0.0\"x\""},
                                      {"mult0", "#,##0\"x\""},
                                      {"mult1", "#,##0.0\"x\""},
                                      {"mult2", "#,##0.00\"x\""},
                                      {"sci", "0.00E+0"},
                                      {"pct0", "#,##0%"},
                                      {"pct1", "#,##0.0%"},
                                      {"pct2", "#,##0.00%"},
                                      {"pct3", "#,##0.000%"},
                                      {"duration", "[duration]"},
                                      {"duration_hrs", "[duration_hrs]"}};
constexpr NamedCode kCurrencies[] = {{"usd", "$"},  {"aud", "A$"},  {"brl", "R$"}, {"cad", "C$"},
                                     {"cny", "¥"},  {"eur", "€"},   {"gbp", "£"},  {"jpy", "¥"},
                                     {"inr", "₹"},  {"krw", "₩"},   {"ngn", "₦"},  {"rub", "₽"},
                                     {"sek", "kr"}, {"chf", "CHF "}};

thread_local const CustomFormats* in_force = nullptr;

const CustomFormat* custom_format(const std::string& name, bool is_date) {
  if (!in_force) return nullptr;
  for (const CustomFormat& each : *in_force) {
    if (each.name == name && each.is_date == is_date) return &each;
  }
  return nullptr;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::string with_places(int places) {
  return places > 0 ? "#,##0." + std::string(static_cast<std::size_t>(places), '0') : "#,##0";
}

// "1k" of num1k and usd1k: digits behind the point and a unit.
std::optional<std::string> scaled_code(std::string_view rest) {
  if (rest.empty() || rest.size() > 2 || rest[0] < '0' || rest[0] > '4') return std::nullopt;
  std::string code = with_places(rest[0] - '0');
  if (rest.size() == 1) return code;
  switch (rest[1]) {
    case 'k':
      return code + ",\"k\"";
    case 'm':
      return code + ",,\"M\"";
    case 'b':
      return code + ",,,\"B\"";
    default:
      return std::nullopt;
  }
}

// Digits behind the point so that the median shows three that count.
int places_for(double median, int decimals_max) {
  double size = std::fabs(median);
  int exponent = size > 0 ? static_cast<int>(std::floor(std::log10(size))) : 0;
  return std::clamp(2 - exponent, 0, std::min(decimals_max, 7));
}

std::string plain_code(const ColumnSummary& summary) {
  return with_places(summary.decimals_max == 0 ? 0 : places_for(summary.median, summary.decimals_max));
}

// Thousands, millions and so on, once the median has four digits of them.
std::string unit_code(const ColumnSummary& summary, std::string_view symbol) {
  constexpr std::array<std::pair<double, std::string_view>, 4> units = {
      {{5e12, ",,,,\"T\""}, {5e9, ",,,\"B\""}, {5e6, ",,\"M\""}, {5e3, ",\"k\""}}};
  double divisor = 1e12;
  for (const auto& [least, suffix] : units) {
    if (std::fabs(summary.median) >= least)
      return std::string(symbol) + with_places(std::min(places_for(summary.median / divisor, 9), 2)) +
             std::string(suffix);
    divisor /= 1000;
  }
  std::string code = plain_code(summary);
  if (!symbol.empty() && code.ends_with(".0")) code += "0";
  return std::string(symbol) + code;
}

std::optional<std::string> number_code(const std::string& name, const ColumnSummary& summary) {
  for (const NamedCode& each : kNumberCodes) {
    if (each.name == name) return std::string(each.code);
  }
  if (const CustomFormat* custom = custom_format(name, false)) return custom->code;
  if (name == "auto") return unit_code(summary, "");
  if (name == "pct") {
    ColumnSummary percent = summary;
    percent.median *= 100;
    percent.decimals_max = std::max(percent.decimals_max - 2, 0);
    return plain_code(percent) + "%";
  }
  if (name.starts_with("num")) return scaled_code(std::string_view(name).substr(3));
  for (const NamedCode& currency : kCurrencies) {
    if (!name.starts_with(currency.name)) continue;
    std::string symbol = fmt::format("\"{}\"", currency.code);
    std::string_view rest = std::string_view(name).substr(currency.name.size());
    if (rest.empty()) {
      ColumnSummary money = summary;
      money.decimals_max = std::min(money.decimals_max, 2);
      return unit_code(money, symbol);
    }
    if (auto code = scaled_code(rest)) return symbol + *code;
  }
  return std::nullopt;
}

std::string default_date_code(const ColumnSummary& summary) {
  return summary.has_time ? "yyyy-mm-dd hh:mm" : "yyyy-mm-dd";
}

}  // namespace

CustomFormats read_custom_formats(const std::string& text, const std::string& path) {
  CustomFormats formats;
  document::Value read = document::parse_json(text, path);
  for (const document::Value& each : read["customFormats"].items()) {
    bool is_date = each["valueType"].raw() == "date";
    formats.push_back({lower(each["formatTag"].raw()), each["formatCode"].raw(), is_date});
  }
  return formats;
}

FormatsInForce::FormatsInForce(const CustomFormats& formats) : before_(std::exchange(in_force, &formats)) {}
FormatsInForce::~FormatsInForce() {
  in_force = before_;
}

std::string resolve_format(std::string_view format, Cell::Kind kind, const ColumnSummary* given) {
  const ColumnSummary none;
  const ColumnSummary& summary = given ? *given : none;
  std::string name = lower(format);
  if (kind == Cell::Kind::date) {
    for (const NamedCode& each : kDateCodes) {
      if (each.name == name) return std::string(each.code);
    }
    if (const CustomFormat* custom = custom_format(name, true)) return custom->code;
    return format.empty() || name == "auto" ? default_date_code(summary) : std::string(format);
  }
  if (kind != Cell::Kind::number) return "@";
  if (format.empty()) return plain_code(summary);
  return number_code(name, summary).value_or(std::string(format));
}

std::string_view format_tag(std::string_view column) {
  std::size_t at = column.rfind('_');
  if (at == std::string_view::npos || at == 0) return {};
  std::string tag = lower(column.substr(at + 1));
  bool known = tag != "auto" && number_code(tag, ColumnSummary()).has_value();
  for (const NamedCode& each : kDateCodes) known = known || each.name == tag;
  known = known || custom_format(tag, true);
  return known ? column.substr(at + 1) : std::string_view();
}

std::string format_cell(const Cell& cell, std::string_view format) {
  ColumnSummary summary;
  summary.add(cell);
  summary.finish();
  return format_code(cell, resolve_format(format, cell.kind, &summary));
}

std::string title_of(std::string_view column) {
  std::string_view tag = format_tag(column);
  if (!tag.empty() && tag != "id") column.remove_suffix(tag.size() + 1);
  std::string out;
  bool start = true;
  for (char c : column) {
    if (c == '_' || c == ' ') {
      out.push_back(' ');
      start = true;
    } else {
      out.push_back(start ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c);
      start = false;
    }
  }
  return out;
}

}  // namespace leat::pages

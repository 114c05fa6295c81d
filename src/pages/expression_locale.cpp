// Numbers and dates as toLocaleString and Intl print them, in American English.
// Source: ECMA-402, 15 (NumberFormat) and 11 (DateTimeFormat); Unicode CLDR, en
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "pages/expression_tree.h"
#include "pages/format.h"

namespace leat::pages {
namespace {

std::string option(Evaluation& run, const Value& options, const char* name) {
  if (!options.object()) return "";
  Value given = run.member(options, name);
  return given.is_null() ? "" : text_of(given);
}
int digits_of(Evaluation& run, const Value& options, const char* name, int fallback) {
  Cell given = parse_number(option(run, options, name));
  return given.kind == Cell::Kind::number ? static_cast<int>(std::clamp(given.number, 0.0, 20.0)) : fallback;
}

std::string currency_sign(const std::string& code) {
  static const std::map<std::string, std::string_view> signs = {
      {"USD", "$"}, {"EUR", "€"},  {"GBP", "£"},   {"JPY", "¥"},  {"INR", "₹"},  {"CNY", "CN¥"},
      {"KRW", "₩"}, {"BRL", "R$"}, {"CAD", "CA$"}, {"AUD", "A$"}, {"MXN", "MX$"}};
  auto found = signs.find(code);
  return found == signs.end() ? code + " " : std::string(found->second);
}

// The code that prints a date by DateTimeFormat's options; `fallback` where none is given.
std::string date_code(Evaluation& run, const Value& options, std::string_view fallback) {
  std::string year = option(run, options, "year"), month = option(run, options, "month"),
              day = option(run, options, "day"), weekday = option(run, options, "weekday"),
              hour = option(run, options, "hour"), minute = option(run, options, "minute"),
              second = option(run, options, "second"), style = option(run, options, "dateStyle");
  if (style == "short") return "m/d/yy";
  if (style == "medium") return "mmm d, yyyy";
  if (style == "long") return "mmmm d, yyyy";
  if (style == "full") return "dddd, mmmm d, yyyy";
  std::string m = month == "long"      ? "mmmm"
                  : month == "short"   ? "mmm"
                  : month == "2-digit" ? "mm"
                  : month.empty()      ? ""
                                       : "m";
  std::string d = day == "2-digit" ? "dd"
                  : day.empty()    ? ""
                                   : "d",
              y = year == "2-digit" ? "yy"
                  : year.empty()    ? ""
                                    : "yyyy";
  std::string out;
  auto add = [&](const std::string& part, std::string_view between) {
    if (part.empty()) return;
    if (!out.empty()) out += between;
    out += part;
  };
  bool words = m.size() > 2;
  add(weekday == "long" ? "dddd" : weekday.empty() ? "" : "ddd", "");
  add(m, ", ");
  add(d, words ? " " : "/");
  add(y, !words ? "/" : d.empty() ? " " : ", ");
  if (!hour.empty() || !minute.empty()) {
    std::string time = option(run, options, "hour12") == "false" ? "hh" : "h";
    if (!minute.empty()) time += ":mm";
    if (!second.empty()) time += ":ss";
    add(time + (time[1] == 'h' ? "" : " AM/PM"), ", ");
  }
  return out.empty() ? std::string(fallback) : out;
}

std::string shortened(double number, int& most) {
  constexpr std::pair<double, const char*> units[] = {{1e12, "T"}, {1e9, "B"}, {1e6, "M"}, {1e3, "K"}};
  for (auto [size, sign] : units) {
    if (std::fabs(number) < size) continue;
    most = std::fabs(number) / size < 10 ? 1 : 0;
    return sign;
  }
  return "";
}

}  // namespace

Value localized_number(Evaluation& run, const Cell& self, const Value& options) {
  if (self.kind != Cell::Kind::number) return Cell::of(self.text);
  std::string style = option(run, options, "style");
  int least = style == "currency" ? 2 : 0, most = style == "currency" ? 2 : style == "percent" ? 0 : 3;
  Cell shown = style == "percent" ? Cell::of(self.number * 100) : self;
  std::string unit;
  if (option(run, options, "notation") == "compact") {
    least = 0;
    unit = shortened(shown.number, most);
    const std::map<std::string, double> sizes = {{"K", 1e3}, {"M", 1e6}, {"B", 1e9}, {"T", 1e12}};
    if (auto size = sizes.find(unit); size != sizes.end()) shown = Cell::of(shown.number / size->second);
  }
  least = digits_of(run, options, "minimumFractionDigits", least);
  most = std::max(digits_of(run, options, "maximumFractionDigits", most), least);
  // A most below the style's own least takes it down.
  if (!option(run, options, "maximumFractionDigits").empty())
    most = digits_of(run, options, "maximumFractionDigits", most), least = std::min(least, most);
  Decimal decimal = Decimal::of(shown.text);
  std::string printed = decimal.print(least, most, option(run, options, "useGrouping") != "false", 1) + unit;
  if (style == "currency") printed = currency_sign(option(run, options, "currency")) + printed;
  if (style == "percent") printed += "%";
  bool plus = option(run, options, "signDisplay") == "always" && !decimal.negative;
  return Cell::of((decimal.negative ? "-" : plus ? "+" : "") + printed);
}

Value localized(Evaluation& run, const Cell& self, const Value& format) {
  Value options = run.member(format, "options");
  if (option(run, format, "$intl") == "NumberFormat") return localized_number(run, self, options);
  return Cell::of(format_code(self.kind == Cell::Kind::text ? date_of(self.text) : self,
                              date_code(run, options, "m/d/yyyy")));
}

std::optional<Value> date_method(Evaluation& run, const Cell& self, const std::string& name,
                                 const Arguments& arguments) {
  if (self.kind != Cell::Kind::date) return std::nullopt;
  const Value& options = argument(arguments, 1);
  if (name == "getTime" || name == "valueOf") return Value(Cell::of(number_of(self)));
  if (name == "toISOString" || name == "toJSON") return Value(Cell::of(self.text));
  if (name == "toLocaleDateString")
    return Value(Cell::of(format_code(self, date_code(run, options, "m/d/yyyy"))));
  if (name == "toLocaleTimeString")
    return Value(Cell::of(format_code(self, date_code(run, options, "h:mm:ss AM/PM"))));
  if (name == "toLocaleString")
    return Value(Cell::of(format_code(self, date_code(run, options, "m/d/yyyy, h:mm:ss AM/PM"))));
  if (name == "toDateString") return Value(Cell::of(format_code(self, "ddd mmm dd yyyy")));
  if (!name.starts_with("get")) return std::nullopt;
  std::string part = name.substr(name.starts_with("getUTC") ? 6 : 3);
  auto digits = [&](std::size_t at, std::size_t count) {
    Cell read = self.text.size() >= at + count ? parse_number(self.text.substr(at, count)) : Cell();
    return read.kind == Cell::Kind::number ? read.number : 0.0;
  };
  if (part == "FullYear") return Value(Cell::of(digits(0, 4)));
  if (part == "Month") return Value(Cell::of(digits(5, 2) - 1));
  if (part == "Date") return Value(Cell::of(digits(8, 2)));
  if (part == "Hours") return Value(Cell::of(digits(11, 2)));
  if (part == "Minutes") return Value(Cell::of(digits(14, 2)));
  if (part == "Seconds") return Value(Cell::of(digits(17, 2)));
  if (part == "Day") {
    // The first day of 1970 was a Thursday, which is 4.
    double days = std::floor(number_of(self) / 86'400'000.0);
    return Value(Cell::of(std::fmod(std::fmod(days + 4, 7) + 7, 7)));
  }
  return std::nullopt;
}

}  // namespace leat::pages

#include "pages/format.h"

#include <fmt/core.h>

#include <cmath>

#include "base/time.h"

namespace leat::pages {
namespace {

constexpr std::string_view kMonths[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};
constexpr std::string_view kDays[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                      "Thursday", "Friday", "Saturday"};

std::string as_date(const Cell& cell, std::string_view code) {
  std::optional<Timestamp> time = parse_iso_timestamp(cell.text);
  if (!time) return cell.text;
  auto day = std::chrono::floor<std::chrono::days>(*time);
  std::chrono::year_month_day date{day};
  std::int64_t seconds = std::chrono::duration_cast<std::chrono::seconds>(*time - day).count();
  unsigned month = static_cast<unsigned>(date.month()), number = static_cast<unsigned>(date.day());
  std::string_view weekday = kDays[std::chrono::weekday(day).c_encoding()], month_name = kMonths[month - 1];
  std::string out;
  for (std::size_t at = 0; at < code.size();) {
    std::size_t run = 1;
    while (at + run < code.size() && code[at + run] == code[at]) ++run;
    char c = static_cast<char>(std::tolower(static_cast<unsigned char>(code[at])));
    bool minutes = c == 'm' && run <= 2 && !out.empty() && out.back() == ':';
    if (c == 'y') {
      out += run > 2 ? fmt::format("{:04}", static_cast<int>(date.year()))
                     : fmt::format("{:02}", static_cast<int>(date.year()) % 100);
    } else if (minutes) {
      out += fmt::format("{:02}", seconds / 60 % 60);
    } else if (c == 'm') {
      out += run >= 4   ? std::string(month_name)
             : run == 3 ? std::string(month_name.substr(0, 3))
             : run == 2 ? fmt::format("{:02}", month)
                        : fmt::format("{}", month);
    } else if (c == 'd') {
      out += run >= 4   ? std::string(weekday)
             : run == 3 ? std::string(weekday.substr(0, 3))
             : run == 2 ? fmt::format("{:02}", number)
                        : fmt::format("{}", number);
    } else if (c == 'h') {
      out += run == 2 ? fmt::format("{:02}", seconds / 3600) : fmt::format("{}", seconds / 3600);
    } else if (c == 's') {
      out += fmt::format("{:02}", seconds % 60);
    } else {
      out.append(code.substr(at, run));
    }
    at += run;
  }
  return out;
}

struct NamedFormat {
  std::string_view name, code;
};
constexpr NamedFormat kDateFormats[] = {{"shortdate", "mmm d, yyyy"},
                                        {"longdate", "mmmm d, yyyy"},
                                        {"fulldate", "dddd, mmmm d, yyyy"},
                                        {"mdy", "m/d/yy"},
                                        {"ddd", "ddd"},
                                        {"dddd", "dddd"},
                                        {"mmm", "mmm"},
                                        {"mmmm", "mmmm"},
                                        {"yyyy", "yyyy"},
                                        {"hms", "hh:mm:ss"}};

// Excel's number codes: literal text around one group of # 0 , . and %.
std::string as_excel_number(double value, std::string_view code) {
  std::size_t from = code.find_first_of("#0"), to = code.find_last_of("#0");
  if (from == std::string_view::npos) return std::string(code);
  std::string_view body = code.substr(from, to - from + 1);
  std::string before(code.substr(0, from)), after(code.substr(to + 1));
  if (after.find('%') != std::string::npos) value *= 100;
  std::size_t point = body.find('.');
  int digits = point == std::string_view::npos ? 0 : static_cast<int>(body.size() - point - 1);
  std::string number = format_number(value, digits);
  if (body.find(',') == std::string_view::npos) std::erase(number, ',');
  auto unquoted = [](std::string text) {
    std::erase(text, '"');
    return text;
  };
  return unquoted(before) + number + unquoted(after);
}

std::string scaled(double value, int digits) {
  double size = std::fabs(value);
  if (size >= 1e9) return format_number(value / 1e9, digits) + "B";
  if (size >= 1e6) return format_number(value / 1e6, digits) + "M";
  if (size >= 1e4) return format_number(value / 1e3, digits) + "k";
  return format_number(value, size == std::floor(size) ? 0 : digits);
}

}  // namespace

std::string format_number(double value, int digits) {
  std::string text = fmt::format("{:.{}f}", value, digits);
  std::size_t point = std::min(text.find('.'), text.size());
  std::size_t first = text[0] == '-' ? 1 : 0;
  for (std::size_t at = point; at > first + 3; at -= 3) text.insert(at - 3, ",");
  if (text.find_first_not_of("-0.,") == std::string::npos && text[0] == '-') text.erase(0, 1);  // no "-0"
  return text;
}

std::string format_cell(const Cell& cell, std::string_view format) {
  if (cell.kind == Cell::Kind::null) return "–";
  if (cell.kind == Cell::Kind::date) {
    for (const NamedFormat& each : kDateFormats) {
      if (each.name == format) return as_date(cell, each.code);
    }
    if (!format.empty()) return as_date(cell, format);
    return as_date(cell, cell.text.size() <= 10 || cell.text.substr(11, 8) == "00:00:00"
                             ? "yyyy-mm-dd"
                             : "yyyy-mm-dd hh:mm");
  }
  if (cell.kind != Cell::Kind::number) return cell.text;
  double value = cell.number;
  auto digit = [&](std::string_view name) {
    return format.size() == name.size() + 1 && format.starts_with(name) ? format.back() - '0' : -1;
  };
  if (int digits = digit("num"); digits >= 0) return format_number(value, digits);
  if (int digits = digit("pct"); digits >= 0) return format_number(value * 100, digits) + "%";
  if (int digits = digit("usd"); digits >= 0)
    return (value < 0 ? "-$" : "$") + format_number(std::fabs(value), digits);
  if (format == "usd")
    return (value < 0 ? "-$" : "$") + format_number(std::fabs(value), value == std::floor(value) ? 0 : 2);
  if (format == "pct") return format_number(value * 100, 1) + "%";
  if (format == "num0k") return format_number(value / 1000, 0) + "k";
  if (format == "auto") return scaled(value, 1);
  if (format == "id") return cell.text;
  if (!format.empty()) return as_excel_number(value, format);
  return value == std::floor(value) ? format_number(value, 0)
                                    : format_number(value, std::fabs(value) < 10 ? 2 : 1);
}

std::string title_of(std::string_view column) {
  std::string out;
  bool start = true;
  for (char c : column) {
    if (c == '_') {
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

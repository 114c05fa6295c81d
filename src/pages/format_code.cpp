// Prints values by codes: the decimal digits of numbers, and the tokens of Excel's number and date codes.
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/time.h"
#include "pages/format.h"

namespace leat::pages {

Decimal Decimal::of(std::string_view printed) {
  Decimal out;
  int exponent = 0;
  bool behind = false;
  for (std::size_t i = 0; i < printed.size(); ++i) {
    char c = printed[i];
    if (c == '-' && i == 0) {
      out.negative = true;
    } else if (c == '.') {
      behind = true;
    } else if (c == 'e' || c == 'E') {
      bool down = i + 1 < printed.size() && printed[i + 1] == '-';
      for (std::size_t k = i + 1; k < printed.size() && exponent < 10000; ++k) {
        if (printed[k] >= '0' && printed[k] <= '9') exponent = exponent * 10 + (printed[k] - '0');
      }
      if (down) exponent = -exponent;
      break;
    } else if (c >= '0' && c <= '9') {
      if (c != '0' || !out.digits.empty()) {
        out.digits.push_back(c);
        if (!behind) ++out.point;
      } else if (behind) {
        --out.point;
      }
    }
  }
  while (!out.digits.empty() && out.digits.back() == '0') out.digits.pop_back();
  out.point += exponent;
  if (out.digits.empty()) out.point = 0;
  return out;
}

void Decimal::round(int places) {
  int keep = point + places;
  if (keep >= static_cast<int>(digits.size())) return;
  bool up = keep >= 0 && digits[static_cast<std::size_t>(keep)] >= '5';
  digits.resize(static_cast<std::size_t>(std::max(keep, 0)));
  if (up) {
    std::size_t at = digits.size();
    while (at > 0 && digits[at - 1] == '9') --at;
    digits.resize(at);
    if (at == 0) {
      digits = "1";
      // Nines all the way: one more digit before the point.
      point = keep > 0 ? point + 1 : 1 - places;
    } else {
      ++digits[at - 1];
    }
  }
  while (!digits.empty() && digits.back() == '0') digits.pop_back();
  if (digits.empty()) {
    point = 0;
    negative = false;  // no "-0"
  }
}

std::string Decimal::print(int least, int places, bool grouped, int whole_digits_min) const {
  Decimal rounded = *this;
  rounded.round(places);
  auto digit = [&](int at) {
    return at >= 0 && at < static_cast<int>(rounded.digits.size())
               ? rounded.digits[static_cast<std::size_t>(at)]
               : '0';
  };
  std::string out;
  int whole = std::max(rounded.point, whole_digits_min);
  for (int i = 0; i < whole; ++i) {
    out.push_back(digit(i + rounded.point - whole));
    int left = whole - 1 - i;
    if (grouped && left > 0 && left % 3 == 0) out.push_back(',');
  }
  int behind = std::clamp(static_cast<int>(rounded.digits.size()) - rounded.point, least, places);
  if (behind > 0) out.push_back('.');
  for (int i = 0; i < behind; ++i) out.push_back(digit(rounded.point + i));
  return out;
}

namespace {

constexpr std::string_view kMonths[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};
constexpr std::string_view kDays[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                      "Thursday", "Friday", "Saturday"};

char lower(char c) {
  return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

// Takes a quoted text, an escaped character or a bracket off the code; false where none stands there.
bool take_literal(std::string_view code, std::size_t& at, std::string& out) {
  char c = code[at];
  if (c == '"') {
    std::size_t end = std::min(code.find('"', at + 1), code.size());
    out += code.substr(at + 1, end - at - 1);
    at = std::min(end + 1, code.size());
    return true;
  }
  if (c == '\\' && at + 1 < code.size()) {
    out.push_back(code[at + 1]);
    at += 2;
    return true;
  }
  if (c == '[') {  // colors and conditions are left out
    at = std::min(code.find(']', at), code.size() - 1) + 1;
    return true;
  }
  if ((c == '_' || c == '*') && at + 1 < code.size()) {  // space as wide as a character
    at += 2;
    return true;
  }
  return false;
}

struct Moment {
  int year;
  unsigned month, day, weekday;
  std::int64_t seconds;
};

std::string date_token(char c, std::size_t run, const Moment& moment, bool minutes, bool twelve) {
  std::int64_t hour = moment.seconds / 3600;
  if (twelve) hour = (hour + 11) % 12 + 1;
  switch (c) {
    case 'y':
      return run > 2 ? fmt::format("{:04}", moment.year) : fmt::format("{:02}", moment.year % 100);
    case 'd':
      if (run >= 4) return std::string(kDays[moment.weekday]);
      if (run == 3) return std::string(kDays[moment.weekday].substr(0, 3));
      return fmt::format("{:0{}}", moment.day, run);
    case 'h':
      return fmt::format("{:0{}}", hour, std::min<std::size_t>(run, 2));
    case 's':
      return fmt::format("{:0{}}", moment.seconds % 60, std::min<std::size_t>(run, 2));
    case 'q':
      return fmt::format("{}", (moment.month + 2) / 3);
    default:
      break;
  }
  if (minutes) return fmt::format("{:0{}}", moment.seconds / 60 % 60, std::min<std::size_t>(run, 2));
  std::string_view name = kMonths[moment.month - 1];
  if (run >= 5) return std::string(name.substr(0, 1));
  if (run == 4) return std::string(name);
  if (run == 3) return std::string(name.substr(0, 3));
  return fmt::format("{:0{}}", moment.month, run);
}

// "m" is minutes behind hours or before seconds, else months.
bool means_minutes(std::string_view code, std::size_t at, std::size_t run, char before) {
  if (run > 2) return false;
  std::size_t next = code.find_first_not_of(": ", at + run);
  return before == 'h' || (next != std::string_view::npos && lower(code[next]) == 's');
}

std::string print_date(const Cell& cell, std::string_view code) {
  std::optional<Timestamp> time = parse_iso_timestamp(cell.text);
  if (!time) return cell.text;
  auto day = std::chrono::floor<std::chrono::days>(*time);
  std::chrono::year_month_day date{day};
  Moment moment{static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), std::chrono::weekday(day).c_encoding(),
                std::chrono::duration_cast<std::chrono::seconds>(*time - day).count()};
  std::string out, all(code);
  for (char& c : all) c = lower(c);
  bool twelve = all.find("am/pm") != std::string::npos;
  char before = 0;
  for (std::size_t at = 0; at < code.size();) {
    if (take_literal(code, at, out)) continue;
    if (all.compare(at, 5, "am/pm") == 0) {
      out += moment.seconds < 43200 ? "AM" : "PM";
      at += 5;
      continue;
    }
    std::size_t run = 1;
    while (at + run < all.size() && all[at + run] == all[at]) ++run;
    char c = all[at];
    if (std::string_view("ymdhsq").find(c) == std::string_view::npos) {
      out.push_back(code[at++]);
      continue;
    }
    out += date_token(c, run, moment, c == 'm' && means_minutes(code, at, run, before), twelve);
    before = c;
    at += run;
  }
  return out;
}

// What a code says of the digits: "#,##0.0,," has one digit behind the point, groups and two thousands.
struct NumberCode {
  std::string before, after;
  int whole_min = 0, least = 0, places = 0, shift = 0;
  bool grouped = false, has_digits = false, scientific = false, fraction = false, raw = false;
};

NumberCode read_number_code(std::string_view code) {
  NumberCode out;
  bool behind = false, digits_ended = false;
  for (std::size_t at = 0; at < code.size();) {
    std::string& literal = out.has_digits ? out.after : out.before;
    if (take_literal(code, at, literal)) continue;
    char c = code[at];
    if ((c == '0' || c == '#' || c == '?') && !digits_ended) {
      out.has_digits = true;
      if (behind) {
        ++out.places;
        if (c == '0') out.least = out.places;
      } else if (c == '0') {
        ++out.whole_min;
      }
    } else if (c == '.' && out.has_digits && !digits_ended) {
      behind = true;
    } else if (c == '.' && !out.has_digits) {
      behind = out.has_digits = true;
    } else if (c == ',' && out.has_digits && !digits_ended) {
      std::size_t next = code.find_first_not_of(',', at);
      bool last = next == std::string_view::npos ||
                  std::string_view("0#?").find(code[next]) == std::string_view::npos;
      if (last) {
        out.shift -= 3;
      } else {
        out.grouped = true;
      }
    } else if (c == '%') {
      out.shift += 2;
      literal.push_back('%');
    } else if (c == '/' && out.has_digits) {
      out.fraction = true;
    } else if ((c == 'E' || c == 'e') && out.has_digits && at + 1 < code.size() &&
               (code[at + 1] == '+' || code[at + 1] == '-')) {
      out.scientific = digits_ended = true;
      while (at + 1 < code.size() && std::string_view("+-0#").find(code[at + 1]) != std::string_view::npos)
        ++at;
    } else if (c == '@') {
      out.raw = out.has_digits = true;
    } else {
      if (out.has_digits && c != ' ') digits_ended = !out.fraction;
      literal.push_back(c);
    }
    ++at;
  }
  return out;
}

std::string print_fraction(double value) {
  double whole = std::floor(std::fabs(value)), rest = std::fabs(value) - whole;
  int best_above = 0, best_below = 1;
  for (int below = 1; below <= 9; ++below) {
    int above = static_cast<int>(std::lround(rest * below));
    if (std::fabs(rest - static_cast<double>(above) / below) <
        std::fabs(rest - static_cast<double>(best_above) / best_below) - 1e-12) {
      best_above = above;
      best_below = below;
    }
  }
  if (best_above == best_below) {
    ++whole;
    best_above = 0;
  }
  std::string out = whole > 0 || best_above == 0 ? fmt::format("{:.0f}", whole) : "";
  if (best_above > 0) out += fmt::format("{}{}/{}", out.empty() ? "" : " ", best_above, best_below);
  return out;
}

std::string print_scientific(Decimal number, const NumberCode& code) {
  int exponent = number.digits.empty() ? 0 : number.point - 1;
  number.point -= exponent;
  number.round(code.places);
  if (number.point > 1) {
    number.point -= 1;
    exponent += 1;
  }
  return fmt::format("{}E{}{}", number.print(code.least, code.places, false, 1), exponent < 0 ? '-' : '+',
                     std::abs(exponent));
}

std::string print_duration(double minutes) {
  if (minutes < 1) return "<1 min";
  if (minutes < 60) return fmt::format("{} mins", std::lround(minutes));
  double amount = minutes < 1440 ? minutes / 60 : minutes / 1440;
  std::string unit = minutes < 1440 ? " hrs" : " days";
  return (amount >= 10 ? fmt::format("{}", std::lround(amount)) : fmt::format("{:.1f}", amount)) + unit;
}

std::string print_number(const Cell& cell, std::string_view code) {
  if (code == "[duration]") return print_duration(cell.number);
  if (code == "[duration_hrs]") return print_duration(cell.number * 60);
  // Sections: positive;negative;zero. A section of its own for negatives writes its own sign.
  std::vector<std::string_view> sections;
  bool quoted = false;
  std::size_t from = 0;
  for (std::size_t i = 0; i <= code.size(); ++i) {
    if (i < code.size() && code[i] == '"') quoted = !quoted;
    if (i < code.size() && (code[i] != ';' || quoted)) continue;
    sections.push_back(code.substr(from, i - from));
    from = i + 1;
  }
  Decimal number = Decimal::of(cell.text);
  std::size_t section = 0;
  if (number.negative && sections.size() > 1) section = 1;
  if (number.digits.empty() && sections.size() > 2) section = 2;
  NumberCode parts = read_number_code(sections[section]);
  bool signed_here = number.negative && section == 0;
  if (parts.raw) return parts.before + cell.text + parts.after;
  if (!parts.has_digits) return parts.before;
  std::string digits;
  if (parts.fraction) {
    digits = print_fraction(cell.number);
    parts.before = parts.after = "";
  } else if (parts.scientific) {
    digits = print_scientific(number, parts);
  } else {
    number.point = number.digits.empty() ? 0 : number.point + parts.shift;
    number.round(parts.places);
    signed_here = signed_here && !number.digits.empty();
    digits = number.print(parts.least, parts.places, parts.grouped, parts.whole_min);
  }
  return (signed_here ? "-" : "") + parts.before + digits + parts.after;
}

}  // namespace

std::string format_code(const Cell& cell, std::string_view code) {
  switch (cell.kind) {
    case Cell::Kind::null:
      return "–";
    case Cell::Kind::date:
      return code == "@" ? cell.text : print_date(cell, code);
    case Cell::Kind::number:
      return code.empty() || code == "@" ? cell.text : print_number(cell, code);
    default:
      return cell.text;
  }
}

}  // namespace leat::pages

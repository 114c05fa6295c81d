#include "sources/declarative/datetime_format.h"

#include <fmt/core.h>

#include <charconv>
#include <cmath>

namespace leat::sources::declarative {
namespace {

using std::chrono::days;
using std::chrono::microseconds;
using std::chrono::sys_days;

constexpr std::string_view kMonths[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};
constexpr std::string_view kWeekdays[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                          "Thursday", "Friday", "Saturday"};

std::optional<double> number(std::string_view text) {
  double value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<std::int64_t> whole(std::string_view text) {
  std::int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Timestamp> from_epoch(std::string_view text, std::int64_t unit) {
  std::optional<std::int64_t> count = whole(text);
  if (!count || *count > 253402300799999999 / unit || *count < -62135596800000000 / unit) return std::nullopt;
  return Timestamp(microseconds(*count * unit));
}

bool blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// What strptime has read so far.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::optional<Timestamp> read(std::string_view format) {
    for (std::size_t i = 0; i < format.size(); ++i) {
      if (format[i] == '%' && i + 1 < format.size()) {
        if (!directive(format[++i])) return std::nullopt;
      } else if (blank(format[i])) {
        // One or more blanks of the format stand for one or more in the text.
        while (i + 1 < format.size() && blank(format[i + 1])) ++i;
        if (at_ >= text_.size() || !blank(text_[at_])) return std::nullopt;
        while (at_ < text_.size() && blank(text_[at_])) ++at_;
      } else if (at_ >= text_.size() || lower(text_[at_]) != lower(format[i])) {
        return std::nullopt;
      } else {
        ++at_;
      }
    }
    if (at_ != text_.size()) return std::nullopt;
    return instant();
  }

 private:
  bool digits(int most, int& out, int least = 1) {
    int count = 0, value = 0;
    while (count < most && at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') {
      value = value * 10 + (text_[at_++] - '0');
      ++count;
    }
    out = value;
    return count >= least;
  }
  template <std::size_t N>
  bool name(const std::string_view (&names)[N], int& out) {
    for (bool full : {true, false}) {
      for (std::size_t i = 0; i < N; ++i) {
        std::string_view word = full ? names[i] : names[i].substr(0, 3);
        if (at_ + word.size() > text_.size()) continue;
        bool same = true;
        for (std::size_t k = 0; k < word.size(); ++k) same = same && lower(text_[at_ + k]) == lower(word[k]);
        if (!same) continue;
        at_ += word.size();
        out = static_cast<int>(i);
        return true;
      }
    }
    return false;
  }
  bool fraction() {
    std::size_t from = at_;
    microseconds_ = 0;
    std::int64_t unit = 100000;
    while (at_ < text_.size() && at_ - from < 6 && text_[at_] >= '0' && text_[at_] <= '9') {
      microseconds_ += unit * (text_[at_++] - '0');
      unit /= 10;
    }
    return at_ > from;
  }
  bool zone() {
    if (at_ >= text_.size()) return false;
    if (text_[at_] == 'Z') {
      ++at_;
      return true;
    }
    if (text_[at_] != '+' && text_[at_] != '-') return false;
    int sign = text_[at_++] == '-' ? -1 : 1, hours = 0, minutes = 0, seconds = 0;
    if (!digits(2, hours, 2)) return false;
    bool colon = at_ < text_.size() && text_[at_] == ':';
    if (colon) ++at_;
    if (!digits(2, minutes, 2) || minutes > 59) return false;
    if (colon && at_ < text_.size() && text_[at_] == ':') {
      ++at_;
      if (!digits(2, seconds, 2)) return false;
    }
    offset_ = sign * ((hours * 60L + minutes) * 60 + seconds);
    return true;
  }
  bool words(std::string_view first, std::string_view second, bool& is_second) {
    for (std::string_view word : {first, second}) {
      if (at_ + word.size() > text_.size()) continue;
      bool same = true;
      for (std::size_t k = 0; k < word.size(); ++k) same = same && lower(text_[at_ + k]) == lower(word[k]);
      if (!same) continue;
      at_ += word.size();
      is_second = word == second;
      return true;
    }
    return false;
  }
  bool directive(char c) {
    int ignored = 0;
    switch (c) {
      case 'Y':
        return digits(4, year_, 4);
      case 'y':
        if (!digits(2, year_, 2)) return false;
        year_ += year_ < 69 ? 2000 : 1900;
        return true;
      case 'm':
        return digits(2, month_);
      case 'd':
      case 'e':
        return digits(2, day_);
      case 'H':
        return digits(2, hour_);
      case 'I':
        twelve_ = true;
        return digits(2, hour_) && hour_ >= 1 && hour_ <= 12;
      case 'p':
        return words("am", "pm", afternoon_);
      case 'M':
        return digits(2, minute_);
      case 'S':
        return digits(2, second_);
      case 'j':
        return digits(3, day_of_year_) && day_of_year_ >= 1 && day_of_year_ <= 366;
      case 'f':
        return fraction();
      case 'z':
        return zone();
      case 'Z': {
        bool other = false;
        return words("UTC", "GMT", other);
      }
      case 'a':
      case 'A':
        return name(kWeekdays, ignored);
      case 'b':
      case 'B':
      case 'h':
        if (!name(kMonths, month_)) return false;
        ++month_;
        return true;
      case 'w':
      case 'u':
        return digits(1, ignored);
      case 'U':
      case 'W':
        return digits(2, ignored);
      case '%':
        return at_ < text_.size() && text_[at_++] == '%';
      default:
        return false;
    }
  }
  std::optional<Timestamp> instant() const {
    std::chrono::year_month_day date{std::chrono::year(year_),
                                     std::chrono::month(static_cast<unsigned>(month_)),
                                     std::chrono::day(static_cast<unsigned>(day_))};
    if (!date.ok() || hour_ > 23 || minute_ > 59 || second_ > 59) return std::nullopt;
    int hour = twelve_ ? hour_ % 12 + (afternoon_ ? 12 : 0) : hour_;
    sys_days day = date;
    if (day_of_year_ > 0) {
      day = sys_days(std::chrono::year(year_) / 1 / 1) + days(day_of_year_ - 1);
    }
    return Timestamp(day.time_since_epoch()) + std::chrono::hours(hour) + std::chrono::minutes(minute_) +
           std::chrono::seconds(second_ - offset_) + microseconds(microseconds_);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int year_ = 1900, month_ = 1, day_ = 1, hour_ = 0, minute_ = 0, second_ = 0, day_of_year_ = 0;
  long offset_ = 0;
  std::int64_t microseconds_ = 0;
  bool twelve_ = false, afternoon_ = false;
};

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  std::size_t at = 0;
  for (std::size_t found; (found = text.find(from, at)) != std::string_view::npos; at = found + from.size()) {
    out.append(text, at, found - at);
    out.append(to);
  }
  out.append(text, at, text.size() - at);
  return out;
}

std::int64_t floor_div(std::int64_t value, std::int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

struct Broken {
  std::chrono::year_month_day date;
  int hour, minute, second, micro, weekday, day_of_year;
};

Broken break_down(Timestamp time) {
  sys_days day = std::chrono::floor<days>(time);
  std::int64_t micros = (time - day).count();
  Broken out{};
  out.date = std::chrono::year_month_day(day);
  out.hour = static_cast<int>(micros / 3600000000);
  out.minute = static_cast<int>(micros / 60000000 % 60);
  out.second = static_cast<int>(micros / 1000000 % 60);
  out.micro = static_cast<int>(micros % 1000000);
  out.weekday = static_cast<int>(std::chrono::weekday(day).c_encoding());
  out.day_of_year = static_cast<int>((day - sys_days(out.date.year() / 1 / 1)).count()) + 1;
  return out;
}

std::string print_directive(const Broken& time, char c) {
  int year = static_cast<int>(time.date.year());
  auto month = static_cast<unsigned>(time.date.month()), day = static_cast<unsigned>(time.date.day());
  int twelve = time.hour % 12 == 0 ? 12 : time.hour % 12;
  auto weekday = static_cast<std::size_t>(time.weekday);
  switch (c) {
    case 'Y':
      return fmt::format("{}", year);
    case 'y':
      return fmt::format("{:02}", year % 100);
    case 'm':
      return fmt::format("{:02}", month);
    case 'd':
      return fmt::format("{:02}", day);
    case 'e':
      return fmt::format("{:2}", day);
    case 'H':
      return fmt::format("{:02}", time.hour);
    case 'I':
      return fmt::format("{:02}", twelve);
    case 'p':
      return time.hour < 12 ? "AM" : "PM";
    case 'M':
      return fmt::format("{:02}", time.minute);
    case 'S':
      return fmt::format("{:02}", time.second);
    case 'f':
      return fmt::format("{:06}", time.micro);
    case 'j':
      return fmt::format("{:03}", time.day_of_year);
    case 'z':
      return "+0000";
    case 'Z':
      return "UTC";
    case 'a':
      return std::string(kWeekdays[weekday].substr(0, 3));
    case 'A':
      return std::string(kWeekdays[weekday]);
    case 'b':
    case 'h':
      return std::string(kMonths[month - 1].substr(0, 3));
    case 'B':
      return std::string(kMonths[month - 1]);
    case 'w':
      return fmt::format("{}", time.weekday);
    case 'u':
      return fmt::format("{}", time.weekday == 0 ? 7 : time.weekday);
    case 'U':
      return fmt::format("{:02}", (time.day_of_year + 6 - time.weekday) / 7);
    case 'W':
      return fmt::format("{:02}", (time.day_of_year + 6 - (time.weekday + 6) % 7) / 7);
    case 'F':
      return fmt::format("{}-{:02}-{:02}", year, month, day);
    case 'T':
      return fmt::format("{:02}:{:02}:{:02}", time.hour, time.minute, time.second);
    case '%':
      return "%";
    default:
      return std::string("%") + c;
  }
}

}  // namespace

std::optional<Timestamp> parse_datetime(std::string_view text, std::string_view format) {
  if (format == "%s") return from_epoch(text, 1000000);
  if (format == "%ms") return from_epoch(text, 1000);
  if (format == "%epoch_microseconds") return from_epoch(text, 1);
  if (format == "%s_as_float") {
    std::optional<double> seconds = number(text);
    if (!seconds || std::fabs(*seconds) > 253402300800.0) return std::nullopt;
    return Timestamp(microseconds(std::llround(*seconds * 1e6)));
  }
  if (format.find("%_ms") != std::string_view::npos) return Reader(text).read(replaced(format, "%_ms", "%f"));
  return Reader(text).read(format);
}

std::string format_datetime(Timestamp time, std::string_view format) {
  std::int64_t micros = time.time_since_epoch().count();
  if (format == "%s") return fmt::format("{}", floor_div(micros, 1000000));
  if (format == "%ms") return fmt::format("{}", floor_div(micros, 1000));
  if (format == "%epoch_microseconds") return fmt::format("{}", micros);
  if (format == "%s_as_float") {
    std::string text = fmt::format("{}", static_cast<double>(micros) / 1e6);
    return text.find('.') == std::string::npos ? text + ".0" : text;
  }
  Broken parts = break_down(time);
  std::string out;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%' || i + 1 == format.size()) {
      out += format[i];
    } else if (format.substr(i, 4) == "%_ms") {
      out += fmt::format("{:03}", parts.micro / 1000);
      i += 3;
    } else if (format.substr(i, 2) == "%s") {
      out += fmt::format("{}", floor_div(micros, 1000000));
      ++i;
    } else {
      out += print_directive(parts, format[++i]);
    }
  }
  return out;
}

}  // namespace leat::sources::declarative

// strftime and strptime.
#include <cmath>

#include "jinja/date_values.h"
#include "jinja/operations.h"
#include "jinja/utf8.h"

namespace leat::jinja {

namespace {
constexpr std::string_view kMonths[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};
constexpr std::string_view kDays[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                      "Friday", "Saturday", "Sunday"};

std::int64_t day_number(LocalTime time) {
  return std::chrono::floor<std::chrono::days>(time).time_since_epoch().count();
}
// Monday is 0.
std::int64_t weekday_of(LocalTime time) {
  const std::int64_t day = (day_number(time) + 3) % 7;
  return day < 0 ? day + 7 : day;
}
std::int64_t year_day_of(LocalTime time, std::int64_t year) {
  return day_number(time) - day_number(time_of({.year = year})) + 1;
}

struct IsoWeek {
  std::int64_t year, week;
};
IsoWeek iso_week_of(LocalTime time) {
  // The week belongs to the year of its Thursday.
  const LocalTime thursday = time + std::chrono::days(3 - weekday_of(time));
  const std::int64_t year = fields_of(thursday).year;
  return {year, (year_day_of(thursday, year) - 1) / 7 + 1};
}
}  // namespace

std::string offset_text(std::int64_t seconds, bool colon) {
  const std::int64_t size = std::abs(seconds);
  std::string text =
      fmt::format("{}{:02}{}{:02}", seconds < 0 ? '-' : '+', size / 3600, colon ? ":" : "", size / 60 % 60);
  if (size % 60) text += fmt::format("{}{:02}", colon ? ":" : "", size % 60);
  return text;
}

std::string Moment::strftime(std::string_view format) const {
  const Fields f = fields_of(local_);
  const std::int64_t weekday = weekday_of(local_), year_day = year_day_of(local_, f.year);
  const std::int64_t hour12 = f.hour % 12 == 0 ? 12 : f.hour % 12;
  std::string out;
  for (std::size_t at = 0; at < format.size(); ++at) {
    if (format[at] != '%' || at + 1 >= format.size()) {
      out += format[at];
      continue;
    }
    char code = format[++at];
    const bool bare = code == '-' && at + 1 < format.size();  // glibc: no padding
    if (bare) code = format[++at];
    const auto number = [&](std::int64_t value, int width) {
      out += bare ? fmt::format("{}", value) : fmt::format("{:0{}}", value, width);
    };
    switch (code) {
      case 'Y':
        number(f.year, 1);
        break;
      case 'm':
        number(f.month, 2);
        break;
      case 'd':
        number(f.day, 2);
        break;
      case 'e':
        out += bare ? fmt::format("{}", f.day) : fmt::format("{:2}", f.day);
        break;
      case 'H':
        number(f.hour, 2);
        break;
      case 'I':
        number(hour12, 2);
        break;
      case 'M':
        number(f.minute, 2);
        break;
      case 'S':
        number(f.second, 2);
        break;
      case 'f':
        out += fmt::format("{:06}", f.micro);
        break;
      case 'y':
        number(((f.year % 100) + 100) % 100, 2);
        break;
      case 'C':
        number(f.year / 100, 2);
        break;
      case 'j':
        number(year_day, 3);
        break;
      case 'p':
        out += f.hour < 12 ? "AM" : "PM";
        break;
      case 'P':
        out += f.hour < 12 ? "am" : "pm";
        break;
      case 'a':
        out += kDays[weekday].substr(0, 3);
        break;
      case 'A':
        out += kDays[weekday];
        break;
      case 'b':
      case 'h':
        out += kMonths[f.month - 1].substr(0, 3);
        break;
      case 'B':
        out += kMonths[f.month - 1];
        break;
      case 'w':
        number((weekday + 1) % 7, 1);
        break;
      case 'u':
        number(weekday + 1, 1);
        break;
      case 'U':
        number((year_day + 6 - (weekday + 1) % 7) / 7, 2);
        break;
      case 'W':
        number((year_day + 6 - weekday) / 7, 2);
        break;
      case 'V':
        number(iso_week_of(local_).week, 2);
        break;
      case 'G':
        number(iso_week_of(local_).year, 1);
        break;
      case 'g':
        number(iso_week_of(local_).year % 100, 2);
        break;
      case 'z':
        out += zone_ ? offset_text(offset_at(*zone_, local_), false) : "";
        break;
      case 'Z':
        out += zone_ ? abbreviation_at(*zone_, local_) : "";
        break;
      case 's':
        out +=
            fmt::format("{}", std::chrono::floor<std::chrono::seconds>(instant()).time_since_epoch().count());
        break;
      case 'F':
        out += fmt::format("{}-{:02}-{:02}", f.year, f.month, f.day);
        break;
      case 'D':
      case 'x':
        out += fmt::format("{:02}/{:02}/{:02}", f.month, f.day, f.year % 100);
        break;
      case 'T':
      case 'X':
        out += fmt::format("{:02}:{:02}:{:02}", f.hour, f.minute, f.second);
        break;
      case 'R':
        out += fmt::format("{:02}:{:02}", f.hour, f.minute);
        break;
      case 'r':
        out += fmt::format("{:02}:{:02}:{:02} {}", hour12, f.minute, f.second, f.hour < 12 ? "AM" : "PM");
        break;
      case 'c':
        out += fmt::format("{} {} {:2} {:02}:{:02}:{:02} {}", kDays[weekday].substr(0, 3),
                           kMonths[f.month - 1].substr(0, 3), f.day, f.hour, f.minute, f.second, f.year);
        break;
      case 'n':
        out += '\n';
        break;
      case 't':
        out += '\t';
        break;
      case '%':
        out += '%';
        break;
      default:
        out += std::string("%") + (bare ? "-" : "") + code;
    }
  }
  return out;
}

std::optional<std::string> format_date(const Value& value, std::string_view format) {
  const Moment* moment = value.as<Moment>();
  if (!moment) return std::nullopt;
  return moment->strftime(format);
}

namespace {

class DateReader {
 public:
  DateReader(std::string_view text, std::string_view format) : text_(text), format_(format) {}

  Value read() {
    for (std::size_t i = 0; i < format_.size(); ++i) {
      const char c = format_[i];
      if (is_blank(static_cast<unsigned char>(c))) {
        if (at_ >= text_.size() || !blank()) mismatch();
        while (at_ < text_.size() && blank()) ++at_;
      } else if (c != '%' || i + 1 >= format_.size()) {
        literal(c);
      } else {
        directive(format_[++i]);
      }
    }
    if (at_ != text_.size()) raise_type(fmt::format("unconverted data remains: {}", text_.substr(at_)));
    return finish();
  }

 private:
  [[noreturn]] void mismatch() const {
    raise_type(
        fmt::format("time data {} does not match format {}", to_repr(Value(text_)), to_repr(Value(format_))));
  }
  bool blank() const { return is_blank(static_cast<unsigned char>(text_[at_])); }
  void literal(char c) {
    if (at_ >= text_.size() || lower_code_point(static_cast<unsigned char>(text_[at_])) !=
                                   lower_code_point(static_cast<unsigned char>(c)))
      mismatch();
    ++at_;
  }
  std::int64_t number(std::size_t most, std::int64_t low, std::int64_t high) {
    std::int64_t value = 0;
    std::size_t digits = 0;
    while (digits < most && at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') {
      const std::int64_t next = value * 10 + (text_[at_] - '0');
      if (next > high) break;
      value = next;
      ++at_;
      ++digits;
    }
    if (digits == 0 || value < low) mismatch();
    return value;
  }
  template <std::size_t N>
  std::int64_t name(const std::string_view (&names)[N], bool whole) {
    for (std::size_t i = 0; i < N; ++i) {
      const std::string_view wanted = whole ? names[i] : names[i].substr(0, 3);
      if (lower_text(text_.substr(at_, wanted.size())) != lower_text(wanted)) continue;
      at_ += wanted.size();
      return static_cast<std::int64_t>(i);
    }
    mismatch();
  }
  void directive(char code) {
    switch (code) {
      case 'Y': {
        const std::size_t begin = at_;
        fields_.year = number(4, 0, 9999);
        if (at_ != begin + 4) mismatch();
        break;
      }
      case 'y':
        fields_.year = number(2, 0, 99), fields_.year += fields_.year < 69 ? 2000 : 1900;
        break;
      case 'm':
        fields_.month = number(2, 1, 12);
        break;
      case 'd':
        fields_.day = number(2, 1, 31);
        break;
      case 'H':
        fields_.hour = number(2, 0, 23);
        break;
      case 'I':
        hour12_ = number(2, 1, 12);
        break;
      case 'M':
        fields_.minute = number(2, 0, 59);
        break;
      case 'S':
        fields_.second = number(2, 0, 61);
        break;
      case 'f':
        fraction();
        break;
      case 'j':
        year_day_ = number(3, 1, 366);
        break;
      case 'b':
      case 'B':
      case 'h':
        fields_.month = name(kMonths, code == 'B') + 1;
        break;
      case 'a':
      case 'A':
        name(kDays, code == 'A');
        break;
      case 'p':
        meridiem();
        break;
      case 'z':
        offset();
        break;
      case 'Z':
        zone_name();
        break;
      case '%':
        literal('%');
        break;
      case 'T':
        directive('H'), literal(':'), directive('M'), literal(':'), directive('S');
        break;
      case 'F':
        directive('Y'), literal('-'), directive('m'), literal('-'), directive('d');
        break;
      default:
        raise_type(fmt::format("'{}' is a bad directive in format {}", code, to_repr(Value(format_))));
    }
  }
  void fraction() {
    const std::size_t begin = at_;
    std::int64_t value = number(6, 0, 999999);
    for (std::size_t digits = at_ - begin; digits < 6; ++digits) value *= 10;
    fields_.micro = value;
  }
  void meridiem() {
    const std::string word = lower_text(text_.substr(at_, 2));
    if (word != "am" && word != "pm") mismatch();
    afternoon_ = word == "pm";
    at_ += 2;
  }
  void offset() {
    if (at_ < text_.size() && text_[at_] == 'Z') {
      ++at_;
      zone_ = ZoneInfo{"UTC", 0, false};
      return;
    }
    if (at_ >= text_.size() || (text_[at_] != '+' && text_[at_] != '-')) mismatch();
    const std::int64_t sign = text_[at_++] == '-' ? -1 : 1;
    std::int64_t seconds = number(2, 0, 23) * 3600;
    const bool colon = at_ < text_.size() && text_[at_] == ':';
    if (colon) ++at_;
    seconds += number(2, 0, 59) * 60;
    if (colon && at_ < text_.size() && text_[at_] == ':') ++at_, seconds += number(2, 0, 59);
    seconds *= sign;
    zone_ = ZoneInfo{seconds == 0 ? "UTC" : "UTC" + offset_text(seconds, true), seconds, false};
  }
  void zone_name() {
    for (std::string_view known : {"UTC", "GMT"})
      if (lower_text(text_.substr(at_, 3)) == lower_text(known)) {
        at_ += 3;
        return;
      }
    mismatch();
  }
  Value finish() {
    if (hour12_) fields_.hour = *hour12_ % 12 + (afternoon_ ? 12 : 0);
    LocalTime local = time_of(fields_);
    if (year_day_)
      local = time_of({.year = fields_.year,
                       .hour = fields_.hour,
                       .minute = fields_.minute,
                       .second = fields_.second,
                       .micro = fields_.micro}) +
              std::chrono::days(*year_day_ - 1);
    return make_datetime(local, zone_);
  }

  std::string_view text_, format_;
  std::size_t at_ = 0;
  Fields fields_{.year = 1900};  // Python's year where the format names none
  std::optional<std::int64_t> hour12_, year_day_;
  bool afternoon_ = false;
  std::optional<ZoneInfo> zone_;
};

}  // namespace

Value parse_datetime(std::string_view text, std::string_view format) {
  return DateReader(text, format).read();
}

}  // namespace leat::jinja

#include "jinja/date_values.h"

#include <cmath>

#include "jinja/call.h"
#include "jinja/operations.h"

namespace leat::jinja {

Fields fields_of(LocalTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::int64_t rest = (time - day).count();
  Fields f;
  f.year = static_cast<int>(date.year());
  f.month = static_cast<unsigned>(date.month());
  f.day = static_cast<unsigned>(date.day());
  f.micro = rest % 1000000;
  f.second = rest / 1000000 % 60;
  f.minute = rest / 60000000 % 60;
  f.hour = rest / 3600000000;
  return f;
}

LocalTime time_of(const Fields& f) {
  if (f.year < 1 || f.year > 9999) raise_type(fmt::format("year {} is out of range", f.year));
  if (f.month < 1 || f.month > 12) raise_type("month must be in 1..12");
  const std::chrono::year_month_day date{
      std::chrono::year(static_cast<int>(f.year)), std::chrono::month(static_cast<unsigned>(f.month)),
      std::chrono::day(static_cast<unsigned>(std::clamp<std::int64_t>(f.day, 0, 99)))};
  if (f.day < 1 || !date.ok()) raise_type("day is out of range for month");
  if (f.hour < 0 || f.hour > 23) raise_type("hour must be in 0..23");
  if (f.minute < 0 || f.minute > 59) raise_type("minute must be in 0..59");
  if (f.second < 0 || f.second > 59) raise_type("second must be in 0..59");
  if (f.micro < 0 || f.micro > 999999) raise_type("microsecond must be in 0..999999");
  return std::chrono::sys_days(date) + Micros(((f.hour * 60 + f.minute) * 60 + f.second) * 1000000 + f.micro);
}

namespace {
LocalTime in_range(LocalTime time) {
  static const LocalTime low = time_of({.year = 1}),
                         high = time_of({.year = 9999, .month = 12, .day = 31}) + std::chrono::days(1);
  if (time < low || time >= high) raise_type("date value out of range");
  return time;
}
Micros checked(double micros) {
  if (!(std::fabs(micros) < 8.64e19 / 1000)) raise_type("timedelta is too large");
  return Micros(static_cast<std::int64_t>(std::nearbyint(micros)));
}
// Sums that do not fit are dates out of range.
LocalTime shifted(LocalTime time, Micros by) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(time.time_since_epoch().count(), by.count(), &sum))
    raise_type("date value out of range");
  return in_range(LocalTime(Micros(sum)));
}
}  // namespace

std::string Timedelta::str() const {
  std::int64_t total = length_.count();
  constexpr std::int64_t kDay = 86400000000;
  std::int64_t days = total / kDay;
  std::int64_t rest = total % kDay;
  if (rest < 0) rest += kDay, --days;
  std::string out;
  if (days) out = fmt::format("{} day{}, ", days, std::abs(days) == 1 ? "" : "s");
  out += fmt::format("{}:{:02}:{:02}", rest / 3600000000, rest / 60000000 % 60, rest / 1000000 % 60);
  if (rest % 1000000) out += fmt::format(".{:06}", rest % 1000000);
  return out;
}

std::string Timedelta::repr() const {
  std::string parts;
  for (std::string_view name : {"days", "seconds", "microseconds"}) {
    const Value part = *const_cast<Timedelta*>(this)->attribute(name);
    if (part.as_integer() != 0)
      parts += fmt::format("{}{}={}", parts.empty() ? "" : ", ", name, part.as_integer());
  }
  return "datetime.timedelta(" + (parts.empty() ? "0" : parts) + ")";
}

std::optional<Value> Timedelta::attribute(std::string_view name) {
  const auto days = std::chrono::floor<std::chrono::days>(length_);
  const std::int64_t rest = (length_ - days).count();
  if (name == "days") return Value(days.count());
  if (name == "seconds") return Value(rest / 1000000);
  if (name == "microseconds") return Value(rest % 1000000);
  return std::nullopt;
}

std::optional<Value> Timedelta::method(std::string_view name, CallArguments&) {
  if (name == "total_seconds") return Value(static_cast<double>(length_.count()) / 1e6);
  return std::nullopt;
}

bool Timedelta::equals(const Value& other) const {
  const Timedelta* that = other.as<Timedelta>();
  return that && that->length_ == length_;
}
std::optional<int> Timedelta::compare(const Value& other) const {
  const Timedelta* that = other.as<Timedelta>();
  if (!that) return std::nullopt;
  return length_ < that->length_ ? -1 : length_ > that->length_ ? 1 : 0;
}

std::optional<Value> Timedelta::binary(Operator op, const Value& other, bool reflected) {
  const double mine = static_cast<double>(length_.count());
  if (const Timedelta* that = other.as<Timedelta>()) {
    const double theirs = static_cast<double>(that->length_.count());
    if (op == Operator::add) return make_timedelta(checked(mine + theirs));
    if (op == Operator::subtract) return make_timedelta(length_ - that->length_);
    if (op == Operator::divide || op == Operator::floor_divide) {
      if (theirs == 0) raise_type("division by zero");
      return op == Operator::divide ? Value(mine / theirs)
                                    : Value(static_cast<std::int64_t>(std::floor(mine / theirs)));
    }
    return std::nullopt;
  }
  if (!other.is_number()) return std::nullopt;
  if (op == Operator::multiply) return make_timedelta(checked(mine * other.as_real()));
  if (reflected || (op != Operator::divide && op != Operator::floor_divide)) return std::nullopt;
  if (other.as_real() == 0) raise_type("division by zero");
  const double quotient = mine / other.as_real();
  return make_timedelta(checked(op == Operator::divide ? quotient : std::floor(quotient)));
}

std::string Timezone::repr() const {
  if (zone_.iana) return fmt::format("<DstTzInfo '{}'>", zone_.name);
  if (zone_.offset_seconds == 0) return "datetime.timezone.utc";
  return fmt::format("datetime.timezone({})", Timedelta(std::chrono::seconds(zone_.offset_seconds)).repr());
}
std::optional<Value> Timezone::attribute(std::string_view name) {
  if (name == "zone") return Value(zone_.name);
  return std::nullopt;
}
// pytz: zone.localize(naive) gives a naive time this zone.
std::optional<Value> Timezone::method(std::string_view name, CallArguments& arguments) {
  const Value* given = arguments.find(0, "dt");
  const Moment* moment = given ? given->as<Moment>() : nullptr;
  if (name == "localize" || name == "normalize") {
    if (!moment) arguments.fail("needs a datetime");
    if (name == "localize" && moment->zone()) raise_type("Not naive datetime (tzinfo is already set)");
    if (name == "localize") return make_datetime(moment->local(), zone_);
    return *given;
  }
  const LocalTime at = moment ? moment->local() : LocalTime();
  if (name == "utcoffset") return make_timedelta(std::chrono::seconds(offset_at(zone_, at)));
  if (name == "tzname") return Value(abbreviation_at(zone_, at));
  return std::nullopt;
}
bool Timezone::equals(const Value& other) const {
  const Timezone* that = other.as<Timezone>();
  if (!that || that->zone_.iana != zone_.iana) return false;
  return zone_.iana ? that->zone_.name == zone_.name : that->zone_.offset_seconds == zone_.offset_seconds;
}

std::string_view Moment::type_name() const {
  return type_ == Type::date ? "datetime.date" : type_ == Type::time ? "datetime.time" : "datetime.datetime";
}

LocalTime Moment::instant() const {
  return zone_ ? local_ - std::chrono::seconds(offset_at(*zone_, local_)) : local_;
}

std::string Moment::iso(char separator, std::string_view precision) const {
  const Fields f = fields_of(local_);
  std::string out;
  if (type_ != Type::time) out = fmt::format("{:04}-{:02}-{:02}", f.year, f.month, f.day);
  if (type_ == Type::date) return out;
  if (type_ == Type::datetime) out += separator;
  if (precision == "hours") {
    out += fmt::format("{:02}", f.hour);
  } else if (precision == "minutes") {
    out += fmt::format("{:02}:{:02}", f.hour, f.minute);
  } else {
    out += fmt::format("{:02}:{:02}:{:02}", f.hour, f.minute, f.second);
    if (precision == "milliseconds") out += fmt::format(".{:03}", f.micro / 1000);
    if (precision == "microseconds" || (precision == "auto" && f.micro))
      out += fmt::format(".{:06}", f.micro);
  }
  if (zone_) out += offset_text(offset_at(*zone_, local_), true);
  return out;
}

std::string Moment::repr() const {
  const Fields f = fields_of(local_);
  std::string out = std::string(type_name()) + "(";
  if (type_ != Type::time) out += fmt::format("{}, {}, {}", f.year, f.month, f.day);
  if (type_ != Type::date) {
    if (type_ == Type::datetime) out += ", ";
    out += fmt::format("{}, {}", f.hour, f.minute);
    if (f.second || f.micro) out += fmt::format(", {}", f.second);
    if (f.micro) out += fmt::format(", {}", f.micro);
  }
  if (zone_) out += ", tzinfo=" + Timezone(*zone_).repr();
  return out + ")";
}

bool Moment::equals(const Value& other) const {
  const Moment* that = other.as<Moment>();
  if (!that || that->type_ != type_ || that->zone_.has_value() != zone_.has_value()) return false;
  return that->instant() == instant();
}
std::optional<int> Moment::compare(const Value& other) const {
  const Moment* that = other.as<Moment>();
  if (!that || that->type_ != type_) return std::nullopt;
  if (that->zone_.has_value() != zone_.has_value())
    raise_type("can't compare offset-naive and offset-aware datetimes");
  const LocalTime a = instant(), b = that->instant();
  return a < b ? -1 : a > b ? 1 : 0;
}
std::size_t Moment::hash() const {
  return std::hash<std::int64_t>()(instant().time_since_epoch().count());
}

std::optional<Value> Moment::binary(Operator op, const Value& other, bool reflected) {
  if (type_ == Type::time) return std::nullopt;
  if (const Timedelta* delta = other.as<Timedelta>()) {
    if (op != Operator::add && (op != Operator::subtract || reflected)) return std::nullopt;
    Micros by = delta->duration();
    if (type_ == Type::date) by = std::chrono::floor<std::chrono::days>(by);
    const LocalTime moved = shifted(local_, op == Operator::add ? by : -by);
    return Value(make_ref<Moment>(type_, moved, zone_));
  }
  const Moment* that = other.as<Moment>();
  if (!that || op != Operator::subtract || that->type_ != type_) return std::nullopt;
  if (that->zone_.has_value() != zone_.has_value())
    raise_type("can't subtract offset-naive and offset-aware datetimes");
  return make_timedelta(reflected ? that->instant() - instant() : instant() - that->instant());
}

Value make_datetime(LocalTime local, std::optional<ZoneInfo> zone) {
  return Value(make_ref<Moment>(Moment::Type::datetime, in_range(local), std::move(zone)));
}
Value make_utc_datetime(LocalTime instant) {
  return make_datetime(instant, ZoneInfo{"UTC", 0, false});
}
Value make_date(std::int32_t days) {
  return Value(
      make_ref<Moment>(Moment::Type::date, in_range(LocalTime(std::chrono::days(days))), std::nullopt));
}
Value make_timedelta(Micros length) {
  return Value(make_ref<Timedelta>(length));
}

std::optional<LocalTime> local_time_of(const Value& value) {
  const Moment* moment = value.as<Moment>();
  if (!moment || moment->type() == Moment::Type::time) return std::nullopt;
  return moment->local();
}
std::optional<LocalTime> instant_of(const Value& value) {
  const Moment* moment = value.as<Moment>();
  if (!moment || moment->type() == Moment::Type::time) return std::nullopt;
  return moment->instant();
}
std::optional<Micros> duration_of(const Value& value) {
  const Timedelta* delta = value.as<Timedelta>();
  if (!delta) return std::nullopt;
  return delta->duration();
}

}  // namespace leat::jinja

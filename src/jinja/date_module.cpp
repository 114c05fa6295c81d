// The methods of dates, and the `datetime` module.
#include <cmath>

#include "base/time.h"
#include "jinja/call.h"
#include "jinja/date_values.h"
#include "jinja/operations.h"

namespace leat::jinja {

namespace {
constexpr std::int64_t kDay = 86400000000;
LocalTime midnight(LocalTime time) {
  return std::chrono::floor<std::chrono::days>(time);
}
}  // namespace

std::optional<ZoneInfo> zone_argument(const Value& value) {
  if (value.is_none() || value.is_absent()) return std::nullopt;
  if (const Timezone* zone = value.as<Timezone>()) return zone->zone();
  raise_type(
      fmt::format("tzinfo argument must be None or of a tzinfo subclass, not type '{}'", type_name(value)));
}

std::optional<Value> Moment::attribute(std::string_view name) {
  const Fields f = fields_of(local_);
  if (type_ != Type::time) {
    if (name == "year") return Value(f.year);
    if (name == "month") return Value(f.month);
    if (name == "day") return Value(f.day);
  }
  if (type_ == Type::date) return std::nullopt;
  if (name == "hour") return Value(f.hour);
  if (name == "minute") return Value(f.minute);
  if (name == "second") return Value(f.second);
  if (name == "microsecond") return Value(f.micro);
  if (name == "tzinfo") return zone_ ? Value(make_ref<Timezone>(*zone_)) : Value::none();
  return std::nullopt;
}

Value Moment::replaced(CallArguments& a) const {
  Fields f = fields_of(local_);
  const std::pair<std::string_view, std::int64_t*> parts[] = {
      {"year", &f.year},     {"month", &f.month},   {"day", &f.day},          {"hour", &f.hour},
      {"minute", &f.minute}, {"second", &f.second}, {"microsecond", &f.micro}};
  const std::size_t skip = type_ == Type::time ? 3 : 0;
  for (std::size_t at = skip; at < std::size(parts); ++at)
    *parts[at].second = a.integer_or(at - skip, parts[at].first, *parts[at].second);
  std::optional<ZoneInfo> zone = zone_;
  if (const Value* given = a.find(7 - skip, "tzinfo")) zone = zone_argument(*given);
  return Value(make_ref<Moment>(type_, time_of(f), std::move(zone)));
}

Value make_datetime_in(std::chrono::sys_time<std::chrono::microseconds> instant, std::string_view name) {
  const ZoneInfo zone = find_zone(name);
  const LocalTime there(instant);
  // The offset depends on the local time, which depends on the offset: two rounds settle it.
  LocalTime local = there + std::chrono::seconds(offset_at(zone, there));
  local = there + std::chrono::seconds(offset_at(zone, local));
  return make_datetime(local, zone);
}

Value Moment::moved_to(const ZoneInfo& zone) const {
  const LocalTime there = instant();
  LocalTime local = there + std::chrono::seconds(offset_at(zone, there));
  local = there + std::chrono::seconds(offset_at(zone, local));
  return make_datetime(local, zone);
}

std::optional<Value> Moment::method(std::string_view name, CallArguments& a) {
  a.callee = name;
  if (name == "strftime") return Value(strftime(a.text(0, "format")));
  if (name == "isoformat")
    return Value(iso(a.text_or(0, "sep", "T").c_str()[0], a.text_or(1, "timespec", "auto")));
  if (name == "replace") return replaced(a);
  if (type_ == Type::time) return std::nullopt;
  const std::int64_t day = std::chrono::floor<std::chrono::days>(local_).time_since_epoch().count();
  const std::int64_t weekday = ((day + 3) % 7 + 7) % 7;
  if (name == "weekday") return Value(weekday);
  if (name == "isoweekday") return Value(weekday + 1);
  if (name == "toordinal") return Value(day + 719163);
  if (name == "isocalendar")
    return Value::tuple(
        {Value(*parse_integer(strftime("%G"))), Value(*parse_integer(strftime("%V"))), Value(weekday + 1)});
  if (name == "ctime") return Value(strftime("%c"));
  if (type_ == Type::date) return std::nullopt;
  if (name == "timestamp") return Value(static_cast<double>(instant().time_since_epoch().count()) / 1e6);
  if (name == "date") return Value(make_ref<Moment>(Type::date, midnight(local_), std::nullopt));
  if (name == "time" || name == "timetz")
    return Value(make_ref<Moment>(Type::time, LocalTime(local_ - midnight(local_)),
                                  name == "timetz" ? zone_ : std::nullopt));
  if (name == "utcoffset")
    return zone_ ? make_timedelta(std::chrono::seconds(offset_at(*zone_, local_))) : Value::none();
  if (name == "tzname") return zone_ ? Value(abbreviation_at(*zone_, local_)) : Value::none();
  if (name == "astimezone") {
    const auto zone = zone_argument(a.get(0, "tz"));
    return moved_to(zone ? *zone : ZoneInfo{"UTC", 0, false});
  }
  return std::nullopt;
}

namespace {

using Now = std::function<LocalTime()>;

/// datetime.date, datetime.datetime, datetime.time: makes values when called, and has class methods.
class MomentType final : public Object {
 public:
  MomentType(Moment::Type type, Now now) : type_(type), now_(std::move(now)) {}
  std::string_view type_name() const override { return "type"; }
  std::string repr() const override { return fmt::format("<class 'datetime.{}'>", name()); }
  bool is_callable() const override { return true; }

  Value call(CallArguments& a) override {
    a.callee = name();
    Fields f;
    std::size_t at = 0;
    if (type_ != Moment::Type::time) {
      f.year =
          a.require(0, "year").is_integral() ? a.integer_or(0, "year", 0) : (a.fail("needs integers"), 0);
      a.require(1, "month"), f.month = a.integer_or(1, "month", 1);
      a.require(2, "day"), f.day = a.integer_or(2, "day", 1);
      at = 3;
    }
    std::optional<ZoneInfo> zone;
    if (type_ != Moment::Type::date) {
      f.hour = a.integer_or(at, "hour", 0);
      f.minute = a.integer_or(at + 1, "minute", 0);
      f.second = a.integer_or(at + 2, "second", 0);
      f.micro = a.integer_or(at + 3, "microsecond", 0);
      zone = zone_argument(a.get(at + 4, "tzinfo"));
    }
    return Value(make_ref<Moment>(type_, time_of(f), std::move(zone)));
  }

  std::optional<Value> method(std::string_view called, CallArguments& a) override {
    a.callee = called;
    const bool date = type_ == Moment::Type::date;
    if (called == "today") return made(date ? midnight(now_()) : now_());
    if (called == "fromisoformat") return from_iso(a.text(0, "date_string"));
    if (type_ == Moment::Type::time) return std::nullopt;
    if (called == "fromtimestamp" || called == "utcfromtimestamp") return from_timestamp(a);
    if (called == "fromordinal") return made(LocalTime(std::chrono::days(a.integer_or(0, "n", 1) - 719163)));
    if (date) return std::nullopt;
    if (called == "utcnow") return made(now_());
    if (called == "now") {
      const auto zone = zone_argument(a.get(0, "tz"));
      return zone ? in_zone(now_(), *zone) : made(now_());
    }
    if (called == "strptime") return parse_datetime(a.text(0, "date_string"), a.text(1, "format"));
    if (called == "combine") return combine(a);
    return std::nullopt;
  }
  std::optional<Value> attribute(std::string_view wanted) override {
    if (wanted == "min") return made(time_of({.year = type_ == Moment::Type::time ? 1970 : 1}));
    if (wanted == "max" && type_ == Moment::Type::date)
      return made(time_of({.year = 9999, .month = 12, .day = 31}));
    if (wanted == "max") return made(time_of({9999, 12, 31, 23, 59, 59, 999999}));
    return std::nullopt;
  }

 private:
  std::string_view name() const {
    return type_ == Moment::Type::date ? "date" : type_ == Moment::Type::time ? "time" : "datetime";
  }
  Value made(LocalTime local, std::optional<ZoneInfo> zone = {}) const {
    fields_of(local);
    return Value(make_ref<Moment>(type_, local, std::move(zone)));
  }
  static Value in_zone(LocalTime instant, const ZoneInfo& zone) {
    CallArguments a;
    a.positional.push_back(Value(make_ref<Timezone>(zone)));
    return *make_utc_datetime(instant).as_object().method("astimezone", a);
  }
  Value from_timestamp(CallArguments& a) const {
    const Value& seconds = a.require(0, "timestamp");
    if (!seconds.is_number()) a.fail("needs a number");
    if (!(std::fabs(seconds.as_real()) < 2.6e11)) raise_type("timestamp is out of range");
    const LocalTime instant{Micros(static_cast<std::int64_t>(std::nearbyint(seconds.as_real() * 1e6)))};
    if (type_ == Moment::Type::date) return made(midnight(instant));
    const auto zone = zone_argument(a.get(1, "tz"));
    return zone ? in_zone(instant, *zone) : made(time_of(fields_of(instant)));
  }
  Value from_iso(const std::string& text) const {
    if (type_ == Moment::Type::time) {
      const auto micros = parse_iso_time(text);
      if (!micros) raise_type(fmt::format("Invalid isoformat string: '{}'", text));
      return made(LocalTime(Micros(*micros)));
    }
    bool has_zone = false;
    const auto instant = parse_iso_timestamp(text, has_zone);
    if (!instant || (type_ == Moment::Type::date && text.size() != 10))
      raise_type(fmt::format("Invalid isoformat string: '{}'", text));
    if (!has_zone) return made(*instant);
    const std::size_t sign = text.find_last_of("+-");
    std::int64_t offset = 0;
    if (!text.ends_with('Z') && !text.ends_with('z') && sign != std::string::npos && sign > 9) {
      const std::string zone = text.substr(sign + 1);
      offset = (parse_integer(zone.substr(0, 2)).value_or(0) * 60 +
                (zone.size() > 2 ? parse_integer(zone.substr(zone[2] == ':' ? 3 : 2, 2)).value_or(0) : 0)) *
               60;
      if (text[sign] == '-') offset = -offset;
    }
    return make_datetime(*instant + std::chrono::seconds(offset),
                         ZoneInfo{offset == 0 ? "UTC" : "UTC" + offset_text(offset, true), offset, false});
  }
  Value combine(CallArguments& a) const {
    const Moment* day = a.require(0, "date").as<Moment>();
    const Moment* time = a.require(1, "time").as<Moment>();
    if (!day || !time || day->type() == Moment::Type::time || time->type() != Moment::Type::time)
      a.fail("needs a date and a time");
    const Value* zone = a.find(2, "tzinfo");
    return made(midnight(day->local()) + time->local().time_since_epoch(),
                zone ? zone_argument(*zone) : time->zone());
  }
  Moment::Type type_;
  Now now_;
};

Value timedelta(CallArguments& a) {
  static constexpr std::pair<std::string_view, double> kUnits[] = {
      {"days", 86400e6}, {"seconds", 1e6},  {"microseconds", 1},   {"milliseconds", 1e3},
      {"minutes", 60e6}, {"hours", 3600e6}, {"weeks", 7 * 86400e6}};
  for (const NamedValue& named : a.named)
    if (std::none_of(std::begin(kUnits), std::end(kUnits),
                     [&](const auto& unit) { return unit.first == named.name; }))
      raise_type(fmt::format("'{}' is an invalid keyword argument for timedelta()", named.name));
  double total = 0;
  for (std::size_t at = 0; at < std::size(kUnits); ++at) {
    const Value given = a.get(at, kUnits[at].first, Value(0));
    if (!given.is_number())
      raise_type(
          fmt::format("unsupported type for timedelta {} component: {}", kUnits[at].first, type_name(given)));
    total += given.as_real() * kUnits[at].second;
  }
  if (!(std::fabs(total) < 9e18)) raise_type("timedelta is too large");
  return make_timedelta(Micros(static_cast<std::int64_t>(std::nearbyint(total))));
}

/// datetime.timezone: timezone(offset), timezone.utc.
class TimezoneType final : public Object {
 public:
  std::string_view type_name() const override { return "type"; }
  std::string repr() const override { return "<class 'datetime.timezone'>"; }
  bool is_callable() const override { return true; }
  Value call(CallArguments& a) override {
    const auto offset = duration_of(a.require(0, "offset"));
    if (!offset || std::abs(offset->count()) >= kDay) a.fail("needs a timedelta of less than 24 hours");
    const std::int64_t seconds = offset->count() / 1000000;
    const std::string name = a.text_or(1, "name", seconds ? "UTC" + offset_text(seconds, true) : "UTC");
    return Value(make_ref<Timezone>(ZoneInfo{name, seconds, false}));
  }
  std::optional<Value> attribute(std::string_view name) override {
    if (name == "utc") return Value(make_ref<Timezone>(ZoneInfo{"UTC", 0, false}));
    return std::nullopt;
  }
};

}  // namespace

Value datetime_module(std::function<LocalTime()> now) {
  Ref<Namespace> module = make_ref<Namespace>();
  module->set_attribute("datetime", Value(make_ref<MomentType>(Moment::Type::datetime, now)));
  module->set_attribute("date", Value(make_ref<MomentType>(Moment::Type::date, now)));
  module->set_attribute("time", Value(make_ref<MomentType>(Moment::Type::time, now)));
  module->set_attribute("timedelta", make_function("timedelta", timedelta));
  module->set_attribute("timezone", Value(make_ref<TimezoneType>()));
  return Value(module);
}

Value pytz_module() {
  Ref<Namespace> module = make_ref<Namespace>();
  const Value utc(make_ref<Timezone>(ZoneInfo{"UTC", 0, false}));
  module->set_attribute("utc", utc);
  module->set_attribute("UTC", utc);
  module->set_attribute("timezone", make_function("timezone", [](CallArguments& a) {
                          return Value(make_ref<Timezone>(find_zone(a.text(0, "zone"))));
                        }));
  return Value(module);
}

}  // namespace leat::jinja

// The value objects of datetime.h, for the files that implement it.
//
// Guarantees: immutable.
// Threads: any.
// Owns: nothing foreign.
// Errors: as datetime.h.
#pragma once
#include <chrono>

#include "jinja/datetime.h"
#include "jinja/object.h"

namespace leat::jinja {

using Micros = std::chrono::microseconds;
using LocalTime = std::chrono::sys_time<Micros>;

/// The fields of a clock's reading.
struct Fields {
  std::int64_t year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0, micro = 0;
};
Fields fields_of(LocalTime time);
/// Throws for fields that are no date.
LocalTime time_of(const Fields& fields);
/// The zone's offset at a local time, in seconds; and its abbreviation.
std::int64_t offset_at(const ZoneInfo& zone, LocalTime local);
std::string abbreviation_at(const ZoneInfo& zone, LocalTime local);
/// "+01:00", with seconds where there are any.
std::string offset_text(std::int64_t seconds, bool colon);

class Timedelta final : public Object {
 public:
  explicit Timedelta(Micros length) : length_(length) {}
  std::string_view type_name() const override { return "datetime.timedelta"; }
  std::string str() const override;
  std::string repr() const override;
  std::optional<Value> attribute(std::string_view name) override;
  std::optional<Value> method(std::string_view name, CallArguments& arguments) override;
  bool truth() const override { return length_.count() != 0; }
  bool equals(const Value& other) const override;
  std::optional<int> compare(const Value& other) const override;
  std::size_t hash() const override { return std::hash<std::int64_t>()(length_.count()); }
  std::optional<Value> binary(Operator op, const Value& other, bool reflected) override;
  Micros duration() const { return length_; }

 private:
  Micros length_;
};

class Timezone final : public Object {
 public:
  explicit Timezone(ZoneInfo zone) : zone_(std::move(zone)) {}
  std::string_view type_name() const override { return "datetime.timezone"; }
  std::string str() const override { return zone_.name; }
  std::string repr() const override;
  std::optional<Value> method(std::string_view name, CallArguments& arguments) override;
  std::optional<Value> attribute(std::string_view name) override;
  bool equals(const Value& other) const override;
  const ZoneInfo& zone() const { return zone_; }

 private:
  ZoneInfo zone_;
};

/// A date, a datetime or a time of day.
class Moment final : public Object {
 public:
  enum class Type { date, datetime, time };
  Moment(Type type, LocalTime local, std::optional<ZoneInfo> zone)
      : type_(type), local_(local), zone_(std::move(zone)) {}
  std::string_view type_name() const override;
  std::string str() const override { return iso(type_ == Type::datetime ? ' ' : 'T', "auto"); }
  std::string repr() const override;
  std::optional<Value> attribute(std::string_view name) override;
  std::optional<Value> method(std::string_view name, CallArguments& arguments) override;
  bool equals(const Value& other) const override;
  std::optional<int> compare(const Value& other) const override;
  std::size_t hash() const override;
  std::optional<Value> binary(Operator op, const Value& other, bool reflected) override;

  Type type() const { return type_; }
  LocalTime local() const { return local_; }
  const std::optional<ZoneInfo>& zone() const { return zone_; }
  /// The instant; a naive one is read as UTC.
  LocalTime instant() const;
  std::string iso(char separator, std::string_view precision) const;
  std::string strftime(std::string_view format) const;

 private:
  Value replaced(CallArguments& arguments) const;
  Value moved_to(const ZoneInfo& zone) const;
  Type type_;
  LocalTime local_;
  std::optional<ZoneInfo> zone_;
};

/// The zone of a tzinfo argument: None, timezone or pytz zone.
std::optional<ZoneInfo> zone_argument(const Value& value);
/// A zone of the IANA database; throws for a name that is not in it.
ZoneInfo find_zone(std::string_view name);

}  // namespace leat::jinja

// DatetimeCursor: what all cursors over time share: formats, step, bounds, and where a window's ends go in a
// request.
//
// Guarantees: see cursors.h. slice() is a pure function.
// Threads: immutable.
// Errors: Error(config_invalid).
// Source: behaviour of the Airbyte CDK's DatetimeBasedCursor.
#pragma once
#include "sources/declarative/calendar_duration.h"
#include "sources/declarative/cursors.h"

namespace leat::sources::declarative {

struct TimeSpan {
  Timestamp from, to;  ///< both inclusive where there is a granularity
  bool operator==(const TimeSpan&) const = default;
};

/// Cuts [from, to] into steps. With a granularity every window but the last ends that much before the next
/// begins; without, windows share their bounds.
std::vector<TimeSpan> slice(TimeSpan span, const std::optional<CalendarDuration>& step,
                            const std::optional<CalendarDuration>& granularity);

/// A datetime setting: text or a MinMaxDatetime.
class DatetimeSetting {
 public:
  DatetimeSetting() = default;
  DatetimeSetting(const Value& setting, const Workshop& workshop, std::string format);
  bool empty() const { return value_.empty(); }
  Timestamp evaluate() const;

 private:
  Timestamp read(const Interpolated& value) const;
  Interpolated value_, least_, most_;
  std::string format_, where_;
};

class DatetimeCursor : public Cursor {
 public:
  DatetimeCursor(const Value& component, const Workshop& workshop);

  const std::string& field() const override { return field_; }
  void contribute(RequestParts& parts, const Scope& scope, const jinja::Value& slice) const override;
  Value state_from(Timestamp time) const override;
  std::optional<Timestamp> newest(const batch::RecordBatch& batch) const override;

  std::optional<Timestamp> time_of_state(const Value& state) const override;
  bool is_global() const override { return is_global_; }
  bool filters() const override { return filters_; }
  bool is_feed() const override { return is_feed_; }

  /// The instant of a record's cursor field, nullopt when it has none.
  std::optional<Timestamp> time_of(const jinja::Value& record) const;
  /// A window's keys with another beginning.
  jinja::Value with_start(const jinja::Value& window, Timestamp start) const;
  /// Cuts what has to be read into windows; the last of them ends at its end if `is_end`, else just before
  /// it.
  std::vector<TimeSpan> slices(TimeSpan span, bool is_end) const;
  /// Reads a value of the cursor's field by its formats.
  std::optional<Timestamp> parse(std::string_view text) const;
  std::string print(Timestamp time) const;
  CursorWindow window(const TimeSpan& span) const;
  /// start_datetime and end_datetime (now where it is left out).
  Timestamp start_datetime() const;
  Timestamp end_datetime() const;
  const std::optional<CalendarDuration>& step() const { return step_; }
  const std::optional<CalendarDuration>& granularity() const { return granularity_; }
  const CalendarDuration& lookback() const { return lookback_; }

 protected:
  const Workshop workshop_;

 private:
  std::string field_, format_, start_key_, end_key_;
  std::vector<std::string> read_formats_;
  DatetimeSetting start_, end_;
  std::optional<CalendarDuration> step_, granularity_;
  CalendarDuration lookback_;
  bool is_global_, filters_, is_feed_, is_strict_;
  enum class Clamp { none, day, week, month } clamp_ = Clamp::none;
  std::int64_t clamp_weekday_ = 0;  // 0: Monday
  void read_clamping(const Value& clamping);
  Timestamp clamped(Timestamp time) const;
  std::unique_ptr<RequestOption> start_option_, end_option_;
};

}  // namespace leat::sources::declarative

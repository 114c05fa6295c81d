#include "sources/declarative/datetime_cursor.h"

#include <fmt/core.h>

#include <algorithm>

#include "jinja/operations.h"
#include "sources/declarative/datetime_format.h"

namespace leat::sources::declarative {
namespace {

std::optional<CalendarDuration> duration_setting(const Value& component, std::string_view name,
                                                 const Workshop& workshop) {
  const Value* setting = component.find(name);
  if (!setting || setting->is_null()) return std::nullopt;
  std::string text = workshop.text_now(component, name);
  if (text.empty()) return std::nullopt;
  std::optional<CalendarDuration> duration = parse_iso_duration(text);
  if (!duration) {
    throw Error(ErrorCode::config_invalid, fmt::format("`{}` is no ISO 8601 duration: {}", name, text),
                setting->where());
  }
  return duration;
}

}  // namespace

std::vector<TimeSpan> slice(TimeSpan span, const std::optional<CalendarDuration>& step,
                            const std::optional<CalendarDuration>& granularity) {
  std::vector<TimeSpan> out;
  if (!step || step->empty()) return {span};
  Timestamp lower = span.from;
  while (true) {
    Timestamp upper = std::min(plus(lower, *step), span.to);
    bool last = upper >= span.to;
    out.push_back({lower, last || !granularity ? upper : minus(upper, *granularity)});
    if (last) return out;
    lower = upper;
  }
}

DatetimeSetting::DatetimeSetting(const Value& setting, const Workshop& workshop, std::string format)
    : format_(std::move(format)), where_(setting.where()) {
  if (!setting.is_mapping()) {
    value_ = Interpolated(setting, Value(), workshop.interpolation, workshop.config);
    return;
  }
  need(setting, "datetime");
  value_ = workshop.text(setting, "datetime");
  least_ = workshop.text(setting, "min_datetime");
  most_ = workshop.text(setting, "max_datetime");
  if (const Value& own = setting["datetime_format"]; own.is_text() && !own.raw().empty()) format_ = own.raw();
}

Timestamp DatetimeSetting::read(const Interpolated& value) const {
  std::string text = value.text(Scope());
  std::optional<Timestamp> time = parse_datetime(text, format_);
  // A date typed into a config is clear in ISO form, whatever the API's format.
  if (!time) time = parse_iso_timestamp(text);
  if (!time) {
    throw Error(ErrorCode::config_invalid, fmt::format("`{}` does not fit the format {}", text, format_),
                where_);
  }
  return *time;
}

Timestamp DatetimeSetting::evaluate() const {
  Timestamp time = read(value_);
  if (!least_.empty() && !least_.text(Scope()).empty()) time = std::max(time, read(least_));
  if (!most_.empty() && !most_.text(Scope()).empty()) time = std::min(time, read(most_));
  return time;
}

DatetimeCursor::DatetimeCursor(const Value& component, const Workshop& workshop)
    : workshop_(workshop),
      field_((need(component, "cursor_field"), workshop.text_now(component, "cursor_field"))),
      format_(need(component, "datetime_format").as_text("datetime_format")),
      start_key_(plain_text(component, "partition_field_start", "start_time")),
      end_key_(plain_text(component, "partition_field_end", "end_time")),
      step_(duration_setting(component, "step", workshop)),
      granularity_(duration_setting(component, "cursor_granularity", workshop)),
      lookback_(duration_setting(component, "lookback_window", workshop).value_or(CalendarDuration{})),
      start_option_(make_option(component, "start_time_option", workshop)),
      end_option_(make_option(component, "end_time_option", workshop)) {
  is_global_ = plain_flag(component, "global_substream_cursor");
  filters_ = plain_flag(component, "is_client_side_incremental");
  is_feed_ = plain_flag(component, "is_data_feed");
  is_strict_ = plain_flag(component, "is_compare_strictly");
  if (component["clamping"].is_mapping()) read_clamping(component["clamping"]);
  for (const Value& format : component["cursor_datetime_formats"].items())
    read_formats_.push_back(format.raw());
  read_formats_.push_back(format_);
  if (const Value* start = component.find("start_datetime"); start && !start->is_null()) {
    start_ = DatetimeSetting(*start, workshop, format_);
  }
  if (const Value* end = component.find("end_datetime"); end && !end->is_null()) {
    end_ = DatetimeSetting(*end, workshop, format_);
  }
  if (step_.has_value() != granularity_.has_value()) {
    throw Error(ErrorCode::config_invalid,
                "`step` and `cursor_granularity` belong together: set both or neither", component.where());
  }
  if (step_ && plus(Timestamp{}, *step_) <= Timestamp{}) {
    throw Error(ErrorCode::config_invalid, "`step` has to be longer than nothing", component["step"].where());
  }
}

std::optional<Timestamp> DatetimeCursor::parse(std::string_view text) const {
  for (const std::string& format : read_formats_) {
    if (auto time = parse_datetime(text, format)) return time;
  }
  return std::nullopt;
}

std::string DatetimeCursor::print(Timestamp time) const {
  return format_datetime(time, format_);
}

CursorWindow DatetimeCursor::window(const TimeSpan& span) const {
  std::string from = print(span.from), to = print(span.to);
  return {jinja::Value::dict({{start_key_, jinja::Value(from)}, {end_key_, jinja::Value(to)}}),
          from + "/" + to};
}

Timestamp DatetimeCursor::start_datetime() const {
  return start_.evaluate();
}

Timestamp DatetimeCursor::end_datetime() const {
  Timestamp end = end_.empty() ? workshop_.env.now() : end_.evaluate();
  if (clamp_ == Clamp::none) return end;
  Timestamp floor = clamped(end);
  return granularity_ ? minus(floor, *granularity_) : floor;
}

void DatetimeCursor::read_clamping(const Value& clamping) {
  std::string target =
      Interpolated(clamping["target"], Value(), workshop_.interpolation, workshop_.config).text(Scope());
  for (auto [name, clamp] :
       {std::pair("DAY", Clamp::day), std::pair("WEEK", Clamp::week), std::pair("MONTH", Clamp::month)}) {
    if (target == name) clamp_ = clamp;
  }
  constexpr std::string_view kDays[] = {"MONDAY", "TUESDAY",  "WEDNESDAY", "THURSDAY",
                                        "FRIDAY", "SATURDAY", "SUNDAY"};
  const std::string& day = clamping["target_details"]["weekday"].raw();
  const auto* found = std::find(std::begin(kDays), std::end(kDays), day);
  if (clamp_ == Clamp::none || (clamp_ == Clamp::week && found == std::end(kDays))) {
    throw Error(ErrorCode::config_invalid, "`clamping` needs a target DAY, WEEK (with a weekday) or MONTH",
                clamping.where());
  }
  clamp_weekday_ = found == std::end(kDays) ? 0 : found - std::begin(kDays);
}

// Down to the beginning of the day, the week or the month.
Timestamp DatetimeCursor::clamped(Timestamp time) const {
  using std::chrono::days;
  if (clamp_ == Clamp::none) return time;
  std::chrono::sys_days day = std::chrono::floor<days>(time);
  if (clamp_ == Clamp::week) {
    std::int64_t weekday = (std::chrono::weekday(day).iso_encoding() - 1 + 7 - clamp_weekday_) % 7;
    day -= days(weekday);
  } else if (clamp_ == Clamp::month) {
    std::chrono::year_month_day date(day);
    day = date.year() / date.month() / 1;
  }
  return day;
}

// Windows begin and end at whole days, weeks or months where they are clamped: a beginning in the midst of
// one moves to the next.
std::vector<TimeSpan> DatetimeCursor::slices(TimeSpan span, bool is_end) const {
  auto up = [&](Timestamp time) {
    Timestamp down = clamped(time);
    if (clamp_ == Clamp::none || down == time) return time;
    if (clamp_ == Clamp::month) return plus(down, {1, {}});
    return down + std::chrono::days(clamp_ == Clamp::week ? 7 : 1);
  };
  span.from = up(span.from);
  // With both ends inclusive a window of one instant has something to read.
  if (span.from > span.to || (span.from == span.to && (is_strict_ || !is_end))) return {};
  auto before = [&](Timestamp time) { return granularity_ ? minus(time, *granularity_) : time; };
  bool one = !step_ || plus(span.from, *step_) >= span.to;
  if (one) {
    Timestamp to = is_end && granularity_ ? span.to : up(span.to);
    return {{span.from, is_end ? to : before(to)}};
  }
  std::vector<TimeSpan> out;
  for (Timestamp lower = span.from;;) {
    Timestamp upper = std::min(plus(lower, *step_), span.to);
    if (upper != span.to) upper = up(upper);
    bool last = upper >= span.to;
    if (lower >= upper) return out;
    out.push_back({lower, is_end && last ? upper : before(upper)});
    if (last) return out;
    lower = upper;
  }
}

jinja::Value DatetimeCursor::with_start(const jinja::Value& window, Timestamp start) const {
  jinja::Value out = jinja::Value::dict();
  window.as_dict().each(
      [&](const jinja::Value& key, const jinja::Value& value) { out.as_dict().set(key, value); });
  out.as_dict().set(std::string_view(start_key_), jinja::Value(print(start)));
  return out;
}

std::optional<Timestamp> DatetimeCursor::time_of(const jinja::Value& record) const {
  const jinja::Value* value = record.find(field_);
  if (!value || value->is_none()) return std::nullopt;
  std::string text = jinja::to_text(*value);
  std::optional<Timestamp> time = parse(text);
  return time ? time : parse_iso_timestamp(text);
}

std::optional<Timestamp> DatetimeCursor::time_of_state(const Value& state) const {
  const Value* text = state.find(field_);
  if (state["state_type"].raw() == "date-range" && !state["slices"].items().empty()) {
    const Value& first = state["slices"].items()[0];
    text = first["most_recent_cursor_value"].raw().empty() ? first.find("end")
                                                           : first.find("most_recent_cursor_value");
  }
  if (!text || text->raw().empty()) return std::nullopt;
  std::optional<Timestamp> time = parse(text->raw());
  return time ? time : parse_iso_timestamp(text->raw());
}

void DatetimeCursor::contribute(RequestParts& parts, const Scope& scope, const jinja::Value& slice) const {
  auto add = [&](const std::unique_ptr<RequestOption>& option, const std::string& key) {
    const jinja::Value* value = slice.find(key);
    if (option && value && !value->is_none()) option->inject(parts, *value, scope);
  };
  add(start_option_, start_key_);
  add(end_option_, end_key_);
}

Value DatetimeCursor::state_from(Timestamp time) const {
  Value state = Value::mapping();
  state.set(field_, Value::of(print(time)));
  return state;
}

std::optional<Timestamp> DatetimeCursor::newest(const batch::RecordBatch& batch) const {
  std::optional<std::size_t> index = batch.schema()->find(field_);
  if (!index) return std::nullopt;
  const batch::ColumnData& column = batch.column(*index);
  using batch::TypeKind;
  std::optional<Timestamp> out;
  auto take = [&](Timestamp time) {
    if (!out || time > *out) out = time;
  };
  TypeKind kind = column.type().kind;
  if (kind == TypeKind::timestamp || kind == TypeKind::timestamptz) {
    std::optional<std::int64_t> most;
    for (std::size_t row = 0; row < column.size(); ++row) {
      std::int64_t micros = column.value<std::int64_t>(row);
      if ((!most || micros > *most) && !column.is_null(row)) most = micros;
    }
    if (most) take(Timestamp(std::chrono::microseconds(*most)));
    return out;
  }
  // Text in order of its letters is mostly in order of time too; equal neighbours need no second reading.
  std::string last;
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (column.is_null(row)) continue;
    std::string text = column.print(row);
    if (text == last) continue;
    if (auto time = parse(text)) {
      take(*time);
    } else if (auto iso = parse_iso_timestamp(text)) {
      take(*iso);
    }
    last = std::move(text);
  }
  return out;
}

}  // namespace leat::sources::declarative

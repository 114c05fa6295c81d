#include "sources/declarative/cursors.h"

#include <fmt/core.h>

#include <algorithm>
#include <deque>

#include "base/error.h"
#include "sources/declarative/count_cursor.h"
#include "sources/declarative/datetime_cursor.h"
#include "sources/declarative/extent_cursor.h"

namespace leat::sources::declarative {
namespace {

// A stretch of time that was read, as a state holds it.
struct DoneSpan {
  Timestamp from, to;
  std::optional<Timestamp> newest;
};

class DatetimeRun final : public CursorRun {
 public:
  DatetimeRun(const DatetimeCursor& cursor, const WalkStart& begin)
      : cursor_(cursor), start_(cursor.start_datetime()), end_(cursor.end_datetime()) {
    if (const auto& window = begin.window) {
      Timestamp from = window->from ? std::max(*window->from, start_) : start_;
      Timestamp to = window->to ? std::min(*window->to, end_) : end_;
      if (window->to && cursor.granularity()) to = std::min(end_, minus(*window->to, *cursor.granularity()));
      done_.push_back({from, from, std::nullopt});
      least_ = from;
      if (from < to) plan(from, to, true);
      return;
    }
    read_state(begin);
    if (done_.empty()) done_.push_back({start_, start_, std::nullopt});
    least_ = std::max(start_, done_.front().newest.value_or(done_.front().to));
    // What is looked back for is wanted, too.
    if (!cursor.lookback().empty()) least_ = std::max(minus(least_, cursor.lookback()), start_);
    // Gaps that an earlier run left are read first; only the newest end is looked back from, by the first
    // read as well, though never before the start: a start at the end is read then.
    if (start_ < done_.front().from) plan(start_, done_.front().from, false);
    for (std::size_t i = 0; i + 1 < done_.size(); ++i) {
      Timestamp from = done_[i].to;
      if (cursor.granularity()) from = plus(from, *cursor.granularity());
      plan(from, done_[i + 1].from, false);
    }
    plan(minus(done_.back().to, cursor.lookback()), end_, true);
  }

  std::optional<CursorWindow> next() override {
    if (at_ == windows_.size()) return std::nullopt;
    return cursor_.window(windows_[at_++]);
  }
  void observe(const batch::RecordBatch& batch) override {
    std::optional<Timestamp> seen = cursor_.newest(batch);
    if (seen && (!window_newest_ || *seen > *window_newest_)) window_newest_ = seen;
  }
  void observe(const jinja::Value& record) override {
    std::optional<Timestamp> seen = cursor_.time_of(record);
    if (seen && (!window_newest_ || *seen > *window_newest_)) window_newest_ = seen;
  }
  bool covers(const jinja::Value& record) const override {
    std::optional<Timestamp> time = cursor_.time_of(record);
    return !time || (least_ <= *time && *time <= cursor_.end_datetime());
  }
  std::optional<jinja::Value> rest_of(const jinja::Value& window) const override {
    if (!window_newest_) return std::nullopt;
    return cursor_.with_start(window, *window_newest_);
  }
  void close_window() override {
    if (closed_ == windows_.size()) return;
    const TimeSpan& span = windows_[closed_++];
    done_.push_back({span.from, span.to, window_newest_});
    window_newest_.reset();
    merge();
  }
  // What was read without a gap before it counts; the rest is read again.
  Value state() const override {
    return cursor_.state_from(done_.front().newest.value_or(done_.front().from));
  }

 private:
  void plan(Timestamp from, Timestamp to, bool is_end) {
    to = std::min(to, end_);
    if (from > to || (from == to && !cursor_.granularity()) || to < start_) return;
    from = std::max(from, start_);
    for (const TimeSpan& span : cursor_.slices({from, to}, is_end)) windows_.push_back(span);
  }

  Timestamp read(const Value& value) const {
    std::optional<Timestamp> time = cursor_.parse(value.raw());
    if (!time) time = parse_iso_timestamp(value.raw());
    if (!time) throw Error(ErrorCode::state_invalid, "The stored cursor can't be read as a date");
    return *time;
  }
  void read_state(const WalkStart& begin) {
    const Value& state = begin.state;
    if (state["state_type"].raw() == "date-range") {
      for (const Value& span : state["slices"].items()) {
        DoneSpan done{read(span["start"]), read(span["end"]), std::nullopt};
        if (!span["most_recent_cursor_value"].raw().empty())
          done.newest = read(span["most_recent_cursor_value"]);
        done_.push_back(done);
      }
      merge();
    } else if (const Value* value = state.find(cursor_.field()); value && !value->raw().empty()) {
      Timestamp time = std::max(start_, read(*value) - begin.lookback);
      done_.push_back({start_, time, time});
    }
  }
  void merge() {
    std::stable_sort(done_.begin(), done_.end(),
                     [](const DoneSpan& a, const DoneSpan& b) { return a.from < b.from; });
    std::vector<DoneSpan> merged;
    for (const DoneSpan& span : done_) {
      Timestamp reach = merged.empty() ? span.from : merged.back().to;
      if (cursor_.granularity()) reach = plus(reach, *cursor_.granularity());
      if (merged.empty() || span.from > reach) {
        merged.push_back(span);
        continue;
      }
      DoneSpan& last = merged.back();
      last.to = std::max(last.to, span.to);
      if (span.newest && (!last.newest || *span.newest > *last.newest)) last.newest = span.newest;
    }
    done_ = std::move(merged);
  }

  const DatetimeCursor& cursor_;
  Timestamp start_, end_, least_;
  std::vector<DoneSpan> done_;
  std::vector<TimeSpan> windows_;
  std::size_t at_ = 0, closed_ = 0;
  std::optional<Timestamp> window_newest_;
};

class DatetimeBasedCursor final : public DatetimeCursor {
 public:
  DatetimeBasedCursor(const Value& component, const Workshop& workshop)
      : DatetimeCursor(component, workshop) {
    need(component, "start_datetime");
  }
  std::unique_ptr<CursorRun> start(const WalkStart& from, const Requester&) const override {
    return std::make_unique<DatetimeRun>(*this, from);
  }
};

constexpr ComponentRow<Cursor> kCursors[] = {
    {"DatetimeBasedCursor",
     [](const Value& component, const Workshop& workshop) -> std::unique_ptr<Cursor> {
       return std::make_unique<DatetimeBasedCursor>(component, workshop);
     }},
    {"IncrementingCountCursor", make_count_cursor},
    {"leat.ExtentDatetimeCursor", make_extent_cursor},
};

}  // namespace

std::unique_ptr<Cursor> make_cursor(const Value& component, const Workshop& workshop) {
  return make_component<Cursor>(kCursors, component, "incremental_sync", workshop);
}

}  // namespace leat::sources::declarative

// Cursor: cuts the time that a stream has to read into windows. CursorRun: one walk along
// them.
//
// Guarantees: windows come in order of time and leave no gap between them larger than the
//   cursor's granularity; the state after a window covers it and all before it.
// Threads: a Cursor is immutable; a CursorRun is used by one thread.
// Owns: a CursorRun the state of its walk; it must not outlive its Cursor.
// Errors: Error(config_invalid) when made; Error(state_invalid) for a state that is none.
// Source: behaviour of the Airbyte CDK's DatetimeBasedCursor (concurrent cursor).
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "batch/record_batch.h"
#include "sources/declarative/requester.h"
#include "stream/stream.h"

namespace leat::sources::declarative {

/// A window as templates see it (its keys go into stream_slice) and as people read it.
struct CursorWindow {
  jinja::Value keys;  ///< a dict with start_time and end_time, or as the cursor names them
  std::string name;   ///< "2023-11-06T00:00:00/2023-11-12T23:59:59"
};

class CursorRun {
 public:
  virtual ~CursorRun() = default;
  /// The next window, nullopt at the end.
  virtual std::optional<CursorWindow> next() = 0;
  /// Tells of rows, or of a record, that were read.
  virtual void observe(const batch::RecordBatch& batch) = 0;
  virtual void observe(const jinja::Value& record) = 0;
  /// Whether a record lies in what this walk has to read; one without the cursor's field does.
  virtual bool covers(const jinja::Value& /*record*/) const { return true; }
  /// The window from the newest record seen in it to its end, for an API that ends its pages early.
  virtual std::optional<jinja::Value> rest_of(const jinja::Value& /*window*/) const { return std::nullopt; }
  /// Tells that the oldest window that is still open was read to its end.
  virtual void close_window() = 0;
  /// What to go on from: covers the closed windows.
  virtual Value state() const = 0;
};

/// Where a walk begins: after `state` (null: from the beginning) less `lookback`, or within `window`.
struct WalkStart {
  Value state = {};
  std::optional<stream::Window> window = {};
  std::chrono::seconds lookback{0};
};

class Cursor : public RequestContributor {
 public:
  virtual std::unique_ptr<CursorRun> start(const WalkStart& from, const Requester& requester) const = 0;
  /// The field that orders records.
  virtual const std::string& field() const = 0;
  /// The state that makes a later walk begin at `time`; null for a cursor that is no time.
  virtual Value state_from(Timestamp time) const = 0;
  /// The newest instant of the cursor's field in a batch.
  virtual std::optional<Timestamp> newest(const batch::RecordBatch& batch) const = 0;
  /// The instant that a state of this cursor stands for, nullopt for none.
  virtual std::optional<Timestamp> time_of_state(const Value& /*state*/) const { return std::nullopt; }
  /// Whether one cursor serves all partitions.
  virtual bool is_global() const { return false; }
  /// Whether records outside of what has to be read are left out before pages are counted, or whether the
  /// first of them ends the pages.
  virtual bool filters() const { return false; }
  virtual bool is_feed() const { return false; }
};

std::unique_ptr<Cursor> make_cursor(const Value& component, const Workshop& workshop);

}  // namespace leat::sources::declarative

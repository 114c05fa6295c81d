// Asset: one thing a run makes fresh: a stream, a dbt node or a page. Outcome: what became of it.
//
// Guarantees: an asset's work is a straight-line function on one thread, in its own session of the warehouse.
// Threads: `work`, `fingerprint` and `exists` of different assets run at the same time.
// Errors: work() tells failure in its Outcome or throws; both fail the asset and skip what is below it.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "dbt/selector.h"
#include "sql/adapter.h"

namespace leat::run {

enum class Status {
  success,
  warning,      ///< done, with something to look at (a test of severity warn)
  unchanged,    ///< nothing above it changed: not run
  skipped,      ///< something above it failed, or the run was interrupted before its turn
  interrupted,  ///< it was at work when the run was asked to stop
  error,
};
std::string_view name(Status status);
/// True when what is below can't go on.
inline bool blocks(Status status) {
  return status == Status::error || status == Status::skipped || status == Status::interrupted;
}

struct Outcome {
  Status status = Status::success;
  std::int64_t rows = -1;      ///< that changed, or failures of a test; -1 where there is no such number
  std::int64_t rows_read = 0;  ///< streams only
  std::string message;         ///< "1,234 rows", "3 rows fail"
  std::string version;         ///< streams: the id of the last load that changed rows
  bool recorded = false;       ///< work() has run its `record`
  std::optional<Error> error;
  std::int64_t took_ms = 0;
};

struct Asset {
  dbt::Selectable what;  ///< id, name, kind, path, tags, upstream ids
  /// Ids that it waits for, and whose failure it is skipped for, where that is not just what is upstream.
  std::optional<std::vector<std::string>> waits_for;
  const std::vector<std::string>& waiting() const { return waits_for ? *waits_for : what.upstream; }
  /// What else its work touches, by names that others use as well: no two runs are at work on one of them.
  std::vector<std::string> shares;
  /// Does the work in a session of its own.
  std::function<Outcome(sql::Adapter&)> work;
  /// The same, and commits `record` with the transaction that makes what it did last, where it can: then the
  /// outcome says so. Null: work() is called.
  std::function<Outcome(sql::Adapter&, const sql::Record& record)> recorded_work;
  /// Whatever was there, it makes the same: done once more after a crash, it harms nothing.
  bool is_repeatable = false;
  /// What it would do, as a string that changes when that changes; null: it always runs (streams).
  std::function<std::string(sql::Adapter&)> fingerprint;
  /// False when what it made is gone; null: nothing to look for.
  std::function<bool(sql::Adapter&)> exists;
  /// It is run only where a selection chooses it: what it does leaves the project (a mail).
  bool is_on_request = false;
  /// At most `lane_width` assets of one lane run at once ("" and 0: no limit): streams of one source share
  /// it.
  std::string lane;
  int lane_width = 0;
};

}  // namespace leat::run

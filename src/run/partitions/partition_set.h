// PartitionSet: an entry of `partitions:` in leat.yml: what assets are divided into: windows of time, or
// a list of values.
//
// Guarantees: windows follow each other without a hole, in the set's time zone: a day lasts 23 to 25
//   hours where clocks change. Their keys are stable names: "2026-01-05", "2026-01",
//   "2026-01-05T06:00Z".
// Threads: values.
// Errors: Error(partitions_invalid), Error(partitions_unknown), Error(schedule_invalid) for a time zone.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/spec.h"
#include "document/value.h"
#include "run/schedules/time_zone.h"

namespace leat::run {

struct Partition {
  std::string key;
  std::optional<Timestamp> from, to;  ///< of a window
  bool operator==(const Partition&) const = default;
};

enum class WindowUnit { hour, day, week, month, year };

struct PartitionSet {
  std::string name;
  std::vector<std::string> select, exclude;  ///< dbt's selection language
  // -- windows
  int count = 1;  ///< units that one lasts
  WindowUnit unit = WindowUnit::day;
  std::string window_text;  ///< "" for a list
  TimeZone zone{"UTC"};
  std::chrono::sys_seconds start{};  ///< local time
  std::optional<std::chrono::sys_seconds> end;
  std::chrono::milliseconds delay{0};  ///< a window is there so long after its end
  // -- a list
  std::vector<std::string> values;
  std::string variable = "partition";  ///< of dbt, that holds the value

  bool is_time() const { return values.empty(); }
};

extern const Spec kPartitionsSpec;

/// Reads the mapping under `partitions:`.
std::vector<PartitionSet> read_partition_sets(const document::Value& all, const Env& env);
/// The set of that name; Error(partitions_unknown) lists the known ones.
const PartitionSet& find_partition_set(const std::vector<PartitionSet>& all, const std::string& name);

/// A bound of a range as people write it: a key of the set, or an instant; null: no bound.
struct PartitionRange {
  std::string from, to;  ///< windows that begin from `from` on and before `to`; values from `from` to `to`
};
/// The partitions that there are at `now`, in their order.
std::vector<Partition> partitions_of(const PartitionSet& set, Timestamp now,
                                     const PartitionRange& range = {});

}  // namespace leat::run

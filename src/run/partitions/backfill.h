// Backfill: the runs that do a range of partitions: planned, estimated, queued.
//
// Guarantees: a plan is in the order asked for and holds no partition twice, and none that a job is
//   already under way for unless `which` is all. A run of several windows holds neighbours only. Adding
//   it is one transaction; its jobs then go on like any other: through crashes, at their unfinished
//   steps.
// Threads: pure functions; the Queue locks.
// Owns: nothing.
// Errors: Error(backfill_invalid), Error(partitions_unknown), Error(run_store).
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "document/value.h"
#include "run/partitions/partition_set.h"
#include "run/store/queue.h"

namespace leat::run {

enum class Which {
  missing,     ///< those that no run has had
  failed,      ///< those whose newest run failed or was cancelled
  unfinished,  ///< both
  all,
};

struct BackfillRequest {
  std::string partitions;  ///< the set's name
  PartitionRange range;
  std::vector<std::string> keys;  ///< just these, when there are any
  Which which = Which::unfinished;
  int partitions_per_run = 1;  ///< 0: all in one run
  int concurrency = 1;
  bool is_descending = false, full_refresh = false;
  std::optional<std::vector<std::string>> select, exclude;  ///< instead of the set's
  int priority = 0, retries = 2;
  std::string pool;
};
/// Reads the JSON that POST /backfills takes.
BackfillRequest parse_backfill(const document::Value& json);
document::Value to_value(const BackfillRequest& request);

struct BackfillPlan {
  std::vector<std::vector<Partition>> runs;
  std::size_t partition_count = 0;
  std::size_t left_out = 0;  ///< of the range, because of `which`
  /// From the newest runs of the set: nullopt where there are none.
  std::optional<double> seconds_per_run, seconds;
  int runs_known = 0;  ///< that the estimate is made of
};
BackfillPlan plan_backfill(const PartitionSet& set, const BackfillRequest& request, Queue& queue,
                           Timestamp now);
/// Queues it and returns its number.
std::int64_t add_backfill(const PartitionSet& set, const BackfillRequest& request, const BackfillPlan& plan,
                          Queue& queue, Env& env);

}  // namespace leat::run

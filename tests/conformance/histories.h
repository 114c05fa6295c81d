// Random histories: the loads of a stream of changes with repeats, late arrivals and deletions, and their
// batches.
#pragma once
#include <random>
#include <vector>

#include "base/time.h"
#include "batch/record_batch.h"
#include "model.h"

namespace leat::conformance {

class History {
 public:
  explicit History(std::uint64_t seed) : chance_(seed) {}
  /// The changes of one load: new versions, repeats of old ones, late ones, deletions.
  std::vector<Change> next_load();
  int pick(int from, int to) { return std::uniform_int_distribution<int>(from, to)(chance_); }

 private:
  std::mt19937_64 chance_;
  std::int64_t clock_ = 100;
  std::vector<Change> seen_;
};

/// id, changed_at, note, deleted
batch::SchemaPtr history_schema();
/// From where changes count their seconds.
Timestamp history_start();
std::int64_t history_seconds(Timestamp time);
/// The changes in batches, cut by chance.
std::vector<batch::RecordBatch> history_batches(const std::vector<Change>& changes, History& history);

}  // namespace leat::conformance

#include "histories.h"

#include <fmt/core.h>

namespace leat::conformance {
namespace {

constexpr int kKeys = 12;

void append(batch::RecordBatch& batch, const Change& change) {
  batch.column(0).append(change.id);
  if (change.changed_at) {
    batch.column(1).append(static_cast<std::int64_t>(
        (history_start() + std::chrono::seconds(*change.changed_at)).time_since_epoch().count()));
  } else {
    batch.column(1).append_null();
  }
  change.note ? batch.column(2).append_text(*change.note) : batch.column(2).append_null();
  batch.column(3).append(static_cast<std::uint8_t>(change.deleted));
}

}  // namespace

std::vector<Change> History::next_load() {
  std::vector<Change> changes;
  int count = pick(0, 14);
  for (int i = 0; i < count; ++i) {
    if (!seen_.empty() && pick(0, 4) == 0) {
      changes.push_back(seen_[static_cast<std::size_t>(pick(0, static_cast<int>(seen_.size()) - 1))]);
      continue;
    }
    Change change;
    change.id = pick(1, kKeys);
    clock_ += pick(0, 2);
    change.changed_at = pick(0, 3) == 0 ? clock_ - pick(0, 40) : clock_;  // some are late
    if (pick(0, 30) == 0) change.changed_at.reset();
    if (pick(0, 5) != 0) change.note = fmt::format("n{}", pick(0, 3));
    change.deleted = pick(0, 5) == 0;
    changes.push_back(change);
    seen_.push_back(change);
  }
  return changes;
}

batch::SchemaPtr history_schema() {
  static const auto kSchema = std::make_shared<const batch::Schema>(
      std::vector<batch::Column>{{"id", {batch::TypeKind::int64}},
                                 {"changed_at", {batch::TypeKind::timestamptz}},
                                 {"note", {batch::TypeKind::text}},
                                 {"deleted", {batch::TypeKind::boolean}}});
  return kSchema;
}

Timestamp history_start() {
  static const Timestamp kStart = *parse_iso_timestamp("2026-01-01");
  return kStart;
}

std::int64_t history_seconds(Timestamp time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time - history_start()).count();
}

std::vector<batch::RecordBatch> history_batches(const std::vector<Change>& changes, History& history) {
  std::vector<batch::RecordBatch> batches;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (batches.empty() || history.pick(0, 3) == 0) batches.emplace_back(history_schema());
    append(batches.back(), changes[i]);
  }
  return batches;
}

}  // namespace leat::conformance

// Projection: renames and drops columns of a stream on their way, without touching a value.
//
// Guarantees: columns keep their order; a batch's columns are moved, not copied.
// Threads: one at a time.
// Errors: Error(sync_column) for a rename of a column that the stream does not have (near names are listed),
// and for
//   two columns that end with one name.
#pragma once
#include <string>
#include <vector>

#include "batch/record_batch.h"
#include "sync/connection.h"

namespace leat::sync {

class Projection {
 public:
  /// `settings` must outlive the projection.
  explicit Projection(const StreamSettings& settings) : settings_(&settings) {}

  /// Checks the settings against the stream's schema and returns the schema that arrives.
  batch::SchemaPtr check(const batch::Schema& schema) const;
  /// Projects a batch; its schema may differ from the one before.
  batch::RecordBatch apply(batch::RecordBatch&& batch);
  /// The name that a source column arrives under; "" when it is dropped.
  std::string arriving_name(std::string_view source_name) const;

 private:
  void prepare(const batch::SchemaPtr& schema);
  const StreamSettings* settings_;
  batch::SchemaPtr from_, to_;
  std::vector<std::size_t> kept_;  // indexes of from_ in the order of to_
};

/// True when `text` matches a glob of `*` and `?`.
bool matches_glob(std::string_view glob, std::string_view text);

}  // namespace leat::sync

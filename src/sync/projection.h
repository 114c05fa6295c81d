// Projection: renames and drops columns of a stream on their way, without touching a value.
//
// Guarantees: columns keep their order; a batch's columns are moved, not copied; the work is by batch and
//   column, and only where the schema changes.
// Threads: one at a time.
// Errors: Error(sync_column) for a rename or drop of a column that the stream does not have (a wildcard may
//   match nothing, and a stream that declares no columns may bring any), and for two columns that end with
//   one name, also when the second appears in the middle of a read.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "batch/record_batch.h"
#include "sync/connection.h"

namespace leat::sync {

class Projection {
 public:
  /// `settings` must outlive the projection; `naming` is the destination's.
  explicit Projection(const StreamSettings& settings, stream::Naming naming = {})
      : settings_(&settings), naming_(naming) {}

  /// Checks the settings against the stream's schema and returns the schema that arrives.
  batch::SchemaPtr check(const batch::Schema& schema) const;
  /// Projects a batch; its schema may differ from the one before.
  batch::RecordBatch apply(batch::RecordBatch&& batch);
  /// The name that a source column arrives under; "" when it is dropped.
  std::string arriving_name(std::string_view source_name) const;
  /// The source's name of a column that arrived in the last batch.
  const std::string& source_name(std::size_t arriving_column) const;

 private:
  struct Arrangement {
    batch::SchemaPtr schema;
    std::vector<std::size_t> kept;  // indexes of the source's columns in the order of `schema`
  };
  Arrangement arrange(const batch::Schema& schema) const;
  const StreamSettings* settings_;
  stream::Naming naming_;
  batch::SchemaPtr from_;
  Arrangement to_;
};

/// `name` as a destination can take it: without NUL, not empty, and where it is too long cut to end with `_`
/// and eight hexadecimal digits of its FNV-1a hash.
std::string fit_name(std::string_view name, const stream::Naming& naming);
/// The column in lower case, its words joined by `_`: "Primary Type", "primaryType" -> "primary_type".
std::string snake_case(std::string_view column);

}  // namespace leat::sync

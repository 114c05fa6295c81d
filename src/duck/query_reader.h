// QueryReader: the rows of a query as batches, while it runs.
//
// Guarantees: a column that Leat has no type for arrives as json (nested) or text. No more than a batch is
//   held.
// Threads: one at a time.
// Owns: its statement; the Connection must outlive it and serves nobody else meanwhile.
// Errors: as Connection::run.
#pragma once
#include <optional>
#include <string>

#include "batch/record_batch.h"
#include "duck/client.h"

namespace leat::duck {

class QueryReader {
 public:
  /// Reads the columns of `from`, a FROM clause; nothing runs before the first next().
  QueryReader(Connection& connection, const std::string& from);
  ~QueryReader();
  QueryReader(const QueryReader&) = delete;
  QueryReader& operator=(const QueryReader&) = delete;
  const batch::SchemaPtr& schema() const { return schema_; }
  /// The next rows, some ten thousand or some megabytes; nullopt at the end.
  std::optional<batch::RecordBatch> next();

 private:
  void prepare();
  void begin();

  Connection& connection_;
  std::string sql_;
  bool is_cast_ = false;  ///< whether a column does not come as it is, so that sql_ has to be prepared anew
  batch::SchemaPtr schema_;
  duckdb_prepared_statement statement_ = nullptr;
  duckdb_result result_{};
  bool has_begun_ = false, is_at_end_ = false;
};

}  // namespace leat::duck

// BatchScan: lets SQL read a RecordBatch as a table, without a copy of long text.
//
// Guarantees: rows come in their order (one scanning thread), so that arrival order is the order of rowid.
// Threads: one at a time, with its connection.
// Owns: its registration lives as long as the database; set() points it at a batch that must outlive the
// statement. Source: DuckDB C API, table functions
#pragma once
#include <string>

#include "batch/record_batch.h"
#include "duck/client.h"

namespace leat::duck {

class BatchScan {
 public:
  explicit BatchScan(Connection& connection);
  BatchScan(const BatchScan&) = delete;
  BatchScan& operator=(const BatchScan&) = delete;
  /// "leat_scan_7()", for a FROM clause; its columns are the batch's.
  std::string sql() const;
  /// Says which batch the next statement reads.
  void set(const batch::RecordBatch* batch);

 private:
  struct Cursor;
  // Shared with DuckDB's catalog, which keeps the function as long as the database lives.
  std::shared_ptr<Cursor> cursor_;
  std::string name_;
};

}  // namespace leat::duck

// BatchStream: one SQL statement that reads RecordBatches as a table while they are still arriving.
//
// Guarantees: the statement runs on a thread of its own from begin() to finish() and pulls batches from a
//   bounded queue, without a copy of long text. With one reading thread rows come in the order of push(), so
//   that rowid is arrival; with more, whole batches go to whichever thread is free.
// Threads: begin, push, finish and cancel by one thread at a time; nobody else may use the Connection between
//   begin() and finish(). The reading threads are DuckDB's.
// Owns: the batches pushed, until DuckDB has taken their rows. Its registration lives as long as the
// database. Errors: push() and finish() throw what ended the statement. Source: DuckDB C API, table functions
#pragma once
#include <exception>
#include <memory>
#include <string>
#include <thread>

#include "batch/record_batch.h"
#include "duck/client.h"

namespace leat::duck {

class BatchStream {
 public:
  /// `bytes_max` bounds what waits between push() and DuckDB.
  BatchStream(Connection& connection, std::size_t bytes_max);
  ~BatchStream();
  BatchStream(const BatchStream&) = delete;
  BatchStream& operator=(const BatchStream&) = delete;

  /// "leat_batches_7()", for a FROM clause; its columns are the batches'.
  std::string sql() const { return name_ + "()"; }
  /// Starts `statement`, which reads batches of `schema` on up to `threads` threads.
  void begin(batch::SchemaPtr schema, std::string statement, int threads);
  /// Hands over a batch; waits while the queue is full.
  void push(batch::RecordBatch&& batch);
  /// Waits for the statement's end and returns the rows that it changed.
  std::int64_t finish();
  /// Stops the statement; what it did is for the caller to roll back.
  void cancel() noexcept;
  bool is_open() const { return running_.joinable(); }

 private:
  struct Reading;
  void join();

  Connection& connection_;
  const std::size_t bytes_max_;
  // Shared with DuckDB's catalog, which keeps the function as long as the database lives.
  std::shared_ptr<Reading> reading_;
  std::string name_;
  std::thread running_;
  std::int64_t changed_ = 0;
  std::exception_ptr failure_;
};

}  // namespace leat::duck

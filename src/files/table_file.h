// Parquet, CSV and JSON files as batches, through the embedded DuckDB.
//
// Guarantees: rows keep their order; a column that Leat has no type for arrives as json (nested) or text.
//   Memory is bounded by kMemoryMb, while the types of a CSV file are found out by kSniffingMb (more for
//   thousands of columns), and the batch that is handed out; what is larger spills to disk.
// Threads: one at a time.
// Owns: a DuckDB instance in memory; the file is the caller's.
// Errors: Error(file_format) with the path for what can't be read; Error(warehouse_…) for what DuckDB
// refuses. Source: https://parquet.apache.org/docs/file-format, RFC 4180.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "batch/record_batch.h"

namespace leat::files {

enum class TableFormat { parquet, csv, json };

/// The format that a file's name tells, whatever compression ends it (rows.csv.gz); nullopt for none.
std::optional<TableFormat> format_of(std::string_view path);

/// How a file is read.
struct TableOptions {
  TableFormat format = TableFormat::parquet;
  bool is_document = false;    ///< json that may be one array over lines, instead of one record a line
  std::string delimiter;       ///< csv; found out when ""
  std::optional<bool> header;  ///< csv; found out when absent
  bool all_text = false;       ///< csv: no types are guessed
  std::string found;           ///< csv; what another reader of this very file has found(); "" finds it out
};

class TableWriter {
 public:
  /// Begins a file at `path` (replacing what is there) for batches of exactly `schema`.
  TableWriter(const std::string& path, batch::SchemaPtr schema, TableFormat format = TableFormat::parquet);
  ~TableWriter();
  TableWriter(const TableWriter&) = delete;
  TableWriter& operator=(const TableWriter&) = delete;
  void write(batch::RecordBatch&& batch);
  /// Completes the file. Requires: called once, last.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

class TableReader {
 public:
  TableReader(const std::string& path, const TableOptions& options);
  TableReader(const std::string& path, TableFormat format) : TableReader(path, TableOptions{format}) {}
  ~TableReader();
  TableReader(const TableReader&) = delete;
  TableReader& operator=(const TableReader&) = delete;
  const batch::SchemaPtr& schema() const;
  /// What was found out of a CSV file by looking through all of it, so that its next reader need not; "" for
  /// others.
  const std::string& found() const;
  /// The next rows; nullopt at the end.
  std::optional<batch::RecordBatch> next();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace leat::files

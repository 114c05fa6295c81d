// FileBuffer: the rows that wait for one file of the lake.
//
// Guarantees: rows keep their order; the file's bytes depend on the rows alone.
// Threads: one at a time.
// Owns: what it holds; a Parquet file is written to a temporary one first, which goes with finish().
// Errors: Error(file_io), those of files/table_file.h.
#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "batch/record_batch.h"
#include "files/codec.h"
#include "lake/settings.h"

namespace leat::lake {

class FileBuffer {
 public:
  FileBuffer(const LakeSettings& settings, std::string prefix, std::chrono::steady_clock::time_point opened);
  /// Takes rows [from, to) of a batch. Requires: fits() its schema.
  void add(const batch::RecordBatch& batch, std::size_t from, std::size_t to);
  /// Takes one row.
  void add_row(const batch::RecordBatch& batch, std::size_t row);
  /// False when the batch's columns don't go into the same file (Parquet has one schema a file).
  bool fits(const batch::RecordBatch& batch) const;
  /// Whether it is full, or its first row has waited long enough.
  bool is_due(std::chrono::steady_clock::time_point now) const;
  const std::string& prefix() const { return prefix_; }
  std::int64_t rows() const { return rows_; }
  std::int64_t bytes() const { return bytes_; }
  std::chrono::steady_clock::time_point opened() const { return opened_; }
  /// The file's content. Requires: called once, last.
  std::string finish();

 private:
  void compress(std::size_t at_least);
  const LakeSettings& settings_;
  const std::string prefix_;
  const std::chrono::steady_clock::time_point opened_;
  std::unique_ptr<files::Compressor> compressor_;
  std::string text_, content_;                 // JSON lines before and after compression
  std::vector<batch::RecordBatch> rows_held_;  // Parquet
  std::int64_t rows_ = 0, bytes_ = 0;
};

}  // namespace leat::lake

// ParquetWriter: gathers batches into Parquet files of a wanted size.
//
// Guarantees: a file holds rows of one schema; its columns are named as folded() names them, and one more,
//   kArrivalColumn, grows with arrival over all files. A file has about `file_bytes_max` bytes; the first is
//   guessed, the later ones go by what the first gave. Memory is bounded: what is beyond spills to the
//   folder.
// Threads: one.
// Owns: a folder below `folder` with its files; the destructor removes it.
// Errors: Error(warehouse_full) when the disk is full, Error(file_io).
// Source: Parquet by DuckDB (compression zstd)
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/env.h"
#include "batch/record_batch.h"
#include "duck/client.h"
#include "duck/scan.h"

namespace leat::warehouses::snowflake {

inline constexpr const char* kArrivalColumn = "_leat_arrival";

struct ParquetFile {
  std::string path;
  std::string name;  ///< without folder
  std::int64_t rows = 0, bytes = 0;
};

struct ParquetOptions {
  std::string folder;
  std::int64_t file_bytes_max = 128 << 20;
  std::int64_t memory_bytes_max = 384 << 20;
};

class ParquetWriter {
 public:
  ParquetWriter(ParquetOptions options, Env& env);
  ~ParquetWriter();
  ParquetWriter(const ParquetWriter&) = delete;
  ParquetWriter& operator=(const ParquetWriter&) = delete;

  /// Takes a batch in; returns the files that are finished by it (none, mostly).
  std::vector<ParquetFile> write(const batch::RecordBatch& batch);
  /// The last file, if any rows are left.
  std::optional<ParquetFile> finish();
  /// Frees the disk of a file that was uploaded.
  static void remove(const ParquetFile& file);

 private:
  bool is_full() const;

  const ParquetOptions options_;
  std::string folder_;
  std::optional<duck::Connection> db_;
  std::optional<duck::BatchScan> scan_;
  batch::SchemaPtr schema_;  // of what is gathered; null when nothing is
  std::int64_t rows_ = 0, bytes_ = 0;
  std::int64_t rows_before_ = 0;  // in files that are finished
  int files_ = 0;
  double compressed_share_ = 0.25;
};

}  // namespace leat::warehouses::snowflake

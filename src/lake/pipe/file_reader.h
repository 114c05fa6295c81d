// FileReader: a file of a pipe as batches, checked before the first of them is handed out.
//
// Guarantees: a file's batches are given out whole or not at all: what is wrong with a file is known before
//   anything of it reaches the table. A file of more than kHeldMax is read twice, so memory stays bounded.
// Threads: one at a time.
// Owns: the batches it holds, a temporary file where columns are looked for.
// Errors: Error(file_format) for a file that can't be read as what it is; those of files/object_store.h.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/env.h"
#include "batch/record_batch.h"
#include "files/object_store.h"
#include "lake/pipe/settings.h"
#include "stream/destination.h"

namespace leat::lake {

class FileReader {
 public:
  static constexpr std::size_t kHeldMax = 96u << 20;
  static constexpr std::size_t kRejectedMax = 10000;  ///< more bad records than this spoil the file
  using Take = std::function<void(batch::RecordBatch&&)>;

  FileReader(const PipeSettings& settings, files::ObjectStore& store, const files::ObjectInfo& file,
             const stream::Destination& destination, Env& env);
  ~FileReader();
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;

  /// Reads the file through and tells its bad records.
  const std::vector<stream::RejectedRecord>& check();
  /// Hands out the batches. Requires: check() came before.
  void read(const Take& take);
  std::int64_t rows() const { return rows_; }

  /// The columns of a landing table.
  static batch::SchemaPtr landing_schema(const PipeSettings& settings);

 private:
  struct Temporary;
  void read_records(const Take& take);
  void read_table(const Take& take);
  void fetch_table();
  files::TableFormat format() const;
  batch::RecordBatch storable(batch::RecordBatch&& batch);
  void reject(std::string_view text, std::int64_t line, const std::string& problem);

  const PipeSettings& settings_;
  files::ObjectStore& store_;
  const files::ObjectInfo file_;
  const stream::Destination& destination_;
  Env& env_;
  const std::string path_;
  std::unique_ptr<Temporary> temporary_;
  std::vector<stream::RejectedRecord> rejected_;
  std::vector<batch::RecordBatch> held_;
  std::size_t held_bytes_ = 0;
  bool is_held_ = true, is_checked_ = false;
  std::int64_t rows_ = 0;
};

}  // namespace leat::lake

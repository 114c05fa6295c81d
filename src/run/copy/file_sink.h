// FileSink: writes each stream of a read to a file: Parquet, CSV or JSON lines; here, in S3 or on the
// standard output.
//
// Guarantees: a file appears whole or not at all, at finish(). A stream without rows leaves a file with its
//   columns.
// Threads: batches of one stream by one thread at a time; the others' beside them.
// Owns: what is written until then, in the folder of the file or the temporary folder.
// Errors: Error(file_io, file_format, store_…); Error(file_format) where a later batch has other columns.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "files/object_store.h"
#include "files/table_file.h"
#include "stream/source.h"

namespace leat::run {

class FileSink : public stream::Sink {
 public:
  /// `urls[i]` is where stream i goes; "-" is the standard output.
  FileSink(std::vector<std::string> urls, files::TableFormat format,
           const std::vector<stream::Stream>& streams, const files::StoreOptions& store, Env& env);
  ~FileSink() override;
  void batch(std::size_t index, batch::RecordBatch&& batch) override;
  void checkpoint(std::size_t, stream::State, std::string) override {}
  void reject(std::size_t index, stream::RejectedRecord&& record) override;
  /// Completes the files and puts them in their places.
  void finish();
  std::int64_t rows(std::size_t index) const { return files_[index]->rows; }

 private:
  class Outlet;
  struct File {
    std::string url, path;
    std::unique_ptr<Outlet> outlet;  // of the standard output
    batch::SchemaPtr schema;
    std::unique_ptr<files::TableWriter> writer;
    std::int64_t rows = 0;
  };
  void begin(File& file, batch::SchemaPtr schema);
  void publish(const File& file);
  Env& env_;
  const files::TableFormat format_;
  const files::StoreOptions store_;
  std::vector<std::unique_ptr<File>> files_;
  std::string folder_;  // of what goes to S3
};

}  // namespace leat::run

#include "lake/buffer.h"

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>

#include "base/error.h"
#include "document/value.h"
#include "files/json_lines.h"
#include "files/table_file.h"

namespace leat::lake {
namespace {

constexpr std::size_t kCompressAt = 1 << 20;
constexpr std::size_t kBatchRows = 32768;

// A name for a file that another library writes; it goes at the end of the scope.
class TemporaryFile {
 public:
  TemporaryFile() : path_((std::filesystem::temp_directory_path() / "leat-parquet-XXXXXX").string()) {
    int handle = mkstemp(path_.data());
    if (handle < 0) throw Error(ErrorCode::file_io, "No temporary file can be made", path_);
    close(handle);
  }
  ~TemporaryFile() { unlink(path_.c_str()); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

FileBuffer::FileBuffer(const LakeSettings& settings, std::string prefix,
                       std::chrono::steady_clock::time_point opened)
    : settings_(settings),
      prefix_(std::move(prefix)),
      opened_(opened),
      compressor_(files::make_compressor(settings.compression)) {}

bool FileBuffer::fits(const batch::RecordBatch& batch) const {
  return rows_held_.empty() || *rows_held_.front().schema() == *batch.schema();
}

bool FileBuffer::is_due(std::chrono::steady_clock::time_point now) const {
  return bytes_ >= settings_.buffer_bytes || now - opened_ >= settings_.buffer_time;
}

void FileBuffer::compress(std::size_t at_least) {
  if (text_.size() < at_least) return;
  compressor_->write(text_, content_);
  text_.clear();
}

void FileBuffer::add(const batch::RecordBatch& batch, std::size_t from, std::size_t to) {
  rows_ += static_cast<std::int64_t>(to - from);
  if (settings_.format == LakeFormat::json_lines) {
    std::size_t before = text_.size();
    files::append_json_lines(batch, from, to, text_, settings_.raw_column);
    bytes_ += static_cast<std::int64_t>(text_.size() - before);
    compress(kCompressAt);
    return;
  }
  for (std::size_t row = from; row < to; ++row) {
    if (rows_held_.empty() || rows_held_.back().rows() >= kBatchRows) rows_held_.emplace_back(batch.schema());
    batch::RecordBatch& held = rows_held_.back();
    auto before = static_cast<std::int64_t>(held.byte_size());
    for (std::size_t i = 0; i < batch.schema()->size(); ++i) held.column(i).append_from(batch.column(i), row);
    bytes_ += static_cast<std::int64_t>(held.byte_size()) - before;
  }
}

void FileBuffer::add_row(const batch::RecordBatch& batch, std::size_t row) {
  add(batch, row, row + 1);
}

std::string FileBuffer::finish() {
  if (settings_.format == LakeFormat::json_lines) {
    compress(0);
    compressor_->finish(content_);
    return std::move(content_);
  }
  TemporaryFile file;
  files::TableWriter writer(file.path(), rows_held_.front().schema());
  for (batch::RecordBatch& batch : rows_held_) writer.write(std::move(batch));
  writer.finish();
  return document::read_file(file.path());
}

}  // namespace leat::lake

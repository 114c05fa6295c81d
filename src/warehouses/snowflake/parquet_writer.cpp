#include "warehouses/snowflake/parquet_writer.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/quotes.h"
#include "warehouses/snowflake/dialect.h"

namespace leat::warehouses::snowflake {
namespace {

// However well it compresses: so much is gathered for one file at most.
constexpr std::int64_t kGatheredBytesMax = 4LL << 30;
constexpr const char* kGathered = "gathered";

}  // namespace

ParquetWriter::ParquetWriter(ParquetOptions options, Env& env) : options_(std::move(options)) {
  folder_ = fmt::format("{}/leat-{:016x}", options_.folder, env.chance());
  std::error_code failed;
  std::filesystem::create_directories(folder_, failed);
  if (failed) throw Error(ErrorCode::file_io, "The folder for files to upload can't be made", folder_);
}

ParquetWriter::~ParquetWriter() {
  scan_.reset();
  db_.reset();
  std::error_code ignored;  // a destructor must not throw, and the folder is a temporary one
  std::filesystem::remove_all(folder_, ignored);
}

void ParquetWriter::remove(const ParquetFile& file) {
  std::error_code ignored;  // the folder goes in the end
  std::filesystem::remove(file.path, ignored);
}

bool ParquetWriter::is_full() const {
  return static_cast<double>(bytes_) * compressed_share_ >= static_cast<double>(options_.file_bytes_max) ||
         bytes_ >= kGatheredBytesMax;
}

std::vector<ParquetFile> ParquetWriter::write(const batch::RecordBatch& batch) {
  std::vector<ParquetFile> finished;
  if (batch.rows() == 0) return finished;
  if (!db_) {
    duck::Settings settings;
    settings.path = ":memory:";
    settings.memory_limit = fmt::format("{}B", options_.memory_bytes_max);
    settings.temp_directory = folder_ + "/spilled";
    db_.emplace(duck::Database::open(settings));
    scan_.emplace(*db_);
  }
  if (schema_ && !(*schema_ == *batch.schema())) {
    if (auto file = finish()) finished.push_back(std::move(*file));
  }
  scan_->set(&batch);
  db_->execute(schema_ ? fmt::format("insert into {} from {}", kGathered, scan_->sql())
                       : fmt::format("create table {} as from {}", kGathered, scan_->sql()));
  scan_->set(nullptr);
  schema_ = batch.schema();
  rows_ += static_cast<std::int64_t>(batch.rows());
  bytes_ += static_cast<std::int64_t>(batch.byte_size());
  if (is_full()) {
    if (auto file = finish()) finished.push_back(std::move(*file));
  }
  return finished;
}

std::optional<ParquetFile> ParquetWriter::finish() {
  if (rows_ == 0) return std::nullopt;
  ParquetFile file;
  file.name = fmt::format("part_{:05}.parquet", files_++);
  file.path = folder_ + "/" + file.name;
  file.rows = rows_;
  std::string columns;
  for (const batch::Column& column : schema_->columns()) {
    // JSON goes as plain text: Parquet's own JSON type is not read everywhere.
    const char* cast = column.type.kind == batch::TypeKind::json ? "::varchar" : "";
    columns +=
        fmt::format("{}{} as {}, ", in_marks(column.name, '"'), cast, in_marks(folded(column.name), '"'));
  }
  db_->execute(fmt::format(
      "copy (select {}rowid + {} as {} from {}) to {} (format parquet, compression zstd)", columns,
      rows_before_, in_marks(folded(kArrivalColumn), '"'), kGathered, in_marks(file.path, '\'')));
  db_->execute(fmt::format("drop table {}", kGathered));
  file.bytes = static_cast<std::int64_t>(std::filesystem::file_size(file.path));
  compressed_share_ = std::clamp(static_cast<double>(file.bytes) / static_cast<double>(bytes_), 0.01, 1.0);
  rows_before_ += rows_;
  rows_ = bytes_ = 0;
  schema_.reset();
  return file;
}

}  // namespace leat::warehouses::snowflake

#include "lake/pipe/file_reader.h"

#include <fmt/core.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "base/error.h"
#include "batch/convert.h"
#include "files/codec.h"
#include "files/json_lines.h"
#include "files/json_records.h"

namespace leat::lake {
namespace {

constexpr std::size_t kBatchBytes = 4 << 20;
constexpr std::size_t kBatchRows = 16384;
constexpr std::size_t kShownBytes = 64 << 10;  // of a bad record

}  // namespace

struct FileReader::Temporary {
  std::string path = (std::filesystem::temp_directory_path() / "leat-pipe-XXXXXX").string();
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{nullptr, std::fclose};
  Temporary() {
    int handle = mkstemp(path.data());
    if (handle >= 0) file.reset(fdopen(handle, "wb"));
    if (!file) throw Error(ErrorCode::file_io, "No temporary file can be made", path);
  }
  ~Temporary() { unlink(path.c_str()); }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  void write(std::string_view bytes) {
    if (std::fwrite(bytes.data(), 1, bytes.size(), file.get()) != bytes.size())
      throw Error(ErrorCode::file_io, "The temporary file can't be written", path);
  }
  void close() {
    if (std::fclose(file.release()) != 0)
      throw Error(ErrorCode::file_io, "The temporary file can't be written", path);
  }
};

FileReader::FileReader(const PipeSettings& settings, files::ObjectStore& store, const files::ObjectInfo& file,
                       const stream::Destination& destination, Env& env)
    : settings_(settings),
      store_(store),
      file_(file),
      destination_(destination),
      env_(env),
      path_(store.url(file.key)) {}

FileReader::~FileReader() = default;

batch::SchemaPtr FileReader::landing_schema(const PipeSettings& settings) {
  return std::make_shared<const batch::Schema>(
      std::vector<batch::Column>{{settings.time_column, {batch::TypeKind::timestamptz}},
                                 {settings.content_column, {batch::TypeKind::json}},
                                 {settings.path_column, {batch::TypeKind::text}}});
}

files::TableFormat FileReader::format() const {
  if (settings_.format) return *settings_.format;
  std::string name = file_.key.substr(file_.key.rfind('/') + 1);
  if (name.find(".parquet") != std::string::npos) return files::TableFormat::parquet;
  if (name.find(".csv") != std::string::npos) return files::TableFormat::csv;
  return files::TableFormat::json;
}

void FileReader::reject(std::string_view text, std::int64_t line, const std::string& problem) {
  if (rejected_.size() >= kRejectedMax)
    throw Error(ErrorCode::file_format,
                fmt::format("More than {} records are bad; line {}: {}", kRejectedMax, line, problem), path_);
  rejected_.push_back({std::string(text.substr(0, kShownBytes)), fmt::format("{}:{}", path_, line), problem});
}

const std::vector<stream::RejectedRecord>& FileReader::check() {
  auto hold = [&](batch::RecordBatch&& read) {
    batch::RecordBatch batch = storable(std::move(read));
    rows_ += static_cast<std::int64_t>(batch.rows());
    held_bytes_ += batch.byte_size();
    if (held_bytes_ > kHeldMax) {
      is_held_ = false;
      held_.clear();
    }
    if (is_held_) held_.push_back(std::move(batch));
  };
  bool is_landing_json = !settings_.into_columns && format() == files::TableFormat::json;
  if (is_landing_json) {
    read_records(hold);
  } else {
    fetch_table();
    read_table(hold);
  }
  is_checked_ = true;
  return rejected_;
}

// Without the rows that the warehouse can't hold; they are told once.
batch::RecordBatch FileReader::storable(batch::RecordBatch&& batch) {
  std::vector<std::size_t> dropped;
  for (const stream::Misfit& misfit : destination_.misfits(batch)) {
    if (!dropped.empty() && dropped.back() == misfit.row) continue;
    dropped.push_back(misfit.row);
    if (is_checked_) continue;
    std::string record;
    files::append_json_lines(batch, misfit.row, misfit.row + 1, record,
                             settings_.into_columns ? "" : settings_.content_column);
    record.pop_back();
    reject(record, rows_ + static_cast<std::int64_t>(misfit.row) + 1, misfit.reason);
  }
  if (dropped.empty()) return std::move(batch);
  std::sort(dropped.begin(), dropped.end());
  dropped.erase(std::unique(dropped.begin(), dropped.end()), dropped.end());
  return batch::without_rows(std::move(batch), dropped);
}

void FileReader::read(const Take& take) {
  LEAT_ASSERT(is_checked_);
  if (is_held_) {
    for (batch::RecordBatch& batch : held_) take(std::move(batch));
    held_.clear();
  } else if (!settings_.into_columns && format() == files::TableFormat::json) {
    read_records([&](batch::RecordBatch&& batch) { take(storable(std::move(batch))); });
  } else {
    read_table([&](batch::RecordBatch&& batch) { take(storable(std::move(batch))); });
  }
}

void FileReader::read_records(const Take& take) {
  batch::SchemaPtr schema = landing_schema(settings_);
  batch::RecordBatch batch(schema);
  std::int64_t now = env_.now().time_since_epoch().count();
  auto give = [&] {
    if (batch.rows() > 0) take(std::move(batch));
    batch = batch::RecordBatch(schema);
  };
  auto each = [&](const files::JsonRecord& record) {
    if (!record.problem.empty()) {
      if (!is_checked_) reject(record.text, record.line, record.problem);
      return;
    }
    batch.column(0).append<std::int64_t>(now);
    batch.column(1).append_text(record.text);
    batch.column(2).append_text(path_);
    if (batch.column(1).byte_size() >= kBatchBytes || batch.rows() >= kBatchRows) give();
  };
  files::JsonRecords records;
  files::Decompressor decompressor;
  auto push = [&](std::string_view bytes) { records.push(bytes, each); };
  files::ObjectReader reader(store_, file_);
  for (std::string_view piece = reader.next(); !piece.empty(); piece = reader.next()) {
    env_.check_cancelled();
    decompressor.push(piece, push);
  }
  decompressor.finish(push);
  records.finish(each);
  give();
}

// A local copy without compression; of JSON the good records only, since one bad record would end the
// reading.
void FileReader::fetch_table() {
  temporary_ = std::make_unique<Temporary>();
  bool is_json = format() == files::TableFormat::json;
  files::JsonRecords records;
  auto each = [&](const files::JsonRecord& record) {
    if (!record.problem.empty()) return reject(record.text, record.line, record.problem);
    temporary_->write(record.text);
    temporary_->write("\n");
  };
  files::Decompressor decompressor;
  auto push = [&](std::string_view bytes) {
    if (is_json) {
      records.push(bytes, each);
    } else {
      temporary_->write(bytes);
    }
  };
  files::ObjectReader reader(store_, file_);
  for (std::string_view piece = reader.next(); !piece.empty(); piece = reader.next()) {
    env_.check_cancelled();
    decompressor.push(piece, push);
  }
  decompressor.finish(push);
  if (is_json) records.finish(each);
  temporary_->close();
}

void FileReader::read_table(const Take& take) {
  if (std::filesystem::file_size(temporary_->path) == 0) return;
  std::optional<files::TableReader> reader;
  try {
    reader.emplace(temporary_->path, format());
    batch::SchemaPtr landing = landing_schema(settings_);
    std::int64_t now = env_.now().time_since_epoch().count();
    while (std::optional<batch::RecordBatch> batch = reader->next()) {
      env_.check_cancelled();
      if (settings_.into_columns) {
        take(std::move(*batch));
        continue;
      }
      batch::RecordBatch rows(landing);
      std::string line;
      for (std::size_t row = 0; row < batch->rows(); ++row) {
        line.clear();
        files::append_json_lines(*batch, row, row + 1, line);
        line.pop_back();
        rows.column(0).append<std::int64_t>(now);
        rows.column(1).append_text(line);
        rows.column(2).append_text(path_);
      }
      take(std::move(rows));
    }
  } catch (const Error& error) {
    if (error.code() != ErrorCode::file_format) throw;
    throw Error(ErrorCode::file_format, error.what_failed(), path_);  // not where its copy stands
  }
}

}  // namespace leat::lake

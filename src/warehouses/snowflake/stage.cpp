#include "warehouses/snowflake/stage.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "warehouses/snowflake/dialect.h"
#include "warehouses/snowflake/result.h"
#include "warehouses/snowflake/upload.h"

namespace leat::warehouses::snowflake {

using document::Value;

namespace {

constexpr int kCredentialsMax = 3;       // asked for, for one file
constexpr int kCopiesMax = 5;            // of files that answers left out
constexpr std::size_t kFilesMax = 1000;  // in a FILES list

std::string qualified(const sql::Relation& relation) {
  return snow_dialect().render(relation);
}

// A row of COPY's answer by column name.
struct CopyRow {
  const batch::RecordBatch& batch;
  std::size_t row;
  std::string text(std::string_view name) const {
    std::optional<std::size_t> column = batch.schema()->find(name);
    return column ? batch.column(*column).print(row) : "";
  }
  std::int64_t number(std::string_view name) const {
    std::string digits = text(name);
    std::int64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
  }
};

// "stage_1f/part_00000.parquet" is the file part_00000.parquet.
std::string file_name(const std::string& path) {
  std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

}  // namespace

Stage::Stage(Session& session, sql::Relation name) : session_(session), name_(std::move(name)) {
  session_.execute(
      fmt::format("create temporary stage {}{}", qualified(name_),
                  session_.account().is_emulator ? "" : " encryption = (type = 'SNOWFLAKE_SSE')"));
}

void Stage::put(const ParquetFile& file) {
  std::string statement = fmt::format(
      "put 'file://{}' @{} auto_compress = false source_compression = none "
      "overwrite = true",
      file.path, qualified(name_));
  for (int i = 0; i < kCredentialsMax; ++i) {
    Value answer = session_.run(statement);
    if (upload(session_, answer, file.path, file.name) == Uploaded::done) {
      files_.push_back(file);
      return;
    }
  }
  throw Error(ErrorCode::warehouse_connect,
              "The stage's storage refuses the credentials that Snowflake gave for it",
              session_.account().place)
      .retry();
}

// Copies the named files and returns those that the answer left out.
std::vector<std::string> Stage::copy_files(const sql::Relation& table,
                                           const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + snow_dialect().literal(name);
  // The emulator finds an internal stage's files only by itself, and knows no options of Parquet.
  std::string what = session_.account().is_emulator
                         ? "FILE_FORMAT = (TYPE = PARQUET)"
                         : fmt::format(
                               "FILES = ({}) FILE_FORMAT = (TYPE = PARQUET USE_LOGICAL_TYPE = TRUE "
                               "BINARY_AS_TEXT = FALSE)",
                               list);
  std::string statement = fmt::format("copy into {} from @{} {} MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE",
                                      qualified(table), qualified(name_), what);
  sql::QueryResult answer = read_rows(session_.run(statement), session_, kFilesMax);
  std::vector<std::string> missing = names;
  for (std::size_t row = 0; row < static_cast<std::size_t>(answer.rows()); ++row) {
    CopyRow copied{answer.batches[0], row};
    std::string name = file_name(copied.text("file"));
    auto file = std::find_if(files_.begin(), files_.end(),
                             [&](const ParquetFile& each) { return each.name == name; });
    if (file == files_.end()) continue;
    if (copied.text("status") != "LOADED" || copied.number("rows_loaded") != file->rows) {
      throw Error(ErrorCode::warehouse_sql,
                  fmt::format("The file {} loaded {} of {} rows ({}): {}", name, copied.number("rows_loaded"),
                              file->rows, copied.text("status"), copied.text("first_error")),
                  session_.account().place);
    }
    std::erase(missing, name);
  }
  return missing;
}

void Stage::copy_into(const sql::Relation& table) {
  std::vector<std::string> names;
  for (const ParquetFile& file : files_) names.push_back(file.name);
  for (int i = 0; i < kCopiesMax && !names.empty(); ++i) {
    std::vector<std::string> left;
    for (std::size_t from = 0; from < names.size(); from += kFilesMax) {
      auto first = names.begin() + static_cast<std::ptrdiff_t>(from);
      auto last = names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), from + kFilesMax));
      std::vector<std::string> missing = copy_files(table, {first, last});
      left.insert(left.end(), missing.begin(), missing.end());
    }
    names = std::move(left);
  }
  if (!names.empty()) {
    throw Error(ErrorCode::warehouse_sql,
                fmt::format("COPY left out {} files, the first of them {}", names.size(), names[0]),
                session_.account().place)
        .retry();
  }
}

void Stage::drop() {
  if (!session_.account().is_emulator) session_.execute("drop stage if exists " + qualified(name_));
}

}  // namespace leat::warehouses::snowflake

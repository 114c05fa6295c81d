#include "files/table_file.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "base/quotes.h"
#include "duck/batch_stream.h"
#include "duck/client.h"
#include "duck/query_reader.h"

namespace leat::files {
namespace {

constexpr std::size_t kMemoryMb = 768;
// Of a CSV file DuckDB keeps all that it has read to find out its types, up to the limit, and for each of its
// threads two buffers as it reads the rows. Small buffers cost nothing.
constexpr std::size_t kSniffingMb = 128;
constexpr std::size_t kColumnsPerMb = 8;  // of those who look through a file of thousands of columns
constexpr std::size_t kCsvBufferBytes = 8 << 20;
constexpr std::size_t kQueueBytes = 8 << 20;

std::shared_ptr<duck::Database> open_memory() {
  duck::Settings settings;
  settings.path = ":memory:";
  settings.threads = "2";
  settings.memory_limit = fmt::format("{}MB", kMemoryMb);
  settings.temp_directory = (std::filesystem::temp_directory_path() / "leat-duckdb").string();
  return duck::Database::open(settings);
}

// A column as Parquet keeps it; a scan hands json and uuid out as text.
std::string stored(const batch::Column& column) {
  std::string name = in_marks(column.name, '"');
  if (column.type.kind == batch::TypeKind::json) return fmt::format("cast({0} as json) as {0}", name);
  if (column.type.kind == batch::TypeKind::uuid) return fmt::format("cast({0} as uuid) as {0}", name);
  return name;
}

const char* writing(TableFormat format) {
  switch (format) {
    case TableFormat::csv:
      return "format csv, header";
    case TableFormat::json:
      return "format json";
    case TableFormat::parquet:
      break;
  }
  return "format parquet, compression zstd";
}

// About how many columns a CSV file has, by its first line; few where it is packed.
std::size_t columns_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string line(1 << 20, '\0');
  file.read(line.data(), static_cast<std::streamsize>(line.size()));
  line.resize(static_cast<std::size_t>(file.gcount()));
  line.resize(std::min(line.size(), line.find('\n')));
  std::ptrdiff_t most = 0;
  for (char divider : {',', ';', '\t', '|'})
    most = std::max(most, std::count(line.begin(), line.end(), divider));
  return static_cast<std::size_t>(most) + 1;
}

// Looks through a CSV file in little memory, and in more where its rows want more.
void find_out(duck::Connection& connection, const std::string& path, const std::string& statement) {
  auto limit = [&](std::size_t mb) { connection.run(fmt::format("set memory_limit = '{}MB'", mb)); };
  for (std::size_t mb = std::max(kSniffingMb, columns_of(path) / kColumnsPerMb);; mb *= 2) {
    limit(std::min(mb, kMemoryMb));
    try {
      connection.run(statement);
      return limit(kMemoryMb);
    } catch (const Error& error) {
      limit(kMemoryMb);
      if (mb >= kMemoryMb || error.code() != ErrorCode::warehouse_memory) throw;
    }
  }
}

// A CSV file with all said that DuckDB finds out of it, from every row. Left to find it out itself, DuckDB
// would read the whole file for it each time that it binds a statement, which is six times before the first
// row of one reading.
std::string find_csv(duck::Connection& connection, const std::string& path, const TableOptions& options) {
  std::string buffer = fmt::format("buffer_size = {}", kCsvBufferBytes), how = buffer + ", sample_size = -1";
  if (!options.delimiter.empty()) how += ", delim = " + in_marks(options.delimiter, '\'');
  if (options.header) how += *options.header ? ", header = true" : ", header = false";
  if (options.all_text) how += ", all_varchar = true";
  find_out(
      connection, path,
      fmt::format("create or replace temp table found as from sniff_csv({}, {})", in_marks(path, '\''), how));
  connection.run(R"(
    create or replace temp macro marked(x) as '''' || replace(if(x = '(empty)', '', x), '''', '''''') || '''';
    create or replace temp table said as select 'auto_detect = false, delim = ' || marked("Delimiter") || ', quote = '
        || marked("Quote") || ', escape = ' || marked("Escape") || ', comment = ' || marked("Comment") || ', skip = '
        || "SkipRows" || ', header = ' || "HasHeader"
        || if("NewLineDelimiter" in ('\n', '\r\n', '\r'), ', new_line = ' || marked("NewLineDelimiter"), '')
        || if("DateFormat" <> '', ', dateformat = ' || marked("DateFormat"), '')
        || if("TimestampFormat" <> '', ', timestampformat = ' || marked("TimestampFormat"), '')
        || ', columns = {' || list_aggregate(list_transform("Columns", lambda c: marked(c.name) || ': ' || marked(c.type)),
          'string_agg', ', ') || '}' as options
      from found)");
  duck::QueryReader said(connection, "said");
  std::optional<batch::RecordBatch> row = said.next();
  if (!row || row->rows() != 1 || row->column(0).is_null(0)) return how;
  return fmt::format("{}, {}", buffer, row->column(0).text(0));
}

std::string reading(const std::string& path, const TableOptions& options) {
  std::string file = in_marks(path, '\'');
  if (options.format == TableFormat::parquet) return fmt::format("read_parquet({})", file);
  if (options.format == TableFormat::json)
    return fmt::format("read_json({}, format = '{}', sample_size = -1, maximum_object_size = 33554432)", file,
                       options.is_document ? "auto" : "newline_delimited");
  return fmt::format("read_csv({}, {})", file, options.found);
}

}  // namespace

std::optional<TableFormat> format_of(std::string_view path) {
  for (std::string_view packed : {".gz", ".zst"})
    if (path.ends_with(packed)) path.remove_suffix(packed.size());
  static constexpr std::pair<std::string_view, TableFormat> kKnown[] = {
      {".parquet", TableFormat::parquet}, {".pq", TableFormat::parquet},  {".csv", TableFormat::csv},
      {".tsv", TableFormat::csv},         {".json", TableFormat::json},   {".jsonl", TableFormat::json},
      {".ndjson", TableFormat::json},     {".geojson", TableFormat::json}};
  for (const auto& [ending, format] : kKnown)
    if (path.ends_with(ending)) return format;
  return std::nullopt;
}

struct TableWriter::State {
  duck::Connection connection{open_memory()};
  duck::BatchStream stream{connection, kQueueBytes};
};

TableWriter::TableWriter(const std::string& path, batch::SchemaPtr schema, TableFormat format)
    : state_(std::make_unique<State>()) {
  state_->connection.run("set preserve_insertion_order = true");
  std::string columns;
  for (const batch::Column& column : schema->columns())
    columns += (columns.empty() ? "" : ", ") + stored(column);
  std::string statement = fmt::format("copy (select {} from {}) to {} ({})", columns, state_->stream.sql(),
                                      in_marks(path, '\''), writing(format));
  state_->stream.begin(std::move(schema), std::move(statement), 1);
}

TableWriter::~TableWriter() = default;

void TableWriter::write(batch::RecordBatch&& batch) {
  state_->stream.push(std::move(batch));
}

void TableWriter::finish() {
  state_->stream.finish();
}

struct TableReader::State {
  std::string path;
  TableOptions options;
  duck::Connection connection{open_memory()};
  std::optional<duck::QueryReader> rows;

  // What DuckDB says of a file is said of its path.
  template <class Read>
  auto reading_it(Read&& read) {
    try {
      return read();
    } catch (const Error& error) {
      if (error.code() == ErrorCode::cancelled) throw;
      throw Error(ErrorCode::file_format, error.what_failed(), path);
    }
  }
};

TableReader::TableReader(const std::string& path, const TableOptions& options)
    : state_(std::make_unique<State>()) {
  state_->path = path;
  state_->options = options;
  state_->connection.run("set preserve_insertion_order = true");
  state_->reading_it([&] {
    std::string& found = state_->options.found;
    if (options.format == TableFormat::csv && found.empty())
      found = find_csv(state_->connection, path, options);
    state_->rows.emplace(state_->connection, reading(path, state_->options));
  });
}

TableReader::~TableReader() = default;

const batch::SchemaPtr& TableReader::schema() const {
  return state_->rows->schema();
}

const std::string& TableReader::found() const {
  return state_->options.found;
}

std::optional<batch::RecordBatch> TableReader::next() {
  return state_->reading_it([&] { return state_->rows->next(); });
}

}  // namespace leat::files

#include "files/table_file.h"

#include <fmt/core.h>

#include <filesystem>

#include "base/error.h"
#include "duck/batch_stream.h"
#include "duck/chunks.h"
#include "duck/client.h"

namespace leat::files {
namespace {

constexpr const char* kMemoryLimit = "768MB";
constexpr std::size_t kQueueBytes = 8 << 20;
constexpr std::size_t kBatchRows = 32768;

std::shared_ptr<duck::Database> open_memory() {
  duck::Settings settings;
  settings.path = ":memory:";
  settings.threads = "2";
  settings.memory_limit = kMemoryLimit;
  settings.temp_directory = (std::filesystem::temp_directory_path() / "leat-duckdb").string();
  return duck::Database::open(settings);
}

std::string in_marks(std::string_view text, char mark) {
  std::string out(1, mark);
  for (char c : text) {
    if (c == mark) out += mark;
    out += c;
  }
  return out + mark;
}

// A column as Parquet keeps it; a scan hands json and uuid out as text.
std::string stored(const batch::Column& column) {
  std::string name = in_marks(column.name, '"');
  if (column.type.kind == batch::TypeKind::json) return fmt::format("cast({0} as json) as {0}", name);
  if (column.type.kind == batch::TypeKind::uuid) return fmt::format("cast({0} as uuid) as {0}", name);
  return name;
}

std::string reading(const std::string& path, TableFormat format) {
  std::string file = in_marks(path, '\'');
  switch (format) {
    case TableFormat::parquet:
      return fmt::format("read_parquet({})", file);
    case TableFormat::csv:
      return fmt::format("read_csv({}, sample_size = -1)", file);
    case TableFormat::json:
      break;
  }
  return fmt::format(
      "read_json({}, format = 'newline_delimited', sample_size = -1, maximum_object_size = 33554432)", file);
}

}  // namespace

struct ParquetWriter::State {
  duck::Connection connection{open_memory()};
  duck::BatchStream stream{connection, kQueueBytes};
};

ParquetWriter::ParquetWriter(const std::string& path, batch::SchemaPtr schema)
    : state_(std::make_unique<State>()) {
  state_->connection.run("set preserve_insertion_order = true");
  std::string columns;
  for (const batch::Column& column : schema->columns())
    columns += (columns.empty() ? "" : ", ") + stored(column);
  std::string statement = fmt::format("copy (select {} from {}) to {} (format parquet, compression zstd)",
                                      columns, state_->stream.sql(), in_marks(path, '\''));
  state_->stream.begin(std::move(schema), std::move(statement), 1);
}

ParquetWriter::~ParquetWriter() = default;

void ParquetWriter::write(batch::RecordBatch&& batch) {
  state_->stream.push(std::move(batch));
}

void ParquetWriter::finish() {
  state_->stream.finish();
}

struct TableReader::State {
  explicit State(std::string file) : path(std::move(file)), connection(open_memory()) {}
  ~State() {
    duckdb_destroy_result(&result);
    duckdb_destroy_prepare(&statement);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  void describe(const std::string& table);
  void begin(const std::string& sql);
  [[noreturn]] void raise(const char* message) const {
    throw Error(ErrorCode::file_format, message ? message : "The file can't be read", path);
  }

  const std::string path;
  duck::Connection connection;
  duckdb_prepared_statement statement = nullptr;
  duckdb_result result{};
  batch::SchemaPtr schema;
  std::string casts;
  bool is_at_end = false;
};

// A type that Leat has none for is cast where the file is read.
void TableReader::State::describe(const std::string& table) {
  duckdb_result none{};
  std::string sql = fmt::format("select * from {} limit 0", table);
  if (duckdb_query(connection.handle(), sql.c_str(), &none) != DuckDBSuccess) {
    std::string message = duckdb_result_error(&none) ? duckdb_result_error(&none) : "";
    duckdb_destroy_result(&none);
    raise(message.c_str());
  }
  std::vector<batch::Column> columns;
  for (idx_t i = 0; i < duckdb_column_count(&none); ++i) {
    duckdb_logical_type type = duckdb_column_logical_type(&none, i);
    std::string name = duckdb_column_name(&none, i), quoted_name = in_marks(name, '"');
    std::optional<batch::Type> known = duck::leat_type(type);
    duckdb_type id = duckdb_get_type_id(type);
    duckdb_destroy_logical_type(&type);
    bool is_nested = id == DUCKDB_TYPE_LIST || id == DUCKDB_TYPE_STRUCT || id == DUCKDB_TYPE_MAP ||
                     id == DUCKDB_TYPE_ARRAY;
    const char* cast = known       ? "{0}"
                       : is_nested ? "cast(to_json({0}) as varchar) as {0}"
                                   : "cast({0} as varchar) as {0}";
    if (!known)
      known = batch::Type{is_nested                ? batch::TypeKind::json
                          : id == DUCKDB_TYPE_UUID ? batch::TypeKind::uuid
                                                   : batch::TypeKind::text};
    casts += (casts.empty() ? "" : ", ") + fmt::format(fmt::runtime(cast), quoted_name);
    columns.push_back({name, *known});
  }
  duckdb_destroy_result(&none);
  schema = std::make_shared<const batch::Schema>(std::move(columns));
}

void TableReader::State::begin(const std::string& sql) {
  if (duckdb_prepare(connection.handle(), sql.c_str(), &statement) != DuckDBSuccess)
    raise(duckdb_prepare_error(statement));
  if (duckdb_execute_prepared_streaming(statement, &result) != DuckDBSuccess)
    raise(duckdb_result_error(&result));
}

TableReader::TableReader(const std::string& path, TableFormat format)
    : state_(std::make_unique<State>(path)) {
  state_->connection.run("set preserve_insertion_order = true");
  std::string table = reading(path, format);
  state_->describe(table);
  state_->begin(fmt::format("select {} from {}", state_->casts, table));
}

TableReader::~TableReader() = default;

const batch::SchemaPtr& TableReader::schema() const {
  return state_->schema;
}

std::optional<batch::RecordBatch> TableReader::next() {
  batch::RecordBatch out(state_->schema);
  while (!state_->is_at_end && out.rows() < kBatchRows) {
    duckdb_data_chunk chunk = duckdb_fetch_chunk(state_->result);
    if (!chunk) {
      if (const char* message = duckdb_result_error(&state_->result)) state_->raise(message);
      state_->is_at_end = true;
      break;
    }
    duck::append_chunk(chunk, out);
    duckdb_destroy_data_chunk(&chunk);
  }
  if (out.rows() == 0) return std::nullopt;
  return out;
}

}  // namespace leat::files

#include "duck/query_reader.h"

#include <fmt/core.h>

#include "base/quotes.h"
#include "duck/chunks.h"

namespace leat::duck {
namespace {

constexpr std::size_t kBatchRows = 32768, kBatchBytes = 8 << 20;

bool is_nested(duckdb_type id) {
  return id == DUCKDB_TYPE_LIST || id == DUCKDB_TYPE_STRUCT || id == DUCKDB_TYPE_MAP ||
         id == DUCKDB_TYPE_ARRAY;
}

}  // namespace

QueryReader::QueryReader(Connection& connection, std::string from)
    : connection_(connection), from_(std::move(from)) {
  Result none = connection_.run(fmt::format("select * from {} limit 0", from_));
  std::vector<batch::Column> columns;
  for (idx_t i = 0; i < duckdb_column_count(&none.get()); ++i) {
    duckdb_logical_type type = duckdb_column_logical_type(&none.get(), i);
    std::optional<batch::Type> known = leat_type(type);
    duckdb_type id = duckdb_get_type_id(type);
    duckdb_destroy_logical_type(&type);
    std::string name = duckdb_column_name(&none.get(), i), column = in_marks(name, '"');
    if (!known) {
      known = batch::Type{is_nested(id)            ? batch::TypeKind::json
                          : id == DUCKDB_TYPE_UUID ? batch::TypeKind::uuid
                                                   : batch::TypeKind::text};
      column = is_nested(id) ? fmt::format("cast(to_json({0}) as varchar) as {0}", column)
                             : fmt::format("cast({0} as varchar) as {0}", column);
    }
    columns_ += (columns_.empty() ? "" : ", ") + column;
    columns.push_back({std::move(name), *known});
  }
  schema_ = std::make_shared<const batch::Schema>(std::move(columns));
}

QueryReader::~QueryReader() {
  duckdb_destroy_result(&result_);
  duckdb_destroy_prepare(&statement_);
}

void QueryReader::begin() {
  has_begun_ = true;
  std::string sql = fmt::format("select {} from {}", columns_, from_);
  const std::string& place = connection_.database()->path();
  if (duckdb_prepare(connection_.handle(), sql.c_str(), &statement_) != DuckDBSuccess) {
    const char* message = duckdb_prepare_error(statement_);
    raise(message ? message : "DuckDB gives no reason", place, sql);
  }
  if (duckdb_execute_prepared_streaming(statement_, &result_) != DuckDBSuccess) {
    const char* message = duckdb_result_error(&result_);
    raise(message ? message : "DuckDB gives no reason", place, sql);
  }
}

std::optional<batch::RecordBatch> QueryReader::next() {
  if (!has_begun_) begin();
  batch::RecordBatch out(schema_);
  while (!is_at_end_ && out.rows() < kBatchRows && out.byte_size() < kBatchBytes) {
    duckdb_data_chunk chunk = duckdb_fetch_chunk(result_);
    if (!chunk) {
      const char* message = duckdb_result_error(&result_);
      if (message && *message) raise(message, connection_.database()->path(), "");
      is_at_end_ = true;
      break;
    }
    append_chunk(chunk, out);
    duckdb_destroy_data_chunk(&chunk);
  }
  if (out.rows() == 0) return std::nullopt;
  return out;
}

}  // namespace leat::duck

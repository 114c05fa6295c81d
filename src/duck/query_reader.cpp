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

// Each binding of a statement looks through the files that it reads, so there are few: one for the columns,
// kept to be run where they come as they are, and DuckDB's own when it runs.
QueryReader::QueryReader(Connection& connection, const std::string& from)
    : connection_(connection), sql_("select * from " + from) {
  prepare();
  std::vector<batch::Column> columns;
  std::string selected;
  for (idx_t i = 0; i < duckdb_prepared_statement_column_count(statement_); ++i) {
    duckdb_logical_type type = duckdb_prepared_statement_column_logical_type(statement_, i);
    std::optional<batch::Type> known = leat_type(type);
    duckdb_type id = duckdb_get_type_id(type);
    duckdb_destroy_logical_type(&type);
    const char* told = duckdb_prepared_statement_column_name(statement_, i);
    std::string name = told ? told : "", column = in_marks(name, '"');
    duckdb_free(const_cast<char*>(told));
    if (!known) {
      is_cast_ = true;
      known = batch::Type{is_nested(id)            ? batch::TypeKind::json
                          : id == DUCKDB_TYPE_UUID ? batch::TypeKind::uuid
                                                   : batch::TypeKind::text};
      column = is_nested(id) ? fmt::format("cast(to_json({0}) as varchar) as {0}", column)
                             : fmt::format("cast({0} as varchar) as {0}", column);
    }
    selected += (selected.empty() ? "" : ", ") + column;
    columns.push_back({std::move(name), *known});
  }
  schema_ = std::make_shared<const batch::Schema>(std::move(columns));
  if (is_cast_) sql_ = fmt::format("select {} from {}", selected, from);
}

QueryReader::~QueryReader() {
  duckdb_destroy_result(&result_);
  duckdb_destroy_prepare(&statement_);
}

void QueryReader::prepare() {
  duckdb_destroy_prepare(&statement_);
  if (duckdb_prepare(connection_.handle(), sql_.c_str(), &statement_) == DuckDBSuccess) return;
  const char* message = duckdb_prepare_error(statement_);
  std::string text = message ? message : "DuckDB gives no reason";
  duckdb_destroy_prepare(&statement_);  // no destructor runs where this is called by the constructor
  raise(text, connection_.database()->path(), sql_);
}

void QueryReader::begin() {
  has_begun_ = true;
  if (is_cast_) prepare();
  if (duckdb_execute_prepared_streaming(statement_, &result_) == DuckDBSuccess) return;
  const char* message = duckdb_result_error(&result_);
  raise(message ? message : "DuckDB gives no reason", connection_.database()->path(), sql_);
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

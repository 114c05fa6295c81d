#include "duck/appender.h"

namespace leat::duck {

Appender::Appender(Connection& connection, const std::string& schema, const std::string& table)
    : connection_(connection), table_(schema + "." + table) {
  check(duckdb_appender_create(connection_.handle(), schema.c_str(), table.c_str(), &handle_));
}

void Appender::append(const std::vector<std::string>& values) {
  for (const std::string& value : values)
    check(duckdb_append_varchar_length(handle_, value.data(), value.size()));
  check(duckdb_appender_end_row(handle_));
}

void Appender::check(duckdb_state state) const {
  if (state == DuckDBSuccess) return;
  const char* message = duckdb_appender_error(handle_);
  raise(message ? message : "DuckDB gives no reason", connection_.database()->path(), "append to " + table_);
}

}  // namespace leat::duck

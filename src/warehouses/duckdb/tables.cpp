#include "warehouses/duckdb/tables.h"

#include <fmt/core.h>

#include <string_view>

#include "warehouses/duckdb/dialect.h"

namespace leat::warehouses::duckdb {

Named named(duck::Connection& connection, const sql::Relation& relation) {
  duckdb_table_description described = nullptr;
  bool is_table = duck::duckdb_table_description_create_ext(
                      connection.handle(), relation.database.empty() ? nullptr : relation.database.c_str(),
                      relation.schema.empty() ? nullptr : relation.schema.c_str(),
                      relation.identifier.c_str(), &described) == DuckDBSuccess;
  const char* message = duck::duckdb_table_description_error(described);
  bool is_absent =
      !is_table && message && std::string_view(message).find("could be located") != std::string_view::npos;
  duck::duckdb_table_description_destroy(&described);
  return is_table ? Named::table : is_absent ? Named::nothing : Named::other;
}

std::string columns_query(const sql::Relation& table) {
  return fmt::format("select column_name, column_type from (describe {})", duck_dialect().render(table));
}

}  // namespace leat::warehouses::duckdb

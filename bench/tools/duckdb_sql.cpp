// duckdb_sql DATABASE SQL…: runs statements in a DuckDB file with the library that Leat uses; prints the rows
// of the last one, cells separated by a bar. A peer that has no command line of its own here.
#include <duckdb.h>
#include <fmt/core.h>

#include <cstdio>

int main(int argc, char** argv) {
  if (argc < 3) {
    fmt::print(stderr, "duckdb_sql: usage: duckdb_sql DATABASE SQL...\n");
    return 2;
  }
  duckdb_database database = nullptr;
  duckdb_connection connection = nullptr;
  char* reason = nullptr;
  if (duckdb_open_ext(argv[1], &database, nullptr, &reason) == DuckDBError) {
    fmt::print(stderr, "duckdb_sql: {}: {}\n", argv[1], reason ? reason : "cannot be opened");
    return 1;
  }
  duckdb_connect(database, &connection);
  int code = 0;
  for (int i = 2; i < argc && code == 0; ++i) {
    duckdb_result result;
    if (duckdb_query(connection, argv[i], &result) == DuckDBError) {
      fmt::print(stderr, "duckdb_sql: {}\n", duckdb_result_error(&result));
      code = 1;
    } else if (i + 1 == argc) {
      for (idx_t row = 0; row < duckdb_row_count(&result); ++row) {
        for (idx_t column = 0; column < duckdb_column_count(&result); ++column) {
          char* text = duckdb_value_varchar(&result, column, row);
          fmt::print("{}{}", column ? "|" : "", text ? text : "");
          duckdb_free(text);
        }
        fmt::print("\n");
      }
    }
    duckdb_destroy_result(&result);
  }
  duckdb_disconnect(&connection);
  duckdb_close(&database);
  return code;
}

// Appender: rows of texts into a table of DuckDB, without a statement for them.
//
// Guarantees: rows are written in the transaction that the connection has open, each text cast to its
//   column's type.
// Threads: as its connection, one at a time.
// Owns: the appender; the connection has to outlive it.
// Errors: Error(warehouse_sql) that names the table.
#pragma once
#include <string>
#include <vector>

#include "duck/client.h"

namespace leat::duck {

class Appender {
 public:
  Appender(Connection& connection, const std::string& schema, const std::string& table);
  ~Appender() { duckdb_appender_destroy(&handle_); }
  Appender(const Appender&) = delete;
  Appender& operator=(const Appender&) = delete;
  /// Adds a row, one text a column.
  void append(const std::vector<std::string>& values);
  /// Hands all rows to the table.
  void close() { check(duckdb_appender_close(handle_)); }

 private:
  void check(duckdb_state state) const;

  Connection& connection_;
  std::string table_;
  duckdb_appender handle_ = nullptr;
};

}  // namespace leat::duck

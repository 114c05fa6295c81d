// Engine: DuckDB as what is behind the stand-in: connections, statements, results in the protocol's form.
//
// Guarantees: values are printed as the protocol prints them (docs in README.md); a statement can be
// interrupted. Threads: Database from any; a Connection by one thread at a time, except interrupt(). Owns:
// its handles. Errors: Refusal with the code that the warehouse would use. Source: DuckDB C API
#pragma once
#include <duckdb.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace snowflake {

class Database {
 public:
  Database();
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  duckdb_database handle() const { return handle_; }

 private:
  duckdb_database handle_ = nullptr;
};

/// A column of a result.
struct Field {
  std::string name, type;  ///< "fixed", "text", "timestamp_ntz" …
  int precision = 0, scale = 0;
};
using Cell = std::optional<std::string>;

struct Table {
  std::vector<Field> fields;
  std::vector<std::vector<Cell>> rows;
};

class Connection {
 public:
  explicit Connection(Database& database);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Runs every statement of DuckDB's SQL; returns the rows that the last one changed.
  std::int64_t execute(const std::string& sql);
  Table query(const std::string& sql);
  /// The first value, "" where there is none.
  std::string value(const std::string& sql);
  void interrupt() { duckdb_interrupt(handle_); }

 private:
  duckdb_connection handle_ = nullptr;
};

}  // namespace snowflake

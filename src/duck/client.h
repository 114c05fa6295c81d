// Database, Connection, Result, LogicalType: the handles of libduckdb. With
// warehouses/duckdb the only room that includes duckdb.h.
//
// Guarantees: one Database for a file in this process, whoever opens it; it closes with its
//   last user. Who opens it while it closes waits: DuckDB itself would let two instances
//   write to one file of one process.
// Threads: Database from any; a Connection by one thread at a time, except interrupt().
// Owns: its handle. Move-only.
// Errors: Error(warehouse_locked) when another process holds the file,
//   Error(warehouse_full), Error(warehouse_memory), Error(warehouse_sql), Error(warehouse_cancelled),
//   Error(warehouse_connect).
// Source: DuckDB C API 1.4, https://duckdb.org/docs/stable/clients/c/overview
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "duck/library.h"

namespace leat::duck {

struct Settings {
  std::string path;          ///< ":memory:" for none
  std::string threads;       ///< "" for DuckDB's default
  std::string memory_limit;  ///< "512MB"
  std::string temp_directory;
  bool read_only = false;
};

class Database {
 public:
  /// Opens the file, or returns the instance that has it open already in this process.
  static std::shared_ptr<Database> open(const Settings& settings);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  duckdb_database handle() const { return handle_; }
  const std::string& path() const { return path_; }

 private:
  Database(duckdb_database handle, std::string path, std::string key)
      : handle_(handle), path_(std::move(path)), key_(std::move(key)) {}
  duckdb_database handle_;
  std::string path_, key_;  // key_: "" for one in memory
};

class Result {
 public:
  Result() = default;
  Result(Result&& other) noexcept : result_(std::exchange(other.result_, duckdb_result{})) {}
  Result& operator=(Result&& other) noexcept {
    std::swap(result_, other.result_);
    return *this;
  }
  ~Result() { duckdb_destroy_result(&result_); }
  duckdb_result& get() { return result_; }

 private:
  duckdb_result result_{};
};

/// A type that libduckdb has handed over.
class LogicalType {
 public:
  explicit LogicalType(duckdb_logical_type handle) : handle_(handle) {}
  ~LogicalType() { duckdb_destroy_logical_type(&handle_); }
  LogicalType(const LogicalType&) = delete;
  LogicalType& operator=(const LogicalType&) = delete;
  duckdb_logical_type get() const { return handle_; }

 private:
  duckdb_logical_type handle_;
};

class Connection {
 public:
  explicit Connection(std::shared_ptr<Database> database);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Runs every statement of `sql` and returns the last one's result.
  Result run(const std::string& sql);
  /// As run(), and returns the rows that the last statement changed.
  std::int64_t execute(const std::string& sql);
  /// Makes the running statement fail with Error(warehouse_cancelled).
  void interrupt() { duckdb_interrupt(handle_); }
  duckdb_connection handle() const { return handle_; }
  const std::shared_ptr<Database>& database() const { return database_; }

 private:
  std::shared_ptr<Database> database_;
  duckdb_connection handle_ = nullptr;
};

/// Creates a schema where it is absent; sessions of this process take turns, since two at once would conflict
/// in DuckDB's catalog.
void ensure_schema(Connection& connection, const std::string& quoted_schema);

/// Throws the Error that fits DuckDB's message; `sql` is the statement, "" where there is none.
[[noreturn]] void raise(std::string_view message, const std::string& path, const std::string& sql);

}  // namespace leat::duck

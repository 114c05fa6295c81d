// DuckDatabase, DuckConnection, DuckResult: the handles of libduckdb. With the other files of this folder the
// only ones that include duckdb.h.
//
// Guarantees: one DuckDatabase for a file in this process, whoever opens it; it closes with its last user.
// Threads: DuckDatabase from any; a DuckConnection by one thread at a time, except interrupt().
// Owns: its handle. Move-only.
// Errors: Error(warehouse_locked) when another process holds the file, Error(warehouse_full),
// Error(warehouse_sql),
//   Error(warehouse_cancelled), Error(warehouse_connect).
// Source: DuckDB C API 1.4, https://duckdb.org/docs/stable/clients/c/overview
#pragma once
#include <duckdb.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace leat::warehouses::duckdb {

struct DuckSettings {
  std::string path;          ///< ":memory:" for none
  std::string threads;       ///< "" for DuckDB's default
  std::string memory_limit;  ///< "512MB"
  std::string temp_directory;
  bool read_only = false;
};

class DuckDatabase {
 public:
  /// Opens the file, or returns the instance that has it open already in this process.
  static std::shared_ptr<DuckDatabase> open(const DuckSettings& settings);
  ~DuckDatabase();
  DuckDatabase(const DuckDatabase&) = delete;
  DuckDatabase& operator=(const DuckDatabase&) = delete;
  duckdb_database handle() const { return handle_; }
  const std::string& path() const { return path_; }

 private:
  DuckDatabase(duckdb_database handle, std::string path) : handle_(handle), path_(std::move(path)) {}
  duckdb_database handle_;
  std::string path_;
};

class DuckResult {
 public:
  DuckResult() = default;
  DuckResult(DuckResult&& other) noexcept : result_(std::exchange(other.result_, duckdb_result{})) {}
  DuckResult& operator=(DuckResult&& other) noexcept {
    std::swap(result_, other.result_);
    return *this;
  }
  ~DuckResult() { duckdb_destroy_result(&result_); }
  duckdb_result& get() { return result_; }

 private:
  duckdb_result result_{};
};

class DuckConnection {
 public:
  explicit DuckConnection(std::shared_ptr<DuckDatabase> database);
  ~DuckConnection();
  DuckConnection(const DuckConnection&) = delete;
  DuckConnection& operator=(const DuckConnection&) = delete;

  /// Runs every statement of `sql` and returns the last one's result.
  DuckResult run(const std::string& sql);
  /// As run(), and returns the rows that the last statement changed.
  std::int64_t execute(const std::string& sql);
  /// Makes the running statement fail with Error(warehouse_cancelled).
  void interrupt() { duckdb_interrupt(handle_); }
  duckdb_connection handle() const { return handle_; }
  const std::shared_ptr<DuckDatabase>& database() const { return database_; }

 private:
  std::shared_ptr<DuckDatabase> database_;
  duckdb_connection handle_ = nullptr;
};

/// Creates a schema where it is absent; sessions of this process take turns, since two at once would conflict
/// in DuckDB's catalog.
void ensure_schema(DuckConnection& connection, const std::string& quoted_schema);

/// Throws the Error that fits DuckDB's message; `sql` is the statement, "" where there is none.
[[noreturn]] void raise(std::string_view message, const std::string& path, const std::string& sql);

}  // namespace leat::warehouses::duckdb

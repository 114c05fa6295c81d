// PgConnection and PgResult: the handles of libpq. With the other files of this folder
// the only ones that include libpq-fe.h.
//
// Guarantees: a session is in UTC and ISO dates.
// Threads: a connection by one thread at a time, except cancel().
// Owns: its handle. Move-only.
// Errors: Error(warehouse_connect), Error(warehouse_full), Error(warehouse_cancelled),
//   Error(warehouse_sql) with the server's message, detail and the line of the
//   statement.
// Source: PostgreSQL 15 documentation, chapter 34
#pragma once
#include <libpq-fe.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "sql/adapter.h"

namespace leat::warehouses::postgres {

using PgResult = std::unique_ptr<PGresult, void (*)(PGresult*)>;

class PgConnection {
 public:
  /// `conninfo` is a libpq URI or key=value string; `place` names the server in errors, without the password.
  PgConnection(const std::string& conninfo, std::string place);
  ~PgConnection();
  PgConnection(const PgConnection&) = delete;
  PgConnection& operator=(const PgConnection&) = delete;

  /// Runs one or several statements; returns the last one's result, text format.
  PgResult run(const std::string& sql);
  /// Runs them and returns the rows that the last one changed; 0 where it tells none.
  std::int64_t execute(const std::string& sql);
  /// Runs them, and returns what the server has against them.
  std::optional<sql::Objection> attempt(const std::string& sql);
  /// The first value of a query, "" where there is no row.
  std::string value(const std::string& sql);

  /// COPY … FROM STDIN: begin, any number of put, end.
  void begin_copy(const std::string& sql);
  void put_copy(const char* bytes, std::size_t count);
  void end_copy();

  /// Asks the server to stop the running statement. Safe to call from another thread.
  void cancel();
  const std::string& place() const { return place_; }

 private:
  [[noreturn]] void raise(const PGresult* result, const std::string& sql);
  std::string place_;
  PGconn* handle_ = nullptr;
  PGcancel* cancel_ = nullptr;
};

}  // namespace leat::warehouses::postgres

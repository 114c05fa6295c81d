// Session: one logged-in client: its names, its temporary objects, its transaction, and how its statements
// run.
//
// Guarantees: DDL commits an open transaction first, as in the warehouse; temporary tables and stages go with
//   the session, an open transaction is rolled back.
// Threads: run() by one thread at a time (it locks); interrupt() from any.
// Owns: its connection and stages.
// Errors: Refusal.
// Source: docs.snowflake.com, transactions, temporary tables
#pragma once
#include <mutex>
#include <string>

#include "engine.h"
#include "stages.h"
#include "translate.h"

namespace snowflake {

/// What a statement answers.
struct Outcome {
  Table table;
  Kind kind = Kind::query;
  Stages::Destination put;  ///< of a PUT
};

class Session {
 public:
  Session(Database& database, const std::string& database_name, const std::string& schema,
          std::string folder);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Outcome run(const std::string& sql, CopyFault fault);
  void interrupt() { connection_.interrupt(); }
  const Names& names() const { return names_; }
  bool is_in_transaction() const { return is_in_transaction_; }

 private:
  Outcome change(const Tokens& tokens);
  Outcome change_definition(const Tokens& tokens);
  std::int64_t overwrite(Tokens tokens);
  void change_database(const Tokens& tokens);
  void note_temporary(const Tokens& tokens);
  void forget_temporary(const Tokens& tokens);
  void use(const Tokens& tokens);
  void end_transaction(const char* how);

  std::mutex mutex_;
  Names names_;
  Connection connection_;
  Stages stages_;
  bool is_in_transaction_ = false;
};

}  // namespace snowflake

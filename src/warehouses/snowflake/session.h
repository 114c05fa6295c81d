// Session: one session with a Snowflake account over the protocol of its drivers: log in, run
// statements, renew, cancel, close.
//
// Guarantees: a request that fails on its way (transport, 408, 429, 5xx) is sent again with the same
//   request id, which Snowflake answers with the first try's outcome: no statement runs twice. An
//   expired token is renewed and the statement goes on. A session that is lost altogether is replaced
//   only while nothing depends on it (hold()). A statement that takes long is polled for. Times are
//   UTC.
// Threads: one at a time, except cancel(), which any thread may call at any time.
// Owns: the session at Snowflake; the destructor closes it, with its temporary objects and its open
//   transaction.
// Errors: Error(warehouse_connect) (login refused, session lost), Error(warehouse_sql) with Snowflake's
//   message and query id, Error(warehouse_cancelled), Error(cancelled), and those of http/client.h when
//   tries are used up.
// Source: the requests of Snowflake's published drivers (gosnowflake 2, snowflake-connector-nodejs 3.1)
#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/env.h"
#include "document/value.h"
#include "http/client.h"
#include "http/retry.h"
#include "http/url.h"
#include "warehouses/snowflake/account.h"

namespace leat::warehouses::snowflake {

class Session {
 public:
  Session(const Account& account, Env& env);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Runs one statement, waits for its end and returns the answer's `data`. Logs in before the first.
  document::Value run(const std::string& sql);
  /// Runs it and returns the rows that it changed: 0 for DDL.
  std::int64_t execute(const std::string& sql);
  /// Begins a transaction. The emulator begins one by itself at the first change, and only so.
  void begin();
  /// The first value of a query as text, "" where there is no row.
  std::string value(const std::string& sql);
  /// The bytes behind a URL of an answer (a part of a result), expanded.
  std::string fetch(const std::string& url, const http::Headers& headers);

  /// Says whether temporary objects or a transaction make this session irreplaceable.
  void hold(bool holds) { holds_ = holds; }
  /// Lets Snowflake know that the session lives, at most every quarter of an hour.
  void keep_alive();
  /// Asks Snowflake to stop the running statement.
  void cancel();

  const Account& account() const { return account_; }
  http::Client& client() { return client_; }
  Env& env() { return env_; }

 private:
  void login();
  void renew();
  void close();
  document::Value call(const char* method, const std::string& path, http::Query query,
                       const std::string& body);
  std::optional<document::Value> attempt(const http::Request& request, http::Retry& retry);
  http::Request request_for(const char* method, const std::string& path, const http::Query& query,
                            const std::string& body);
  void replace_session(const document::Value& answer);
  document::Value wait_for(document::Value answer);
  void keep_tokens(const std::string& token, const std::string& master);
  [[noreturn]] void raise(const document::Value& answer, const std::string& sql) const;

  const Account account_;
  Env& env_;
  http::Client client_;
  std::chrono::steady_clock::time_point used_at_;
  bool holds_ = false;
  std::mutex mutex_;  // guards all below: cancel() reads them from other threads
  std::string token_, master_token_, running_, running_sql_;
};

}  // namespace leat::warehouses::snowflake

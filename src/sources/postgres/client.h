// Session and CopyRow: the handles of libpq for reading. The only file of this folder
// with libpq's header.
//
// Guarantees: a session is in UTC, with ISO dates, ISO intervals and floats that read
//   back exactly; an ordinary one reads only, unless it is told otherwise.
// Threads: a session by one thread at a time.
// Owns: its handle; a CopyRow owns the row's bytes.
// Errors: Error(postgres_connect) worth another try where the connection was lost,
//   Error(postgres_refused) with the server's message.
// Source: PostgreSQL 15 documentation, chapters 34 (libpq) and 55 (streaming
//   replication)
#pragma once
#include <libpq-fe.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace leat::sources::postgres {

/// Rows of a small answer as text; "" where null.
using Rows = std::vector<std::vector<std::string>>;

/// The bytes of one message of a COPY; empty() at its end.
class CopyRow {
 public:
  CopyRow() = default;
  CopyRow(char* bytes, std::size_t size) : bytes_(bytes), size_(size) {}
  bool empty() const { return !bytes_; }
  std::string_view bytes() const { return {bytes_.get(), size_}; }

 private:
  struct Free {
    void operator()(char* bytes) const { PQfreemem(bytes); }
  };
  std::unique_ptr<char, Free> bytes_;
  std::size_t size_ = 0;
};

enum class SessionKind { reading, writing, replication };

class Session {
 public:
  /// `url` is a libpq URI or key=value string.
  explicit Session(const std::string& url, SessionKind kind = SessionKind::reading);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Runs one or several statements; the last one's rows.
  Rows rows(const std::string& sql);
  /// The first value of a query, "" where there is none.
  std::string value(const std::string& sql);
  /// The server's version as a number: 150004, 180001.
  int version() const { return PQserverVersion(handle_); }
  /// host:port/database, without user and password.
  const std::string& place() const { return place_; }

  /// COPY … TO STDOUT: begin, then next until it is empty: one or more whole rows, valid until the next call.
  void begin_copy(const std::string& sql);
  std::string_view next_copy();

  /// START_REPLICATION: begin, then receive. An empty CopyRow: nothing came within `wait`.
  void begin_stream(const std::string& sql);
  CopyRow receive(std::chrono::milliseconds wait);
  /// Sends a message of the stream.
  void send(std::string_view message);

 private:
  [[noreturn]] void raise(const PGresult* result, const std::string& sql);
  void await_input();
  PGconn* handle_ = nullptr;
  std::vector<char> copied_;  // what next_copy() shows
  std::string place_;
};

/// Where a url leads, and the same url by a port of this machine that leads there: names in certificates are
/// still compared with the host's.
struct Address {
  std::string host, port;
};
Address address_of(const std::string& url);
std::string through_port(const std::string& url, int port);
/// Replaces the user's password in messages from now on. Returns host:port/database.
std::string place_of(const std::string& url);
std::string quote_name(std::string_view name);
std::string quote_literal(std::string_view text);

}  // namespace leat::sources::postgres

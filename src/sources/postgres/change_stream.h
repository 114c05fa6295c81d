// ChangeStream: the messages of a slot as the server sends them, and what the server is told in return.
//
// Guarantees: the server is told of no position but `committed`, also while the reader is held back.
// Threads: next() by one thread; a thread of its own tells the server.
// Owns: the replication session while the stream runs.
// Errors: as the session's; Error(postgres_protocol).
// Source: PostgreSQL 15 documentation, 55.4 (streaming replication protocol)
#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "base/env.h"
#include "sources/postgres/client.h"
#include "sources/postgres/pgoutput.h"

namespace leat::sources::postgres {

class ChangeStream {
 public:
  /// Starts the stream by START_REPLICATION.
  ChangeStream(std::unique_ptr<Session> session, const std::string& start, const std::atomic<Lsn>& committed,
               Env& env);
  /// The next message of the plugin, valid until the next call; empty where none came within `wait`, or only
  /// a sign of life.
  std::string_view next(std::chrono::milliseconds wait);
  /// Tells the server what is durable; `wants_answer`: it tells in return how far it is.
  void tell(bool wants_answer);
  /// Tells it again where something new is durable, or where it has not heard for a while.
  void tell_what_is_new();
  /// Behind the last part of the log that the server has looked at; everything of it that is wanted was sent.
  Lsn server_end() const { return server_end_; }

 private:
  CopyRow receive(std::chrono::milliseconds wait);
  void tell_now_and_then(std::stop_token stop);
  std::unique_ptr<Session> session_;
  const std::atomic<Lsn>& committed_;
  Env& env_;
  CopyRow row_;
  Lsn server_end_ = 0;
  std::mutex mutex_;  // guards session_, told_, last_told_
  Lsn told_ = 0;
  std::chrono::steady_clock::time_point last_told_;
  std::mutex idle_mutex_;
  std::condition_variable_any idle_;
  std::jthread teller_;
};

}  // namespace leat::sources::postgres

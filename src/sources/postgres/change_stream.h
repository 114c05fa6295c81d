// ChangeStream: the messages of a slot as the server sends them, and what the server is told in return.
//
// Guarantees: the server is told of no position but `committed`, also while the reader is held back.
// Threads: one thread has the stream; while it is Away, a thread of the stream's own tells the server.
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
  /// As long as it lives, its thread does not use the stream: it may be held up.
  class Away {
   public:
    /// `stream` may be null.
    explicit Away(ChangeStream* stream) : stream_(stream) {
      if (stream_) stream_->mutex_.unlock();
    }
    ~Away() {
      if (stream_) stream_->mutex_.lock();
    }
    Away(const Away&) = delete;
    Away& operator=(const Away&) = delete;

   private:
    ChangeStream* stream_;
  };

  /// Starts the stream by START_REPLICATION.
  ChangeStream(std::unique_ptr<Session> session, const std::string& start, const std::atomic<Lsn>& committed,
               Env& env);
  ~ChangeStream();
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
  void tell_now_and_then(std::stop_token stop);
  std::unique_ptr<Session> session_;
  const std::atomic<Lsn>& committed_;
  Env& env_;
  CopyRow row_;
  Lsn server_end_ = 0;
  std::size_t since_look_ = 0;  // messages since the clock was looked at
  std::mutex mutex_;  // guards session_, told_, last_told_; held by the reading thread unless it is Away
  Lsn told_ = 0;
  std::chrono::steady_clock::time_point last_told_;
  std::mutex idle_mutex_;
  std::condition_variable_any idle_;
  std::jthread teller_;
};

}  // namespace leat::sources::postgres

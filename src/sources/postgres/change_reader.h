// ChangeReader: reads the streams of a slot: tables that are new whole, then the changes of all in the order
// of their commits.
//
// Guarantees: the position is the end of a commit; a table that is read whole leaves out the changes that it
//   has in it already. The server is told of a position only after it is durable.
// Threads: one.
// Owns: its sessions, the spool, the changes under way.
// Errors: as the sessions'; Error(postgres_setup, postgres_slot_lost, postgres_protocol). A lost connection
//   is worth another try.
// Source: PostgreSQL 15 documentation, 55.4 and 55.5
#pragma once
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "sources/postgres/change_state.h"
#include "sources/postgres/change_stream.h"
#include "sources/postgres/change_tables.h"
#include "sources/postgres/slot.h"
#include "sources/postgres/spool.h"
#include "stream/source.h"

namespace leat::sources::postgres {

class ChangeReader {
 public:
  ChangeReader(const Options& options, Env& env, std::span<const stream::Selection> selections,
               stream::Sink& sink, std::atomic<Lsn>& committed);
  ~ChangeReader();
  void read();

 private:
  // Hands over while the stream is looked after by itself.
  class PatientSink;
  std::vector<Table> selected_tables();
  void prepare();
  void begin_anew(bool keeps_slot);
  void resync_stale();
  void start_stream();
  void follow();
  void take(std::string_view bytes);
  void decode_message(std::string_view bytes, bool in_stream);
  void take_whole();
  void replay(std::uint32_t xid);
  void apply(const Message& message);
  void apply_truncate(const Message& message);
  void end_transaction(Lsn end, std::uint32_t xid);
  void flush_rows();
  void flush();
  void look_around();
  void welcome();
  void note_freshness();
  void tell_lag();
  void idle();
  void check_form() const;
  bool at_rest() const { return !in_transaction_ && streaming_xid_ == 0; }
  bool is_caught_up() const;
  void finish();

  const Options& options_;
  Env& env_;
  stream::Sink& sink_;
  std::atomic<Lsn>& committed_;
  std::vector<stream::Selection> selections_;
  std::set<std::string> unwanted_;  // tables that came, which the connection does not name
  bool follows_ = false, binary_ = false, is_standby_ = false;
  std::unique_ptr<Session> session_, replication_;  // replication_: until the stream begins
  std::unique_ptr<ChangeStream> stream_;
  std::unique_ptr<PatientSink> patient_;
  ChangeState state_;
  ChangeTables tables_;
  Spool spool_;
  Message message_;
  ChangeOrigin origin_;
  std::uint32_t xid_ = 0;            // of the transaction under way
  std::uint32_t streaming_xid_ = 0;  // of the part of one that is being sent, 0: none
  bool in_transaction_ = false;
  Lsn target_ = 0;
  std::size_t rows_ = 0, bytes_ = 0;
  // The tables are as the source was at fresh_ (microseconds), and at pending_time_ once pending_lsn_ is
  // durable.
  std::int64_t fresh_ = 0, pending_time_ = 0;
  Lsn pending_lsn_ = 0;
  std::chrono::steady_clock::time_point last_flush_, last_look_, last_beat_;
};

}  // namespace leat::sources::postgres

// Session: one connection of a client, from its login to its end.
//
// Guarantees: an error of a statement is told and the session goes on; one of the protocol is told and ends
//   it. The transaction's state follows PostgreSQL's; since nothing is written, BEGIN and COMMIT hold
//   nothing.
// Threads: run() by one thread; Running by any.
// Owns: its statements, portals and engine session; Channel and Engine outlive it.
// Errors: run() throws none: they go to the client.
// Source: PostgreSQL documentation, chapter 55
#pragma once
#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/env.h"
#include "base/error.h"
#include "server/channel.h"
#include "server/pgwire/backend_orders.h"
#include "server/pgwire/commands.h"
#include "server/pgwire/engine.h"
#include "server/pgwire/login.h"
#include "server/pgwire/message_reader.h"
#include "server/pgwire/messages.h"
#include "server/pgwire/variables.h"

namespace leat::server::pgwire {

/// What others may do to a session: end its statement, or all of it.
class Running {
 public:
  enum class Why { nothing, asked, late };
  /// Ends the statement that runs; nothing when none does.
  void cancel(Why why);
  /// Ends the statement and lets the session take no other one.
  void close();
  /// Cancels what runs past its deadline.
  void check(std::chrono::steady_clock::time_point now);

 private:
  friend class Session;
  std::mutex mutex_;  // guards all below
  EngineSession* engine_ = nullptr;
  bool is_busy_ = false, is_closed_ = false;
  Why why_ = Why::nothing;
  std::chrono::steady_clock::time_point deadline_;
};

/// Does what a session of that user asks of another one; false where there is none that it may ask.
using OrderOthers = std::function<bool(const std::string& user, const BackendOrder& order)>;

class Session {
 public:
  /// `reader` is where the login ended.
  Session(Channel& channel, MessageReader& reader, Engine& engine, const EndpointSettings& endpoint,
          Login login, Running& running, Env& env, OrderOthers order = nullptr);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  /// Serves until the client leaves. `process` and `secret` are its key for cancelling.
  void run(std::int32_t process, std::int32_t secret);

 private:
  struct Statement {
    Command command;
    std::unique_ptr<Prepared> prepared;  // null for commands without rows
  };
  struct Portal {
    std::shared_ptr<Statement> statement;
    std::vector<Parameter> parameters;
    std::vector<Format> formats;
    std::shared_ptr<OpenRows> rows;
    std::int64_t sent = 0;
    bool is_done = false, is_cursor = false, holds = false;
  };
  enum class Block { none, open, failed };
  class Busy;

  bool serve_next();
  bool is_closed();
  void handle(const Message& message);
  void tell(const Error& error, bool is_last);
  void tell_ready();
  void flush();

  // Extended protocol.
  void parse(Fields fields);
  void bind(Fields fields);
  void describe(Fields fields);
  void execute(Fields fields);
  void close(Fields fields);
  void sync();

  // Statements.
  void run_simple(const std::string& sql);
  std::shared_ptr<Statement> prepare(const std::string& sql, const std::vector<Oid>& types);
  std::shared_ptr<Statement> prepare_query(Command command, const std::vector<Oid>& types);
  void check_block(const Command& command) const;
  void execute_portal(Portal& portal, std::int64_t rows_max);
  bool send_rows(Portal& portal, std::int64_t rows_max);
  void open(Portal& portal);
  void order_others(const Portal& portal) const;
  std::optional<std::string> setting(const std::string& name) const;
  void describe_rows(const std::vector<Field>& fields, const std::vector<Format>& formats);
  void run_command(const Command& command);
  void copy_out(Portal& portal);

  // Commands.
  void set_variable(const Command& command);
  void report(const std::string& name);
  void end_block(Block next);
  void discard(const Command& command);
  void declare(const Command& command);
  std::shared_ptr<Statement> prepare_show(const Command& command);
  std::shared_ptr<Statement> prepare_fetch(const Command& command);
  std::shared_ptr<Statement> prepare_execute(const Command& command);
  void prepare_named(const Command& command);
  Portal& cursor(const std::string& name);
  void complete(const std::string& tag);

  Channel& channel_;
  const EndpointSettings& endpoint_;
  Login login_;
  Running& running_;
  Env& env_;
  OrderOthers order_;
  std::int32_t process_ = 0;
  Variables variables_;
  std::unique_ptr<EngineSession> engine_;
  MessageReader& reader_;
  Answers answers_;
  std::map<std::string, std::shared_ptr<Statement>> statements_;
  std::map<std::string, Portal> portals_;
  std::vector<std::pair<std::string, std::string>>
      locals_;  // what SET LOCAL takes back, with the values before
  Block block_ = Block::none;
  bool skips_to_sync_ = false;
};

}  // namespace leat::server::pgwire

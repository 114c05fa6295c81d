// DuckSession: the queries of one client on DuckDB.
//
// Guarantees: see duck_engine.h. A statement that is prepared is prepared again by itself where the
//   connection that it was prepared on is gone.
// Threads: one at a time, except cancel().
// Owns: its connections, and the handles of what is prepared on them.
// Errors: see duck_engine.h.
// Source: DuckDB C API, prepared statements and streaming results
#pragma once
#include <map>
#include <mutex>

#include "server/pgwire/duck_engine.h"

namespace leat::server::pgwire {

/// A connection of a session, and what is prepared on it.
struct Slot {
  std::unique_ptr<duck::Connection> connection;
  std::map<const void*, duckdb_prepared_statement> handles;
  bool is_busy = false;  // an answer is being read from it
  Slot() = default;
  ~Slot();
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;
};

class DuckSession : public EngineSession {
 public:
  DuckSession(DuckEngine& engine, std::string user, SettingLookup settings)
      : engine_(engine), user_(std::move(user)), lookup_(std::move(settings)) {}
  std::unique_ptr<Prepared> prepare(const std::string& sql, const std::vector<Oid>& types,
                                    const std::string& explain) override;
  void set(const std::string& name, const std::string& value) override;
  void rest() override;
  void cancel() override;

  /// A connection that no answer is read from.
  Slot& free_slot();
  /// The statement of `owner` on that connection, prepared there if it is not.
  duckdb_prepared_statement handle(Slot& slot, const void* owner, const std::string& sql);
  /// Forgets what `owner` has prepared.
  void forget(const void* owner);
  /// Says what cancel() interrupts from now on, nullptr for nothing.
  void run_on(Slot* slot);
  DuckEngine& engine() { return engine_; }

 private:
  std::string rewritten(const std::string& sql, std::vector<std::string> casts);
  std::optional<std::string> setting(const std::string& name) const;
  void apply(duck::Connection& connection);

  DuckEngine& engine_;
  std::string user_;
  SettingLookup lookup_;
  std::string search_path_ = "public", timezone_ = "UTC";
  bool has_public_ = false;                     // a schema of that name
  std::vector<std::string> path_ = {"public"};  // the schemas of search_path that there are
  std::vector<std::unique_ptr<Slot>> slots_;
  std::mutex mutex_;         // guards running_
  Slot* running_ = nullptr;  // what cancel() interrupts
};

}  // namespace leat::server::pgwire

// DuckEngine: the embedded warehouse as the endpoint's engine.
//
// Guarantees: every query runs in a transaction of its own that may only read and sees one state,
//   whatever loads commit meanwhile; it passed the Guard. The file is open while sessions ask and a
//   moment longer, in this process' one instance (duck::Database), which loads of this process share;
//   another process gets it in the pauses.
// Threads: begin() from any; a session by one thread at a time, except cancel().
// Owns: sessions their DuckDB connections: one, and one more for each answer that is read piece by
//   piece.
// Errors: Error(warehouse_locked) when another process keeps the file for longer than `lock_wait`.
// Source: DuckDB C API
#pragma once
#include <memory>
#include <mutex>

#include "base/env.h"
#include "duck/client.h"
#include "server/pgwire/engine.h"
#include "server/pgwire/guard.h"

namespace leat::server::pgwire {

struct DuckEngineSettings {
  duck::Settings warehouse;
  std::string database;  ///< as clients know it
  /// Where the catalogue's file is kept, "" to make it anew in memory whenever the warehouse is opened.
  std::string catalog_folder;
  std::chrono::milliseconds lock_wait{10000};
};

class DuckEngine : public Engine {
 public:
  DuckEngine(DuckEngineSettings settings, Env& env) : settings_(std::move(settings)), env_(env) {}
  std::unique_ptr<EngineSession> begin(const std::string& user, SettingLookup settings) override;

  /// Makes the catalogue's file where it is not there yet, so that no client waits for it.
  void make_catalog();
  /// A connection to the warehouse with PostgreSQL's catalogue beside it.
  std::unique_ptr<duck::Connection> connect();
  /// Throws where a query may not run; `connection` parses it.
  void check(duck::Connection& connection, const std::string& sql);
  const DuckEngineSettings& settings() const { return settings_; }
  /// DuckDB's name of the warehouse, once connect() was there.
  std::string catalog();

 private:
  std::shared_ptr<duck::Database> open();
  void furnish(duck::Connection& connection);
  std::string catalog_file() const;

  DuckEngineSettings settings_;
  Env& env_;
  std::mutex mutex_;  // guards all below
  Guard guard_;
  std::string catalog_;
  std::weak_ptr<duck::Database> furnished_;  // the instance that has PostgreSQL's catalogue
};

/// The rows of a query as texts, nulls as "".
std::vector<std::vector<std::string>> read_texts(duck::Connection& connection, const std::string& sql);

}  // namespace leat::server::pgwire

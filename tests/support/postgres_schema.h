// PostgresSchema: an empty schema of its own in the server of LEAT_TEST_POSTGRES, and Leat's source on it.
//
// Guarantees: the schema, the publication and the slot of its name are gone with it.
// Threads: one at a time.
// Owns: a session, the schema.
// Errors: as the sessions'.
#pragma once
#include <fmt/core.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "document/settings.h"
#include "document/value.h"
#include "sources/postgres/client.h"
#include "sources/postgres/postgres.h"
#include "sources/postgres/settings.h"

namespace leat::testing {

class PostgresSchema {
 public:
  explicit PostgresSchema(std::string name) : name_(std::move(name)) {
    const char* url = std::getenv("LEAT_TEST_POSTGRES");
    if (!url) {
      fmt::print("skipped: LEAT_TEST_POSTGRES is not set\n");
      return;
    }
    url_ = url;
    session_ = std::make_unique<sources::postgres::Session>(url_, sources::postgres::SessionKind::writing);
    run(fmt::format("drop schema if exists {0} cascade; create schema {0}; set search_path = {0}", name_));
  }
  ~PostgresSchema() {
    if (!session_) return;
    free_slot();
    run(fmt::format(
        "select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = '{0}'; "
        "drop publication if exists {0}; drop schema {0} cascade",
        name_));
  }
  PostgresSchema(const PostgresSchema&) = delete;
  PostgresSchema& operator=(const PostgresSchema&) = delete;

  /// True where there is no server: the test is skipped.
  bool is_missing() const { return !session_; }
  void run(const std::string& sql) { session_->rows(sql); }
  Env& env() { return env_; }
  const std::string& url() const { return url_; }
  sources::postgres::Session& session() { return *session_; }

  /// The source with these settings beside its address: `more` is lines of YAML.
  std::unique_ptr<stream::Source> open(const std::string& more = "") {
    return sources::postgres::kPostgres.open(settings(more), env_);
  }
  sources::postgres::Options options(const std::string& more) {
    return sources::postgres::read_options(settings(more));
  }
  /// Waits until nobody reads the slot any more: the server notices a little later that a reader left.
  void free_slot() {
    run(fmt::format(
        "do $$ begin while exists (select 1 from pg_replication_slots where slot_name = '{}' and active) "
        "loop perform pg_sleep(0.005); end loop; end $$",
        name_));
  }
  const std::string& name() const { return name_; }

 private:
  document::Settings settings(const std::string& more) {
    document::Value mapping =
        document::parse_yaml(fmt::format("url: {}\nschemas: [{}]\n{}", url_, name_, more), "test.yml");
    return document::read_settings(sources::postgres::kSettings, mapping, env_);
  }
  std::string name_, url_;
  std::unique_ptr<sources::postgres::Session> session_;
  Env env_;
};

}  // namespace leat::testing

#include "sources/postgres/diagnosis.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "base/units.h"
#include "sources/postgres/catalog.h"
#include "sources/postgres/slot.h"

namespace leat::sources::postgres {
namespace {

using Level = stream::Finding::Level;
constexpr int kVersionMin = 140000, kStandby = 160000, kFailover = 170000, kIdleTimeout = 180000;

class Diagnosis {
 public:
  explicit Diagnosis(const Options& options) : options_(options), session_(options.url) {}
  std::vector<stream::Finding> run();

 private:
  void look_at_server();
  void look_at_rights();
  void look_at_tables();
  void look_at_publication();
  void look_at_slot();
  void look_at_lag(const SlotReport& slot);
  void look_at_settings();
  void say(Level level, std::string what, std::string mend = "") {
    found_.push_back({level, std::move(what), std::move(mend)});
  }
  std::int64_t number(const std::string& sql);
  bool holds(const std::string& condition) { return session_.value("select " + condition) == "t"; }

  const Options& options_;
  Session session_;
  std::vector<Table> tables_, change_tables_;
  std::vector<stream::Finding> found_;
  bool is_standby_ = false;
};

std::int64_t Diagnosis::number(const std::string& sql) {
  std::string text = session_.value(sql);
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::vector<stream::Finding> Diagnosis::run() {
  look_at_server();
  if (session_.version() < kVersionMin) return std::move(found_);
  tables_ = read_tables(session_, options_);
  look_at_rights();
  if (options_.method != Method::cdc) return std::move(found_);
  look_at_settings();
  look_at_tables();
  look_at_publication();
  look_at_slot();
  return std::move(found_);
}

void Diagnosis::look_at_server() {
  int version = session_.version();
  std::string text = session_.value("show server_version");
  if (version < kVersionMin)
    return say(Level::problem, fmt::format("The server is PostgreSQL {}; Leat reads 14 and newer", text));
  is_standby_ = holds("pg_is_in_recovery()");
  say(Level::good,
      fmt::format("PostgreSQL {}{} at {}", text, is_standby_ ? ", a standby," : "", options_.place));
  if (is_standby_ && options_.method == Method::cdc) {
    if (version < kStandby)
      say(Level::problem, "A standby streams changes from PostgreSQL 16 on; name the primary");
    if (session_.value("show hot_standby_feedback") != "on")
      say(Level::problem,
          "The standby does not tell its primary what it still needs: its slot may be invalidated",
          "ALTER SYSTEM SET hot_standby_feedback = 'on'; SELECT pg_reload_conf();  -- on the standby");
  }
  bool is_local = holds(
      "inet_server_addr() is null or inet_server_addr() <<= '127.0.0.0/8' or inet_server_addr() = '::1'");
  if (!is_local && !holds("coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false)"))
    say(Level::note, "The connection is not encrypted", "-- add ?sslmode=verify-full to the url");
}

void Diagnosis::look_at_settings() {
  if (session_.value("show wal_level") == "logical") {
    say(Level::good, "wal_level is logical");
  } else {
    say(Level::problem, "wal_level is not logical",
        "ALTER SYSTEM SET wal_level = 'logical';  -- then restart; on RDS: rds.logical_replication = 1");
  }
  bool may_replicate =
      holds("rolreplication or rolsuper from pg_roles where rolname = current_user") ||
      holds(
          "exists (select 1 from pg_roles where rolname = 'rds_replication' and pg_has_role(oid, 'member'))");
  std::string user = session_.value("select quote_ident(current_user)");
  if (may_replicate) {
    say(Level::good, fmt::format("{} may replicate", user));
  } else {
    say(Level::problem, fmt::format("{} may not replicate", user),
        fmt::format("ALTER ROLE {} REPLICATION;  -- on RDS: GRANT rds_replication TO {};", user, user));
  }
  std::int64_t slots = number(
      "select current_setting('max_replication_slots')::int - (select count(*) from pg_replication_slots)");
  bool has_slot = find_slot(session_, options_.slot).has_value();
  // One that stays, and one for a moment while a table is read whole.
  if (slots < (has_slot ? 1 : 2))
    say(Level::problem,
        fmt::format("Of max_replication_slots {} are free; {} are needed", slots, has_slot ? 1 : 2),
        fmt::format("ALTER SYSTEM SET max_replication_slots = {};  -- then restart",
                    number("show max_replication_slots") + 4));
  std::int64_t senders =
      number("select current_setting('max_wal_senders')::int - (select count(*) from pg_stat_replication)");
  if (senders < 2)
    say(Level::problem, fmt::format("Of max_wal_senders {} are free; 2 are needed", senders),
        fmt::format("ALTER SYSTEM SET max_wal_senders = {};  -- then restart",
                    number("show max_wal_senders") + 4));
  if (session_.value("show max_slot_wal_keep_size") == "-1")
    say(Level::note, "A slot that nobody reads holds the log back without a limit (max_slot_wal_keep_size)",
        "ALTER SYSTEM SET max_slot_wal_keep_size = '50GB'; SELECT pg_reload_conf();  -- what the disk has to "
        "spare");
  if (session_.version() >= kIdleTimeout && session_.value("show idle_replication_slot_timeout") != "0")
    say(Level::note, fmt::format("A slot that nobody reads for {} is invalidated: run more often than that",
                                 session_.value("show idle_replication_slot_timeout")));
}

void Diagnosis::look_at_rights() {
  std::string user = session_.value("select quote_ident(current_user)");
  std::vector<std::string> schemas, names;
  for (const Table& table : tables_) {
    std::string schema = quote_name(table.schema);
    if (std::find(schemas.begin(), schemas.end(), schema) == schemas.end()) schemas.push_back(schema);
  }
  for (const std::string& schema : schemas) {
    if (!holds(fmt::format("has_schema_privilege({}, 'usage')",
                           quote_literal(schema.substr(1, schema.size() - 2)))))
      say(Level::problem, fmt::format("{} may not use the schema {}", user, schema),
          fmt::format("GRANT USAGE ON SCHEMA {} TO {};", schema, user));
  }
  std::string list;
  for (const Table& table : tables_) {
    if (holds(fmt::format("has_table_privilege({}, 'select') or has_any_column_privilege({}, 'select')",
                          table.oid, table.oid)))
      continue;
    list += (list.empty() ? "" : ", ") + table.qualified();
  }
  if (!list.empty()) {
    say(Level::problem, fmt::format("{} may not read every table", user),
        fmt::format("GRANT SELECT ON {} TO {};", list, user));
  } else if (tables_.empty()) {
    say(Level::problem, "There is no table that the settings name");
  } else {
    say(Level::good,
        fmt::format("{} of {} can be read",
                    tables_.size() == 1 ? "1 table"
                                        : format_count(static_cast<std::int64_t>(tables_.size())) + " tables",
                    options_.place));
  }
}

void Diagnosis::look_at_tables() {
  change_tables_ = read_change_tables(session_, options_);
  for (const Table& table : tables_) {
    if (table.kind != 'r' && table.kind != 'p') continue;
    bool changes = find_table(change_tables_, table.stream) != nullptr;
    std::string name = table.qualified();
    if (!changes && table.identity == 'n') {
      say(Level::problem,
          fmt::format(
              "{} does not log which rows change (REPLICA IDENTITY NOTHING): it is read whole each time",
              name),
          fmt::format("ALTER TABLE {} REPLICA IDENTITY DEFAULT;  -- or FULL without a primary key", name));
    } else if (!changes) {
      say(Level::problem,
          fmt::format("{} has no primary key, so changes don't tell which row: it is read whole each time",
                      name),
          fmt::format("ALTER TABLE {0} ADD PRIMARY KEY (…);  -- or: ALTER TABLE {0} REPLICA IDENTITY FULL;",
                      name));
    }
    const Table* kept = changes ? find_table(change_tables_, table.stream) : nullptr;
    bool generated = kept && kept->columns.size() != table.columns.size();
    if (changes && generated && table.identity == 'f' && session_.version() >= kIdleTimeout)
      say(Level::problem,
          fmt::format(
              "{} has generated columns and REPLICA IDENTITY FULL: once it is published its own updates fail",
              name),
          fmt::format("ALTER TABLE {} REPLICA IDENTITY DEFAULT;", name));
    else if (changes && generated)
      say(Level::note, fmt::format("Generated columns of {} are not in the log; they are left out", name));
  }
}

void Diagnosis::look_at_publication() {
  const std::string& name = options_.publication;
  std::vector<Table> tables = change_tables_;
  PublicationReport has = find_publication(session_, options_, tables);
  std::string unsent = session_.value(fmt::format(
      "select concat_ws(', ', case when not pubinsert then 'insert' end, case when not pubupdate then "
      "'update' "
      "end, case when not pubdelete then 'delete' end, case when not pubtruncate then 'truncate' end) from "
      "pg_publication where pubname = {}",
      quote_literal(name)));
  if (!unsent.empty())
    say(Level::note, fmt::format("The publication {} does not send every change; left out: {}", name, unsent),
        fmt::format("ALTER PUBLICATION {} SET (publish = 'insert, update, delete, truncate');",
                    quote_name(name)));
  if (has.exists && has.missing.empty())
    return say(Level::good, fmt::format("The publication {} has the tables", name));
  bool is_owner = holds("has_database_privilege(current_database(), 'create')");
  for (const Table& table : change_tables_)
    is_owner = is_owner &&
               holds(fmt::format("pg_has_role(relowner, 'usage') from pg_class where oid = {}", table.oid));
  if (has.exists && has.is_ours && is_owner)
    return say(Level::good,
               fmt::format("The publication {} is Leat's; the next run gives it {}", name, has.missing));
  if (has.exists) {
    return say(Level::problem, fmt::format("The publication {} does not have {}", name, has.missing),
               fmt::format("ALTER PUBLICATION {} ADD TABLE {};", quote_name(name), has.missing));
  }
  if (is_owner)
    return say(Level::good, fmt::format("There is no publication {} yet; the first run makes it", name));
  say(Level::problem, fmt::format("There is no publication {}, and only the tables' owner can make it", name),
      publication_sql(options_, change_tables_));
}

void Diagnosis::look_at_slot() {
  std::optional<SlotReport> slot = find_slot(session_, options_.slot);
  if (!slot)
    return say(Level::good, fmt::format("There is no slot {} yet; the first run makes it", options_.slot));
  std::string drop = fmt::format("SELECT pg_drop_replication_slot({});", quote_literal(options_.slot));
  if (slot->plugin != "pgoutput")
    say(Level::problem,
        fmt::format("The slot {} writes for {} and not pgoutput", options_.slot, slot->plugin),
        drop + "  -- or name another `slot`");
  if (slot->two_phase)
    say(Level::problem,
        fmt::format("The slot {} sends prepared transactions before their commit", options_.slot), drop);
  if (slot->wal_status == "lost")
    return say(
        Level::problem,
        fmt::format("The slot {} is lost: the server has thrown away log that was not read", options_.slot),
        "-- leat sync CONNECTION --full-refresh");
  if (slot->wal_status == "unreserved")
    say(Level::problem,
        fmt::format("The slot {} will be lost at the next checkpoint: read it now", options_.slot),
        "-- leat sync CONNECTION");
  bool carried = session_.version() >= kFailover &&
                 holds(fmt::format("failover from pg_replication_slots where slot_name = {}",
                                   quote_literal(options_.slot)));
  if (options_.failover && session_.version() < kFailover)
    say(Level::note, "Slots are carried on to standbys from PostgreSQL 17 on; `failover` does nothing here");
  if (options_.failover && session_.version() >= kFailover && !carried)
    say(Level::problem, fmt::format("The slot {} is not carried on to standbys", options_.slot),
        fmt::format("ALTER_REPLICATION_SLOT {} (FAILOVER true);  -- on a session with replication=database",
                    quote_name(options_.slot)));
  look_at_lag(*slot);
}

void Diagnosis::look_at_lag(const SlotReport& slot) {
  const char* now = is_standby_ ? "pg_last_wal_replay_lsn()" : "pg_current_wal_lsn()";
  auto behind = [&](Lsn lsn) {
    return number(
        fmt::format("select pg_wal_lsn_diff({}, {}::pg_lsn)::bigint", now, quote_literal(print_lsn(lsn))));
  };
  std::string held = format_bytes(behind(slot.restart));
  std::string text =
      fmt::format("The slot {} is {} behind and holds back {} of log{}", options_.slot,
                  format_bytes(behind(slot.confirmed)), held, slot.active ? "; it is being read" : "");
  std::int64_t safe =
      number(fmt::format("select coalesce(safe_wal_size, -1) from pg_replication_slots where slot_name = {}",
                         quote_literal(options_.slot)));
  if (safe >= 0) text += fmt::format("; {} more and it is lost", format_bytes(safe));
  say(Level::good, text);
}

}  // namespace

std::vector<stream::Finding> diagnose(const Options& options) {
  return Diagnosis(options).run();
}

}  // namespace leat::sources::postgres

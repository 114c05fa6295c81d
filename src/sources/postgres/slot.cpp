#include "sources/postgres/slot.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/error.h"

namespace leat::sources::postgres {
namespace {

constexpr const char* kOurs = "made by leat";
constexpr int kFilters = 150000, kSlotOptions = 150000, kFailover = 170000;

[[noreturn]] void lost(const Options& options, const std::string& what) {
  throw Error(ErrorCode::postgres_slot_lost, what, fmt::format("slot {} of {}", options.slot, options.place));
}

std::string table_list(const std::vector<Table>& tables, const Options& options) {
  std::string out;
  for (const Table& table : tables) {
    out += (out.empty() ? "" : ", ") + table.qualified();
    if (options.columns.contains(table.stream)) {
      std::string columns;
      for (const PgColumn& column : table.columns)
        columns += (columns.empty() ? "" : ", ") + quote_name(column.name);
      out += " (" + columns + ")";
    }
    if (!table.condition.empty()) out += " where (" + table.condition + ")";
  }
  return out;
}

bool has_generated(const std::vector<Table>& tables) {
  return std::any_of(tables.begin(), tables.end(), [](const Table& table) {
    return std::any_of(table.columns.begin(), table.columns.end(),
                       [](const PgColumn& column) { return column.generated != 0; });
  });
}

// "{a,"b,c"}" of names.
std::vector<std::string> names_of(std::string_view array) {
  std::vector<std::string> out;
  bool quoted = false, begins = true;
  for (std::size_t i = 1; i + 1 < array.size(); ++i) {
    if (std::exchange(begins, false)) out.emplace_back();
    if (quoted && array[i] == '\\') {
      out.back().push_back(array[++i]);
    } else if (array[i] == '"') {
      quoted = !quoted;
    } else if (array[i] == ',' && !quoted) {
      begins = true;
    } else {
      out.back().push_back(array[i]);
    }
  }
  return out;
}

struct Published {
  std::string schema, table, columns, condition;
};

std::vector<Published> published(Session& session, const std::string& publication) {
  bool filters = session.version() >= kFilters;
  std::vector<Published> out;
  for (const auto& row : session.rows(
           fmt::format("select schemaname, tablename{} from pg_publication_tables where pubname = {}",
                       filters ? ", coalesce(attnames::text, ''), coalesce(rowfilter, '')" : ", '', ''",
                       quote_literal(publication))))
    out.push_back({row[0], row[1], row[2], row[3]});
  return out;
}

// What an administrator published of a table is what its snapshot reads.
void narrow(Table& table, const Published& to) {
  std::vector<std::string> names = names_of(to.columns);
  if (!names.empty()) {
    std::erase_if(table.columns, [&](const PgColumn& column) {
      return std::find(names.begin(), names.end(), column.name) == names.end();
    });
  }
  if (!to.condition.empty()) table.condition = to.condition;
}

// Where the server left a timeline for the one that it is on.
Lsn end_of_timeline(Session& replication, std::uint32_t left, std::uint32_t now) {
  std::string history = replication.rows(fmt::format("TIMELINE_HISTORY {}", now)).at(0).at(1);
  // A line each: number, tab, position, tab, reason.
  for (std::size_t at = 0; at < history.size();) {
    std::size_t end = std::min(history.find('\n', at), history.size()), tab = history.find('\t', at);
    if (tab < end && history.compare(at, tab - at, std::to_string(left)) == 0)
      return parse_lsn(history.substr(tab + 1, history.find('\t', tab + 1) - tab - 1));
    at = end + 1;
  }
  return 0;  // it was never on it
}

// The entries of a publication by their tables: what is entered anew was away for a while. 0: all tables that
// have no entry of their own.
std::map<std::uint32_t, std::uint32_t> members_of(Session& session, const std::string& publication) {
  std::string sql = fmt::format(
      "select 0, oid from pg_publication where pubname = {0} union all select r.prrelid, r.oid from "
      "pg_publication_rel r join pg_publication p on p.oid = r.prpubid where p.pubname = {0}",
      quote_literal(publication));
  std::map<std::uint32_t, std::uint32_t> out;
  for (const auto& row : session.rows(sql))
    out[static_cast<std::uint32_t>(std::stoul(row[0]))] = static_cast<std::uint32_t>(std::stoul(row[1]));
  return out;
}

void note_members(Session& session, const Options& options, std::vector<Table>& tables) {
  auto members = members_of(session, options.publication);
  for (Table& table : tables) {
    auto own = members.find(table.oid);
    table.member = own == members.end() ? members[0] : own->second;
  }
}

}  // namespace

std::optional<SlotReport> find_slot(Session& session, const std::string& name) {
  Rows rows = session.rows(fmt::format(
      "select active, temporary, {}, plugin, database, wal_status, coalesce(confirmed_flush_lsn, '0/0'), "
      "coalesce(restart_lsn, '0/0') from pg_replication_slots where slot_name = {}",
      session.version() >= 140000 ? "two_phase" : "false", quote_literal(name)));
  if (rows.empty()) return std::nullopt;
  const auto& row = rows[0];
  return SlotReport{row[0] == "t", row[1] == "t", row[2] == "t",     row[3],
                    row[4],        row[5],        parse_lsn(row[6]), parse_lsn(row[7])};
}

std::optional<stream::Lag> slot_lag(Session& session, const std::string& name) {
  // What is lost has no place in the log any more.
  Rows rows = session.rows(fmt::format(
      "select active, wal_status = 'lost', coalesce(pg_wal_lsn_diff(now.lsn, confirmed_flush_lsn), "
      "0)::bigint, "
      "coalesce(pg_wal_lsn_diff(now.lsn, restart_lsn), 0)::bigint, coalesce(safe_wal_size, -1) from "
      "pg_replication_slots, (select case when pg_is_in_recovery() then pg_last_wal_replay_lsn() else "
      "pg_current_wal_lsn() end as lsn) as now where slot_name = {}",
      quote_literal(name)));
  if (rows.empty()) return std::nullopt;
  const auto& row = rows[0];
  return stream::Lag{name,
                     row[0] == "t",
                     row[1] == "t",
                     std::max(0LL, std::stoll(row[2])),
                     std::max(0LL, std::stoll(row[3])),
                     std::stoll(row[4])};
}

SlotStart create_slot(Session& replication, const std::string& name, bool temporary, bool failover) {
  std::string options = " EXPORT_SNAPSHOT";
  if (replication.version() >= kSlotOptions) {
    bool carried = failover && !temporary && replication.version() >= kFailover;
    options = fmt::format(" (SNAPSHOT 'export'{})", carried ? ", FAILOVER true" : "");
  }
  Rows rows = replication.rows(fmt::format("CREATE_REPLICATION_SLOT {}{} LOGICAL pgoutput{}",
                                           quote_name(name), temporary ? " TEMPORARY" : "", options));
  return {parse_lsn(rows.at(0).at(1)), rows.at(0).at(2)};
}

void check_slot(Session& session, Session& replication, const Options& options, ChangeState& state) {
  Rows system = replication.rows("IDENTIFY_SYSTEM");
  if (system.at(0).at(0) != state.system)
    lost(options, "The server is another one than the tables were loaded from");
  std::optional<SlotReport> slot = find_slot(session, state.slot);
  if (!slot) lost(options, "The slot is gone");
  if (slot->wal_status == "lost") lost(options, "The server has thrown away log that was not read yet");
  if (slot->plugin != "pgoutput")
    lost(options, fmt::format("The slot's plugin is {} and not pgoutput", slot->plugin));
  if (slot->confirmed > state.lsn) {
    lost(options,
         fmt::format("The slot begins at {}, after {} where the tables are: it was made anew or moved",
                     print_lsn(slot->confirmed), print_lsn(state.lsn)));
  }
  if (slot->two_phase)
    throw Error(ErrorCode::postgres_setup, "The slot sends prepared transactions before their commit",
                options.slot)
        .fix("Let Leat make its own slot, without two_phase.");
  Lsn end = parse_lsn(system[0][2]);
  auto timeline = static_cast<std::uint32_t>(std::stoul(system[0][1]));
  if (state.timeline != 0 && timeline != state.timeline)
    end = std::min(end, end_of_timeline(replication, state.timeline, timeline));
  if (end < state.lsn)
    lost(options,
         fmt::format("The server's log goes on from {}, before {} where the tables are: it was restored from "
                     "a backup or failed over to a standby that was behind",
                     print_lsn(end), print_lsn(state.lsn)));
  state.timeline = timeline;
}

void check_server(Session& session) {
  if (session.value("show wal_level") == "logical") return;
  throw Error(ErrorCode::postgres_setup, "The server does not write what logical replication needs",
              session.place())
      .fix("Set wal_level = logical (ALTER SYSTEM SET wal_level = 'logical') and restart the server.");
}

PublicationReport find_publication(Session& session, const Options& options, std::vector<Table>& tables) {
  PublicationReport report;
  Rows found = session.rows(fmt::format(
      "select coalesce(obj_description(oid, 'pg_publication'), '') from pg_publication where pubname = {}",
      quote_literal(options.publication)));
  if (found.empty()) return report;
  report.exists = true;
  report.is_ours = found[0][0] == kOurs;
  std::vector<Published> has = published(session, options.publication);
  report.tables = has.size();
  for (Table& table : tables) {
    auto entry = std::find_if(has.begin(), has.end(), [&](const Published& each) {
      return each.schema == table.schema && each.table == table.name;
    });
    if (entry == has.end()) {
      // Without publish_via_partition_root a partitioned table stands there by its partitions.
      bool by_leaf = table.kind == 'p' && !report.is_ours;
      if (!by_leaf && report.missing.empty()) report.missing = table.qualified();
    } else if (!report.is_ours) {
      narrow(table, *entry);
    }
  }
  return report;
}

std::string publication_sql(const Options& options, const std::vector<Table>& tables) {
  return fmt::format("CREATE PUBLICATION {} FOR TABLE {} WITH (publish_via_partition_root = true{});",
                     quote_name(options.publication), table_list(tables, options),
                     has_generated(tables) ? ", publish_generated_columns = stored" : "");
}

void ensure_publication(Session& session, const Options& options, std::vector<Table>& tables) {
  std::string name = quote_name(options.publication);
  PublicationReport has = find_publication(session, options, tables);
  if (!has.exists) {
    session.rows(publication_sql(options, tables));
    session.rows(fmt::format("comment on publication {} is {}", name, quote_literal(kOurs)));
    return note_members(session, options, tables);
  }
  if (!has.is_ours && !has.missing.empty()) {
    throw Error(
        ErrorCode::postgres_setup,
        fmt::format("The publication {} does not have the table {}", options.publication, has.missing),
        options.place)
        .fix(fmt::format("ALTER PUBLICATION {} ADD TABLE {};", name, has.missing));
  }
  bool narrowed = !options.columns.empty() || !options.conditions.empty();
  bool differs = !has.missing.empty() || narrowed || has.tables != tables.size();
  if (has.is_ours && differs)
    session.rows(fmt::format("alter publication {} set table {}", name, table_list(tables, options)));
  if (has.is_ours && has_generated(tables) &&
      session.value("select pubgencols from pg_publication where pubname = " +
                    quote_literal(options.publication)) != "s")
    session.rows(fmt::format("alter publication {} set (publish_generated_columns = stored)", name));
  note_members(session, options, tables);
}

}  // namespace leat::sources::postgres

#include "sources/postgres/change_tables.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"

namespace leat::sources::postgres {
namespace {

constexpr const char* kNew = "it is new";
constexpr const char* kCutOff = "its first read was cut off";

int place_of_column(const Table& table, std::string_view name) {
  auto found = std::find_if(table.columns.begin(), table.columns.end(),
                            [&](const PgColumn& each) { return each.name == name; });
  return found == table.columns.end() ? -1 : static_cast<int>(found - table.columns.begin());
}

// Why the rows of a table may not be what they were read as, "" where they are: a column that was renamed,
// took another type or came with values. `grown`: a column came that has none yet.
std::string compare_definitions(const KnownTable& known, const Table& now, bool& grown) {
  if (known.oid != now.oid) return "it is another table of this name";
  if (known.member != 0 && now.member != 0 && known.member != now.member)
    return "it left the publication for a while";
  for (const KnownTable::Column& column : known.columns) {
    for (const PgColumn& each : now.columns) {
      if (each.number != column.number) continue;
      if (each.name != column.name) return fmt::format("its column {} was renamed", column.name);
      if (each.declared != column.type || each.declared_modifier != column.modifier)
        return fmt::format("its column {} took another type", column.name);
      bool same_words = column.words.size() <= each.words.size() &&
                        std::equal(column.words.begin(), column.words.end(), each.words.begin());
      if (!same_words) return fmt::format("words of its column {} were renamed", column.name);
      grown = grown || column.words.size() != each.words.size();
    }
  }
  for (const PgColumn& each : now.columns) {
    auto has = [&](auto&& matches) {
      return std::any_of(known.columns.begin(), known.columns.end(), matches);
    };
    if (has([&](const KnownTable::Column& column) { return column.number == each.number; })) continue;
    if (has([&](const KnownTable::Column& column) { return column.name == each.name; }))
      return fmt::format("its column {} was made anew", each.name);
    if (each.fills || !each.nullable) return fmt::format("its column {} came with values", each.name);
    grown = true;
  }
  return "";
}

}  // namespace

std::vector<stream::Stream> change_streams(const Table& table, const Options& options) {
  std::vector<ColumnPlan> plans = plan_columns(table, options.numerics);
  auto extended = [&](const std::vector<batch::Column>& more) {
    std::vector<batch::Column> columns = schema_of(plans)->columns();
    for (batch::Column& column : columns) column.nullable = true;
    columns.insert(columns.end(), more.begin(), more.end());
    return std::make_shared<const batch::Schema>(std::move(columns));
  };
  stream::Stream stream;
  stream.name = table.stream;
  stream.namespace_name = table.schema;
  stream.schema = extended(change_columns());
  stream.primary_key = table.identity_key;
  stream.sync_modes = {stream::SyncMode::incremental};
  stream.shared_state = "changes of " + options.slot;
  stream.delete_column = kDeletedColumn;
  stream.deletes_hard = options.deletes_hard;
  if (!options.history) return {std::move(stream)};
  stream::Stream log = stream;
  log.name += kLogSuffix;
  log.schema = extended(log_columns());
  log.primary_key.clear();
  log.delete_column.clear();
  log.is_log = true;
  return {std::move(stream), std::move(log)};
}

void ChangeTables::adopt(std::vector<Table>&& tables, std::span<const stream::Selection> selections) {
  for (Table& table : tables) {
    auto entry = std::make_unique<ChangeTable>();
    for (std::size_t i = 0; i < selections.size(); ++i) {
      if (selections[i].stream.name == table.stream) entry->index = i;
      if (selections[i].stream.name == table.stream + kLogSuffix) entry->log = i;
    }
    replace(*entry, std::move(table));
    tables_.push_back(std::move(entry));
  }
}

void ChangeTables::mark(ChangeTable& table, std::string why) {
  if (!table.stale.empty()) return;
  table.stale = std::move(why);
  table.unfinished.reset();
  state_.tables.erase(table.table.stream);  // a commit in between must not say that it is well
}

void ChangeTables::forget(const std::string& why) {
  for (auto& table : tables_) mark(*table, why);
}

void ChangeTables::look_at(ChangeTable& table, Table&& now) {
  auto known = state_.tables.find(now.stream);
  if (known == state_.tables.end()) {
    mark(table, kNew);
    replace(table, std::move(now));
    return;
  }
  table.from = known->second.from;
  bool grown = false;
  std::string why = compare_definitions(known->second, now, grown);
  std::optional<Unfinished> unfinished = known->second.unfinished;
  if (!why.empty()) {
    mark(table, std::move(why));
  } else if (unfinished) {
    mark(table, kCutOff);
    if (!grown) table.unfinished = std::move(unfinished);
  } else if (grown || known->second.member == 0) {
    known->second = known_table(now, known->second.from);
  }
  replace(table, std::move(now));
}

void ChangeTables::compare(std::vector<Table>&& now) {
  for (Table& each : now) {
    for (auto& table : tables_) {
      if (table->table.stream == each.stream && table->stale.empty()) {
        look_at(*table, std::move(each));
        break;
      }
    }
  }
}

void ChangeTables::compare() {
  for (auto& table : tables_) {
    Table now = table->table;
    look_at(*table, std::move(now));
  }
  std::erase_if(state_.tables, [&](const auto& entry) {
    return std::none_of(tables_.begin(), tables_.end(),
                        [&](const auto& table) { return table->table.stream == entry.first; });
  });
}

// What is under way was decoded by the old columns.
void ChangeTables::replace(ChangeTable& table, Table&& now) {
  if (table.changes && !table.changes->empty()) table.changes->flush(sink_);
  table.table = std::move(now);
  table.plans = plan_columns(table.table, options_.numerics);
  std::int64_t replaced = table.changes ? table.changes->replaced() : 0;
  table.changes = std::make_unique<TableChanges>(table.table, table.plans, table.index, table.log, replaced);
  for (auto& [number, relation] : relations_) {
    if (relation.to == &table) map_columns(relation);
  }
}

void ChangeTables::map_columns(Relation& relation) const {
  relation.columns.clear();
  for (const RelationColumn& column : relation.sent)
    relation.columns.push_back(place_of_column(relation.to->table, column.name));
}

ChangeTable* ChangeTables::find(std::string_view schema, std::string_view name) {
  for (auto& table : tables_) {
    if (table->table.schema == schema && table->table.name == name) return table.get();
  }
  return nullptr;
}

ChangeTable* ChangeTables::find(const Message& message, Session& session) {
  if (ChangeTable* found = find(message.schema, message.name)) return found;
  // A partition, where the publication does not publish through the root; or a table of another name by now.
  Rows root = session.rows(fmt::format(
      "select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where "
      "c.oid = coalesce(pg_partition_root({0}), {0})",
      message.relation));
  return root.empty() ? nullptr : find(root[0][0], root[0][1]);
}

void ChangeTables::learn(const Message& message, Lsn lsn, Session& session) {
  Relation& relation = relations_[message.relation];
  relation.to = find(message, session);
  relation.sent = message.columns;
  if (!relation.to) return;
  ChangeTable& table = *relation.to;
  map_columns(relation);
  if (!table.stale.empty() || lsn < table.from) return;
  bool selects = options_.columns.contains(table.table.stream);
  auto is_strange = [&](const RelationColumn& column) {
    int at = place_of_column(table.table, column.name);
    if (at < 0) return !selects;
    const PgColumn& each = table.table.columns[static_cast<std::size_t>(at)];
    return each.declared != column.type || each.declared_modifier != column.modifier;
  };
  if (std::none_of(message.columns.begin(), message.columns.end(), is_strange)) return;
  for (Table& now : read_change_tables(session, options_)) {
    if (now.stream != table.table.stream) continue;
    now.member = table.table.member;
    look_at(table, std::move(now));
    break;
  }
  // Still another type than the table has by now: there were two changes, and rows of the first are to come.
  for (const RelationColumn& column : message.columns) {
    int at = place_of_column(table.table, column.name);
    if (at >= 0 && table.table.columns[static_cast<std::size_t>(at)].declared != column.type)
      mark(table, fmt::format("its column {} took another type", column.name));
  }
}

ChangeTable* ChangeTables::wanted(std::uint32_t relation, Lsn lsn, const std::vector<int>** columns) {
  if (!last_ || last_number_ != relation) {
    auto found = relations_.find(relation);
    if (found == relations_.end() || !found->second.to) return nullptr;
    last_number_ = relation;
    last_ = &found->second;
  }
  if (!last_->to || !last_->to->stale.empty() || lsn < last_->to->from) return nullptr;
  if (columns) *columns = &last_->columns;
  return last_->to;
}

void ChangeTables::read_so_far(ChangeTable& table, const Unfinished& unfinished) {
  KnownTable& known = state_.tables[table.table.stream] = known_table(table.table, unfinished.from);
  known.unfinished = unfinished;
}

void ChangeTables::refreshed(ChangeTable& table, Lsn from) {
  table.stale.clear();
  table.unfinished.reset();
  table.from = from;
  state_.tables[table.table.stream] = known_table(table.table, from);
}

void ChangeTables::flush() {
  for (auto& table : tables_) {
    if (!table->changes->empty()) table->changes->flush(sink_);
  }
}

bool ChangeTables::has(const std::string& stream) const {
  return std::any_of(tables_.begin(), tables_.end(),
                     [&](const auto& table) { return table->table.stream == stream; });
}

bool ChangeTables::any_stale() const {
  return std::any_of(tables_.begin(), tables_.end(), [](const auto& table) { return !table->stale.empty(); });
}

bool ChangeTables::all_stale() const {
  return std::none_of(tables_.begin(), tables_.end(), [](const auto& table) { return table->stale.empty(); });
}

bool ChangeTables::any_unfinished() const {
  return std::any_of(tables_.begin(), tables_.end(),
                     [](const auto& table) { return table->unfinished.has_value(); });
}

bool ChangeTables::are_binary() const {
  return std::all_of(tables_.begin(), tables_.end(), [](const auto& table) {
    return std::all_of(table->plans.begin(), table->plans.end(),
                       [](const ColumnPlan& plan) { return is_binary(plan.form); });
  });
}

}  // namespace leat::sources::postgres

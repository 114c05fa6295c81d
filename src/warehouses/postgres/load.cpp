#include "warehouses/postgres/load.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "sql/bookkeeping.h"
#include "warehouses/bookkeeping.h"
#include "warehouses/postgres/adapter.h"
#include "warehouses/postgres/copy_binary.h"
#include "warehouses/postgres/dialect.h"

namespace leat::warehouses::postgres {

using stream::WriteMode;

namespace {

constexpr std::size_t kRowsPerPut = 2000;
constexpr const char* kArrival = "_leat_arrival";

std::string qualified(const sql::Relation& relation) {
  return pg_dialect().render(relation);
}
std::string quoted(std::string_view name) {
  return pg_dialect().quote(name);
}

struct MetadataColumn {
  const char* name;
  const char* type;
};
constexpr MetadataColumn kMetadata[] = {
    {"raw_id", "uuid"}, {"extracted_at", "timestamptz"}, {"meta", "jsonb"}, {"generation_id", "bigint"}};

}  // namespace

void PgDestination::prepare() {
  if (prepared_) return;
  ensure_schema(connection_, std::string(sql::kBookkeepingSchema));
  connection_.execute("begin");
  connection_.execute("select pg_advisory_xact_lock(1818583412)");
  for (const std::string& statement : sql::create_bookkeeping(pg_dialect())) connection_.execute(statement);
  connection_.execute("commit");
  prepared_ = true;
}

std::int64_t PgDestination::count(const std::string& sql) {
  std::string text = connection_.value(sql);
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::vector<batch::Column> PgDestination::table_columns(const sql::Relation& table) {
  PgResult result = connection_.run(fmt::format(
      "select attname, format_type(atttypid, atttypmod) from pg_attribute where attrelid = to_regclass({}) "
      "and attnum > 0 and not attisdropped order by attnum",
      pg_dialect().literal(qualified(table))));
  std::vector<batch::Column> columns;
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    batch::Type type = pg_dialect()
                           .parse_type(PQgetvalue(result.get(), row, 1))
                           .value_or(batch::Type{batch::TypeKind::text});
    columns.push_back({PQgetvalue(result.get(), row, 0), type});
  }
  return columns;
}

std::unique_ptr<stream::Load> PgDestination::begin(const stream::Target& target) {
  prepare();
  return std::make_unique<PgLoad>(*this, target);
}

stream::State PgDestination::read_state(const std::string& connection, const std::string& stream) {
  prepare();
  return {connection_.value(sql::select_state(pg_dialect(), connection, stream))};
}

void PgDestination::write_state(const std::string& connection, const std::string& stream,
                                const stream::State& state) {
  prepare();
  connection_.execute("begin");
  for (const std::string& sql :
       sql::replace_state(pg_dialect(), connection, stream, state.json, format_iso_timestamp(env_.now()))) {
    connection_.execute(sql);
  }
  connection_.execute("commit");
}

PgLoad::PgLoad(PgDestination& destination, const stream::Target& target)
    : destination_(destination),
      db_(destination.connection_),
      target_(target),
      table_{"", target.schema, target.table} {
  if (target_.mode == WriteMode::scd2) {
    throw Error(ErrorCode::config_invalid, "The mode scd2 is not there yet", "stream " + target_.stream)
        .fix("Use append, overwrite, append_dedup or overwrite_dedup, or a dbt snapshot.");
  }
  for (const batch::Column& column : target_.columns->columns()) {
    if (column.name.size() > pg_dialect().identifier_bytes_max()) {
      throw Error(ErrorCode::sync_column,
                  fmt::format("The column `{}` has a name longer than PostgreSQL's 63 bytes", column.name),
                  "stream " + target_.stream)
          .fix("Give it a shorter name under `rename`.");
    }
  }
  ensure_schema(db_, target_.schema);
  db_.execute("begin");
  open_ = true;
  create_stage();
}

PgLoad::~PgLoad() {
  if (!open_) return;
  try {
    db_.execute("rollback");
  } catch (const Error&) {
    // The connection is gone, and with it the transaction.
    return;
  }
}

bool PgLoad::dedups() const {
  return target_.mode == WriteMode::append_dedup || target_.mode == WriteMode::overwrite_dedup;
}
bool PgLoad::replaces() const {
  return target_.mode == WriteMode::overwrite || target_.mode == WriteMode::overwrite_dedup;
}

std::vector<std::string> PgLoad::metadata_columns() const {
  std::vector<std::string> names;
  if (target_.metadata_prefix.empty()) return names;
  for (const MetadataColumn& column : kMetadata) names.push_back(target_.metadata_prefix + column.name);
  return names;
}

void PgLoad::create_stage() {
  stage_ = {"", "", fmt::format("leat_stage_{:016x}", destination_.env_.chance())};
  columns_ = target_.columns->columns();
  std::string list = fmt::format("{} bigint generated always as identity", quoted(kArrival));
  for (const batch::Column& column : columns_)
    list += fmt::format(", {} {}", quoted(column.name), pg_dialect().type_name(column.type));
  if (!target_.metadata_prefix.empty()) {
    const std::string defaults[] = {
        "gen_random_uuid()",
        pg_dialect().literal(format_iso_timestamp(destination_.env_.now())) + "::timestamptz",
        "'{\"changes\":[]}'::jsonb", fmt::format("{}", target_.generation)};
    for (std::size_t i = 0; i < std::size(kMetadata); ++i) {
      list += fmt::format(", {} {} default {}", quoted(target_.metadata_prefix + kMetadata[i].name),
                          kMetadata[i].type, defaults[i]);
    }
  }
  db_.execute(fmt::format("create temporary table {} ({}) on commit drop", qualified(stage_), list));
}

void PgLoad::fit_columns(const batch::Schema& schema) {
  for (const batch::Column& column : schema.columns()) {
    auto found = std::find_if(columns_.begin(), columns_.end(),
                              [&](const batch::Column& each) { return each.name == column.name; });
    if (found == columns_.end()) {
      db_.execute(fmt::format("alter table {} add column {} {}", qualified(stage_), quoted(column.name),
                              pg_dialect().type_name(column.type)));
      columns_.push_back(column);
    } else if (!(found->type == column.type)) {
      batch::Type wide = batch::common_type(found->type, column.type);
      if (wide == found->type) continue;
      std::string type = pg_dialect().type_name(wide);
      db_.execute(fmt::format("alter table {0} alter column {1} type {2} using {1}::{2}", qualified(stage_),
                              quoted(column.name), type));
      found->type = wide;
    }
  }
}

void PgLoad::write(batch::RecordBatch&& batch) {
  if (batch.rows() == 0) return;
  fit_columns(*batch.schema());
  // Binary COPY sends each value in its column's own type, so a column that was widened takes a stage of its
  // own.
  for (const batch::Column& column : batch.schema()->columns()) {
    auto found = std::find_if(columns_.begin(), columns_.end(),
                              [&](const batch::Column& each) { return each.name == column.name; });
    if (found->type == column.type) continue;
    throw Error(ErrorCode::warehouse_type,
                fmt::format("The column `{}` came as {} after it came as {} in the same load", column.name,
                            column.type.name(), found->type.name()),
                "stream " + target_.stream);
  }
  std::string names;
  for (const batch::Column& column : batch.schema()->columns())
    names += (names.empty() ? "" : ", ") + quoted(column.name);
  db_.begin_copy(fmt::format("copy {} ({}) from stdin with (format binary)", qualified(stage_), names));
  CopyBinary copy;
  for (std::size_t from = 0; from < batch.rows(); from += kRowsPerPut) {
    copy.append(batch, from, std::min(batch.rows(), from + kRowsPerPut));
    db_.put_copy(copy.bytes().data(), copy.bytes().size());
    copy.bytes().clear();
  }
  copy.finish();
  db_.put_copy(copy.bytes().data(), copy.bytes().size());
  db_.end_copy();
  staged_ += static_cast<std::int64_t>(batch.rows());
}

// Makes the final table, or widens it to what is staged.
void PgLoad::fit_table() {
  std::vector<batch::Column> existing = destination_.table_columns(table_);
  if (existing.empty()) {
    std::string list;
    for (const batch::Column& column : columns_)
      list += fmt::format("{}{} {}", list.empty() ? "" : ", ", quoted(column.name),
                          pg_dialect().type_name(column.type));
    if (!target_.metadata_prefix.empty()) {
      for (const MetadataColumn& column : kMetadata)
        list += fmt::format(", {} {}", quoted(target_.metadata_prefix + column.name), column.type);
    }
    db_.execute(fmt::format("create table {} ({})", qualified(table_), list));
    table_is_new_ = true;
    return;
  }
  for (const batch::Column& column : columns_) {
    auto found = std::find_if(existing.begin(), existing.end(),
                              [&](const batch::Column& each) { return each.name == column.name; });
    if (found == existing.end()) {
      db_.execute(fmt::format("alter table {} add column {} {}", qualified(table_), quoted(column.name),
                              pg_dialect().type_name(column.type)));
      continue;
    }
    batch::Type wide = batch::common_type(found->type, column.type);
    if (wide == found->type) continue;
    db_.execute(fmt::format("alter table {0} alter column {1} type {2} using {1}::{2}", qualified(table_),
                            quoted(column.name), pg_dialect().type_name(wide)));
  }
}

sql::MergePlan PgLoad::plan() const {
  sql::MergePlan merge;
  merge.stage = stage_;
  merge.table = table_;
  for (const batch::Column& column : columns_) merge.columns.push_back(column.name);
  merge.metadata = metadata_columns();
  merge.primary_key = target_.primary_key;
  merge.cursor_field = target_.cursor_field;
  merge.arrival = kArrival;
  return merge;
}

void PgLoad::merge(stream::LoadResult& result) {
  sql::MergePlan staged = plan();
  const sql::Dialect& dialect = pg_dialect();
  std::int64_t updated = 0;
  if (dedups()) {
    db_.execute("analyze " + qualified(stage_));
    if (destination_.count(sql::count_repeated_keys(dialect, staged)) > 0)
      db_.execute(sql::deduplicate(dialect, staged));
    if (!table_is_new_ && destination_.count(sql::count_matched(dialect, staged)) > 0) {
      db_.execute(sql::drop_settled(dialect, staged));
      updated = db_.execute(sql::delete_matched(dialect, staged));
    }
  }
  std::int64_t inserted = db_.execute(sql::insert_staged(dialect, staged));
  if (dedups() && table_is_new_) {
    std::string keys;
    for (const std::string& key : target_.primary_key) keys += (keys.empty() ? "" : ", ") + quoted(key);
    db_.execute(fmt::format("create unique index on {} ({})", qualified(table_), keys));
  }
  result.rows_updated = updated;
  result.rows_inserted = inserted - updated;
  result.rows_unchanged = staged_ - inserted;
}

void PgLoad::replace(stream::LoadResult& result) {
  sql::MergePlan staged = plan();
  const sql::Dialect& dialect = pg_dialect();
  if (dedups() && destination_.count(sql::count_repeated_keys(dialect, staged)) > 0)
    db_.execute(sql::deduplicate(dialect, staged));
  bool same = !table_is_new_ && db_.value(sql::content_hash(dialect, staged, stage_)) ==
                                    db_.value(sql::content_hash(dialect, staged, table_));
  if (same) {
    // What did not change is not touched, so that nothing below it has to be built again.
    result.rows_unchanged = staged_;
    return;
  }
  // DELETE and not TRUNCATE: a reader with an older snapshot must never find the table empty.
  if (!table_is_new_) result.rows_deleted = db_.execute("delete from " + qualified(table_));
  result.rows_inserted = db_.execute(sql::insert_staged(dialect, staged));
  result.rows_unchanged = staged_ - result.rows_inserted;
}

stream::LoadResult PgLoad::commit(const stream::Commit& commit) {
  Env& env = destination_.env_;
  stream::LoadResult result;
  result.rows_staged = staged_;
  env.failpoint("load_after_staging");
  fit_table();
  if (replaces()) {
    replace(result);
  } else {
    merge(result);
  }
  env.failpoint("load_after_merge");
  record(commit, result);
  env.failpoint("load_after_state");
  db_.execute("commit");
  open_ = false;
  env.failpoint("load_after_transaction");
  return result;
}

void PgLoad::record(const stream::Commit& commit, const stream::LoadResult& result) {
  for (const std::string& sql : commit_statements(pg_dialect(), target_, commit, result)) db_.execute(sql);
}

}  // namespace leat::warehouses::postgres

#include "warehouses/postgres/load.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "base/error.h"
#include "batch/convert.h"
#include "sql/bookkeeping.h"
#include "warehouses/bookkeeping.h"
#include "warehouses/children.h"
#include "warehouses/postgres/adapter.h"
#include "warehouses/postgres/dialect.h"
#include "warehouses/postgres/storable.h"

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
// In the order of CopyMetadata.
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

std::int64_t PgDestination::number(const std::string& sql) {
  std::string text = connection_.value(sql);
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::vector<std::vector<std::string>> PgDestination::rows(const std::string& sql) {
  PgResult result = connection_.run(sql);
  std::vector<std::vector<std::string>> out;
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    std::vector<std::string>& cells = out.emplace_back();
    for (int i = 0; i < PQnfields(result.get()); ++i) cells.emplace_back(PQgetvalue(result.get(), row, i));
  }
  return out;
}

// INSERT ... ON CONFLICT beats every join here, as long as the key has its index.
std::optional<std::pair<std::int64_t, std::int64_t>> PgDestination::upsert(const sql::MergePlan& plan) {
  std::string keys;
  for (const std::string& key : plan.primary_key)
    keys += (keys.empty() ? "" : ", ") + pg_dialect().literal(key) + "::name";
  std::int64_t indexes = number(fmt::format(
      "select count(*) from pg_index as i where indrelid = to_regclass({}) and indisunique and indisvalid "
      "and "
      "indpred is null and indexprs is null and (select array_agg(attname order by attname) from "
      "pg_attribute "
      "where attrelid = i.indrelid and attnum = any(i.indkey)) = (select array_agg(k order by k) from "
      "unnest(array[{}]) as k)",
      pg_dialect().literal(qualified(plan.table)), keys));
  if (indexes == 0) return std::nullopt;
  PgResult counts = connection_.run(sql::upsert(pg_dialect(), plan));
  return std::pair{std::atoll(PQgetvalue(counts.get(), 0, 0)), std::atoll(PQgetvalue(counts.get(), 0, 1))};
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

std::vector<batch::Column> PgDestination::columns(const stream::Target& target) {
  std::vector<batch::Column> columns = table_columns({"", target.schema, target.table});
  std::vector<std::string> own = own_columns(target);
  std::erase_if(columns, [&](const batch::Column& column) {
    return std::find(own.begin(), own.end(), column.name) != own.end();
  });
  return columns;
}

stream::Naming PgDestination::naming() const {
  return {pg_dialect().identifier_bytes_max(), false};
}

std::vector<stream::Misfit> PgDestination::misfits(const batch::RecordBatch& batch) const {
  return find_unstorable(batch);
}

std::unique_ptr<stream::Load> PgDestination::begin(const stream::Target& target) {
  prepare();
  return std::make_unique<PgLoad>(*this, target);
}

std::vector<batch::Column> PgDestination::last_columns(const std::string& connection,
                                                       const std::string& stream) {
  prepare();
  return parse_columns(connection_.value(sql::select_last_columns(pg_dialect(), connection, stream)));
}

stream::State PgDestination::read_state(const std::string& connection, const std::string& stream) {
  prepare();
  return {connection_.value(sql::select_state(pg_dialect(), connection, stream))};
}

void PgDestination::write_state(const std::string& connection, const std::string& stream,
                                const stream::State& state) {
  prepare();
  if (!together_) connection_.execute("begin");
  for (const std::string& sql :
       sql::replace_state(pg_dialect(), connection, stream, state.json, format_iso_timestamp(env_.now()))) {
    connection_.execute(sql);
  }
  if (!together_) connection_.execute("commit");
}

bool PgDestination::begin_together(const std::string& schema) {
  prepare();
  ensure_schema(connection_, schema);
  connection_.execute("begin");
  // The source forgets what it was told is here: a crash must not lose it.
  connection_.run(
      "select set_config('synchronous_commit', case current_setting('synchronous_commit') when "
      "'off' then 'local' else current_setting('synchronous_commit') end, true)");
  together_ = true;
  return true;
}

std::vector<stream::LoadResult> PgDestination::commit_together() {
  env_.failpoint("together_before_commit");
  connection_.execute("commit");
  together_ = false;
  return {};
}

void PgDestination::abandon_together() {
  if (!together_) return;
  together_ = false;
  try {
    connection_.execute("rollback");
  } catch (const Error&) {
    // The connection is gone, and with it the transaction.
    return;
  }
}

PgLoad::PgLoad(PgDestination& destination, const stream::Target& target)
    : destination_(destination),
      db_(destination.connection_),
      target_(target),
      table_{"", target.schema, target.table},
      extracted_at_(destination.env_.now()) {
  if (!destination_.together_) {
    ensure_schema(db_, target_.schema);
    db_.execute("begin");
    open_ = true;
  }
  if (!target_.metadata_prefix.empty())
    metadata_ = std::make_unique<CopyMetadata>(destination_.env_.chance(), extracted_at_, target_.generation);
  choose_way();
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

void PgLoad::choose_way() {
  existing_ = destination_.columns(target_);
  if (target_.clears && !existing_.empty()) {
    columns_ = existing_;
    into_ = table_;
    clear_table(destination_, pg_dialect(), target_, plan(table_));
  }
  bool one_row_a_key = target_.mode == WriteMode::append_dedup || target_.mode == WriteMode::overwrite_dedup;
  // A table that nobody sees yet, and one that only grows, take the rows themselves.
  is_direct_ = existing_.empty()
                   ? target_.mode == WriteMode::append || one_row_a_key || replaces()
                   : target_.mode == WriteMode::append && !target_.has_children && !target_.is_bag;
  if (is_direct_) {
    into_ = table_;
    columns_ = existing_;
    if (existing_.empty()) create_table();
  } else {
    create_stage(existing_.empty() ? target_.columns->columns() : existing_);
  }
}

void PgLoad::create_stage(const std::vector<batch::Column>& columns) {
  into_ = {"", "", fmt::format("leat_stage_{:016x}", destination_.env_.chance())};
  columns_ = columns;
  std::string list = fmt::format("{} bigint generated always as identity", quoted(kArrival));
  for (const batch::Column& column : columns_)
    list += fmt::format(", {} {}", quoted(column.name), pg_dialect().type_name(column.type));
  if (metadata_) {
    for (const MetadataColumn& column : kMetadata)
      list += fmt::format(", {} {}", quoted(target_.metadata_prefix + column.name), column.type);
  }
  db_.execute(fmt::format("create temporary table {} ({}) on commit drop", qualified(into_), list));
}

void PgLoad::create_table() {
  columns_ = target_.columns->columns();
  std::string list;
  auto add = [&](std::string_view name, std::string_view type) {
    list += fmt::format("{}{} {}", list.empty() ? "" : ", ", quoted(name), type);
  };
  for (const batch::Column& column : columns_) add(column.name, pg_dialect().type_name(column.type));
  if (target_.mode == WriteMode::scd2) {
    add(stream::kValidFrom, "timestamptz");
    add(stream::kValidTo, "timestamptz");
  }
  if (metadata_) {
    for (const MetadataColumn& column : kMetadata) add(target_.metadata_prefix + column.name, column.type);
  }
  db_.execute(fmt::format("create table {} ({})", qualified(table_), list));
}

// Adds and widens the columns of `table`, which has `columns`, to hold rows of `schema`.
void PgLoad::fit_columns(const sql::Relation& table, std::vector<batch::Column>& columns,
                         const batch::Schema& schema) {
  for (const batch::Column& column : schema.columns()) {
    if (stream::is_for_loading(column.name)) {
      if (!keeps_.insert(column.name).second) continue;
      db_.execute(fmt::format("alter table {} add column {} {}", qualified(table), quoted(column.name),
                              pg_dialect().type_name(column.type)));
      continue;
    }
    auto found = std::find_if(columns.begin(), columns.end(),
                              [&](const batch::Column& each) { return each.name == column.name; });
    if (found == columns.end()) {
      db_.execute(fmt::format("alter table {} add column {} {}", qualified(table), quoted(column.name),
                              pg_dialect().type_name(column.type)));
      columns.push_back(column);
      continue;
    }
    batch::Type wide = batch::common_type(found->type, column.type);
    if (wide == found->type) continue;
    db_.execute(fmt::format("alter table {0} alter column {1} type {2} using {1}::{2}", qualified(table),
                            quoted(column.name), pg_dialect().type_name(wide)));
    found->type = wide;
  }
}

// Binary COPY takes each value in its column's own type: what came narrower is converted.
batch::RecordBatch PgLoad::fitted(batch::RecordBatch&& batch) const {
  std::vector<batch::Column> schema = batch.schema()->columns();
  std::vector<batch::ColumnData> columns = std::move(batch).take_columns();
  for (std::size_t i = 0; i < schema.size(); ++i) {
    if (stream::is_for_loading(schema[i].name)) continue;
    auto found = std::find_if(columns_.begin(), columns_.end(),
                              [&](const batch::Column& each) { return each.name == schema[i].name; });
    if (found->type == schema[i].type) continue;
    std::vector<std::size_t> failed;  // stays empty: the column was widened to hold both
    columns[i] = batch::convert(columns[i], found->type, failed);
    schema[i].type = found->type;
  }
  return {std::make_shared<const batch::Schema>(std::move(schema)), std::move(columns)};
}

void PgLoad::write(batch::RecordBatch&& arriving) {
  if (arriving.rows() == 0) return;
  if (is_direct_) arriving = without_loading_columns(std::move(arriving));
  if (!copying_ || !(*copying_ == *arriving.schema())) {
    end_copy();
    fit_columns(into_, columns_, *arriving.schema());
    copying_ = arriving.schema();
    std::string names;
    for (const batch::Column& column : copying_->columns())
      names += (names.empty() ? "" : ", ") + quoted(column.name);
    if (metadata_) {
      for (const std::string& name : metadata_columns()) names += ", " + quoted(name);
    }
    db_.begin_copy(fmt::format("copy {} ({}) from stdin with (format binary)", qualified(into_), names));
    copy_ = CopyBinary();
  }
  batch::RecordBatch batch = fitted(std::move(arriving));
  for (std::size_t from = 0; from < batch.rows(); from += kRowsPerPut) {
    copy_.append(batch, from, std::min(batch.rows(), from + kRowsPerPut), metadata_.get());
    db_.put_copy(copy_.bytes().data(), copy_.bytes().size());
    copy_.bytes().clear();
  }
  staged_ += static_cast<std::int64_t>(batch.rows());
}

// One COPY takes all batches of the same columns: the server reads on while the next one is made.
void PgLoad::end_copy() {
  if (!copying_) return;
  copying_ = nullptr;
  copy_.finish();
  db_.put_copy(copy_.bytes().data(), copy_.bytes().size());
  db_.end_copy();
}

// Makes the final table, or widens it to what is staged.
void PgLoad::fit_table() {
  if (is_direct_) return;
  if (existing_.empty()) {
    create_table();
  } else {
    std::vector<batch::Column> columns = existing_;
    fit_columns(table_, columns, batch::Schema(columns_));
  }
}

sql::MergePlan PgLoad::plan(const sql::Relation& stage) const {
  sql::MergePlan merge = merge_plan(pg_dialect(), target_, columns_, stage, table_);
  merge.arrival = is_direct_ ? "ctid" : kArrival;
  return merge;
}

void PgLoad::replace(stream::LoadResult& result) {
  const sql::Dialect& dialect = pg_dialect();
  sql::MergePlan staged = plan(into_);
  bool same = db_.value(sql::content_hash(dialect, staged, into_)) ==
              db_.value(sql::content_hash(dialect, staged, table_));
  if (same) {
    // What did not change is not touched, so that nothing below it has to be built again.
    result.rows_unchanged = staged_;
    return;
  }
  // DELETE and not TRUNCATE: a reader with an older snapshot must never find the table empty.
  result.rows_deleted = db_.execute("delete from " + qualified(table_));
  result.rows_inserted = db_.execute(sql::insert_staged(dialect, staged));
  result.rows_unchanged = staged_ - result.rows_inserted;
}

stream::LoadResult PgLoad::commit(const stream::Commit& commit) {
  Env& env = destination_.env_;
  end_copy();
  stream::LoadResult result;
  result.rows_staged = staged_;
  env.failpoint("load_after_staging");
  fit_table();
  const sql::Dialect& dialect = pg_dialect();
  stream::Target settled = target_;
  if (!dedups()) settled.primary_key.clear();  // overwrite keeps repeated keys
  if (!is_direct_ || dedups()) db_.execute("analyze " + qualified(into_));
  std::optional<Children> children;
  Session& session = destination_;
  if (!commit.children.empty()) children.emplace(session, dialect, target_);
  if (children && !is_direct_ && !replaces()) children->note_keys(into_);
  if (!keeps_.empty()) fill_kept(destination_, dialect, plan(into_));
  if (is_direct_) {
    if (target_.is_bag) db_.execute(sql::drop_deletions(dialect, plan(table_)));
    result.rows_inserted = staged_;
    if (target_.mode != WriteMode::append) {
      settle_stage(destination_, dialect, settled, plan(table_));
      if (!settled.primary_key.empty() || target_.deletes_hard)
        result.rows_inserted = destination_.number("select count(*) from " + qualified(table_));
      result.rows_unchanged = staged_ - result.rows_inserted;
    }
  } else if (replaces()) {
    settle_stage(destination_, dialect, settled, plan(into_));
    replace(result);
  } else if (target_.is_bag) {
    result.rows_deleted = db_.execute(sql::delete_equal(dialect, plan(into_), "ctid"));
    db_.execute(sql::drop_deletions(dialect, plan(into_)));
    result.rows_inserted = db_.execute(sql::insert_staged(dialect, plan(into_)));
  } else if (target_.mode == WriteMode::append) {
    result.rows_inserted = db_.execute(sql::insert_staged(dialect, plan(into_)));
  } else if (target_.mode == WriteMode::scd2) {
    apply_history(destination_, dialect, target_, plan(into_), columns_, format_iso_timestamp(extracted_at_),
                  result);
  } else {
    apply_merge(destination_, dialect, target_, plan(into_), false, result);
  }
  if (existing_.empty() && target_.mode != WriteMode::append) index_keys();
  if (children) children->make(commit.children);
  env.failpoint("load_after_merge");
  for (const std::string& sql : commit_statements(dialect, target_, commit, result)) db_.execute(sql);
  env.failpoint("load_after_state");
  if (open_) {
    db_.execute("commit");
  } else if (!is_direct_) {
    db_.execute("drop table " + qualified(into_));  // the transaction goes on
  }
  open_ = false;
  env.failpoint("load_after_transaction");
  return result;
}

// Merges look keys up. The index of a history is not unique: a key has many versions.
void PgLoad::index_keys() {
  if (target_.primary_key.empty()) return;
  bool unique = dedups();
  std::string keys;
  for (const std::string& key : target_.primary_key) keys += (keys.empty() ? "" : ", ") + quoted(key);
  if (!unique && target_.mode != WriteMode::scd2) return;
  db_.execute(fmt::format("create {}index on {} ({})", unique ? "unique " : "", qualified(table_), keys));
}

}  // namespace leat::warehouses::postgres

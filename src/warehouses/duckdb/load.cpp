#include "warehouses/duckdb/load.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <mutex>
#include <utility>

#include "base/error.h"
#include "duck/chunks.h"
#include "sql/bookkeeping.h"
#include "warehouses/bookkeeping.h"
#include "warehouses/children.h"
#include "warehouses/duckdb/checkpoint.h"
#include "warehouses/duckdb/compression.h"
#include "warehouses/duckdb/dialect.h"
#include "warehouses/duckdb/tables.h"

namespace leat::warehouses::duckdb {

using stream::WriteMode;

namespace {

std::string qualified(const sql::Relation& relation) {
  return duck_dialect().render(relation);
}
std::string quoted(std::string_view name) {
  return duck_dialect().quote(name);
}

// The metadata columns after their prefix, with DuckDB's types.
struct MetadataColumn {
  const char* name;
  const char* type;
};
constexpr MetadataColumn kMetadata[] = {{"raw_id", "UUID"},
                                        {"extracted_at", "TIMESTAMP WITH TIME ZONE"},
                                        {"meta", "JSON"},
                                        {"generation_id", "BIGINT"}};

// Between the writer and DuckDB's threads: a batch or two ahead.
constexpr std::size_t kInsertQueueBytes = 16 * 1024 * 1024;

}  // namespace

DuckDestination::DuckDestination(std::shared_ptr<duck::Database> database, Env& env, MemoryLimits limits)
    : connection_(std::move(database)),
      env_(env),
      batches_(connection_, kInsertQueueBytes),
      limits_(std::move(limits)),
      threads_(static_cast<int>(number("select current_setting('threads')::bigint"))) {}

DuckDestination::~DuckDestination() {
  if (is_limited_) limit_memory(limits_.otherwise);
}

// Runs a statement whose failure changes nothing for anybody.
void DuckDestination::try_to(const std::string& sql) {
  duckdb_result ignored;
  duck::duckdb_query(connection_.handle(), sql.c_str(), &ignored);
  duck::duckdb_destroy_result(&ignored);
}

// DuckDB refuses a limit below what it holds at the moment.
void DuckDestination::limit_memory(const std::string& limit) {
  if (!limit.empty()) try_to("set memory_limit = " + duck_dialect().literal(limit));
}

void DuckDestination::write_out() {
  if (std::exchange(made_tables_, false)) write_out_new_tables(connection_);
}

void DuckDestination::prepare() {
  if (prepared_) return;
  // Two sessions that create the same table at once would conflict in the catalog.
  static std::mutex creating;
  std::lock_guard lock(creating);
  for (const std::string& statement : sql::create_bookkeeping(duck_dialect())) connection_.execute(statement);
  prepared_ = true;
}

std::int64_t DuckDestination::number(const std::string& sql) {
  duck::Result result = connection_.run(sql);
  duckdb_data_chunk chunk = duck::duckdb_fetch_chunk(result.get());
  std::int64_t value = 0;
  if (chunk)
    value = *static_cast<std::int64_t*>(
        duck::duckdb_vector_get_data(duck::duckdb_data_chunk_get_vector(chunk, 0)));
  duck::duckdb_destroy_data_chunk(&chunk);
  return value;
}

// The table is read once, its texts only where a row is otherwise equal; what is done with its rows then goes
// by their ids.
std::optional<std::pair<std::int64_t, std::int64_t>> DuckDestination::upsert(const sql::MergePlan& plan) {
  if (plan.is_newest) {
    std::int64_t replaced = connection_.execute(sql::delete_matched(duck_dialect(), plan));
    std::int64_t staged = connection_.execute(sql::insert_staged(duck_dialect(), plan));
    return std::pair{staged - replaced, replaced};
  }
  constexpr const char* kMatches = "leat_matches";
  std::string matches = quoted(kMatches);
  connection_.execute(sql::create_matches(duck_dialect(), plan, kMatches));
  bool may_be_equal = !plan.wide_columns.empty() &&
                      number(fmt::format("select count(*) from {} where settled = 1", matches)) > 0;
  if (may_be_equal) connection_.execute(sql::compare_wide(duck_dialect(), plan, kMatches));
  connection_.execute(fmt::format("delete from {} where rowid in (select staged from {} where settled > 0)",
                                  qualified(plan.stage), matches));
  std::int64_t updated = connection_.execute(
      fmt::format("delete from {} where rowid in (select stored from {} where settled = 0)",
                  qualified(plan.table), matches));
  connection_.execute("drop table " + matches);
  std::int64_t arrived = connection_.execute(sql::insert_staged(duck_dialect(), plan));
  return std::pair{arrived - updated, updated};
}

std::vector<batch::Column> DuckDestination::table_columns(const sql::Relation& table) {
  const sql::Dialect& dialect = duck_dialect();
  if (named(connection_, table) == Named::nothing) return {};
  duck::Result result = connection_.run(columns_query(table));
  auto schema = std::make_shared<const batch::Schema>(std::vector<batch::Column>{{"n", {}}, {"t", {}}});
  batch::RecordBatch rows(schema);
  while (duckdb_data_chunk chunk = duck::duckdb_fetch_chunk(result.get())) {
    duck::append_chunk(chunk, rows);
    duck::duckdb_destroy_data_chunk(&chunk);
  }
  std::vector<batch::Column> columns;
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    // A type that Leat has none for (a list, say) takes text that casts to it.
    batch::Type type =
        dialect.parse_type(rows.column(1).text(i)).value_or(batch::Type{batch::TypeKind::text});
    columns.push_back({std::string(rows.column(0).text(i)), type});
  }
  return columns;
}

std::vector<batch::Column> DuckDestination::columns(const stream::Target& target) {
  std::vector<batch::Column> columns = table_columns({"", target.schema, target.table});
  std::vector<std::string> own = own_columns(target);
  std::erase_if(columns, [&](const batch::Column& column) {
    return std::find(own.begin(), own.end(), column.name) != own.end();
  });
  return columns;
}

std::vector<stream::Misfit> DuckDestination::misfits(const batch::RecordBatch& batch) const {
  // From 290309-12-22 BC; the ends of the numbers mean infinity.
  constexpr MomentLimits kMoments = {-9223372022400000000, std::numeric_limits<std::int64_t>::max() - 1,
                                     -std::numeric_limits<std::int32_t>::max() + 1,
                                     std::numeric_limits<std::int32_t>::max() - 1, true};
  std::vector<stream::Misfit> found;
  find_moments_outside(batch, kMoments, found);
  return found;
}

std::unique_ptr<stream::Load> DuckDestination::begin(const stream::Target& target) {
  prepare();
  return std::make_unique<DuckLoad>(*this, target);
}

std::vector<std::vector<std::string>> DuckDestination::rows(const std::string& sql) {
  // Everything as text: the answers are small, and their types are not known here.
  duck::Result result = connection_.run(sql);
  std::vector<std::vector<std::string>> out;
  idx_t columns = duck::duckdb_column_count(&result.get());
  std::vector<batch::Column> schema;
  for (idx_t i = 0; i < columns; ++i) schema.push_back({fmt::format("c{}", i), {}});
  batch::RecordBatch batch(std::make_shared<const batch::Schema>(schema));
  while (duckdb_data_chunk chunk = duck::duckdb_fetch_chunk(result.get())) {
    duck::append_chunk(chunk, batch);
    duck::duckdb_destroy_data_chunk(&chunk);
  }
  for (std::size_t row = 0; row < batch.rows(); ++row) {
    std::vector<std::string>& cells = out.emplace_back();
    for (std::size_t i = 0; i < columns; ++i) cells.emplace_back(batch.column(i).text(row));
  }
  return out;
}

std::string DuckDestination::text(const std::string& sql) {
  std::vector<std::vector<std::string>> answer = rows(sql);
  return answer.empty() ? "" : answer[0][0];
}

std::vector<batch::Column> DuckDestination::last_columns(const std::string& connection,
                                                         const std::string& stream) {
  prepare();
  return parse_columns(text(sql::select_last_columns(duck_dialect(), connection, stream)));
}

stream::State DuckDestination::read_state(const std::string& connection, const std::string& stream) {
  prepare();
  return {text(sql::select_state(duck_dialect(), connection, stream))};
}

void DuckDestination::write_state(const std::string& connection, const std::string& stream,
                                  const stream::State& state) {
  prepare();
  if (!together_) connection_.execute("begin transaction");
  for (const std::string& sql :
       sql::replace_state(duck_dialect(), connection, stream, state.json, format_iso_timestamp(env_.now()))) {
    connection_.execute(sql);
  }
  if (!together_) connection_.execute("commit");
}

bool DuckDestination::begin_together(const std::string& schema) {
  prepare();
  duck::ensure_schema(connection_, quoted(schema));  // others may make it, too, and would be in conflict
  if (!is_limited_) limit_memory(limits_.for_changes);
  is_limited_ = true;
  connection_.execute("begin transaction");
  together_ = true;
  return true;
}

std::vector<stream::LoadResult> DuckDestination::commit_together() {
  env_.failpoint("together_before_commit");
  connection_.execute("commit");
  together_ = false;
  write_out();
  return {};
}

void DuckDestination::abandon_together() {
  if (!together_) return;
  together_ = false;
  try_to("rollback");  // where the transaction has failed already there is nothing to roll back
}

DuckLoad::DuckLoad(DuckDestination& destination, const stream::Target& target)
    : destination_(destination),
      db_(destination.connection_),
      target_(target),
      table_{"", target.schema, target.table} {
  if (!destination_.together_) {
    duck::ensure_schema(db_, quoted(target_.schema));
    db_.execute("begin transaction");
    open_ = true;
  }
  extracted_at_ = format_iso_timestamp(destination_.env_.now());
  choose_way();
}

DuckLoad::~DuckLoad() {
  destination_.batches_.cancel();
  // Nothing can be done about a failed rollback, and a destructor must not throw.
  if (open_) destination_.try_to("rollback");
}

bool DuckLoad::dedups() const {
  return target_.mode == WriteMode::append_dedup || target_.mode == WriteMode::overwrite_dedup;
}

void DuckLoad::choose_way() {
  std::vector<batch::Column> existing = destination_.columns(target_);
  into_ = table_;
  bool replace = target_.mode == WriteMode::overwrite || target_.mode == WriteMode::overwrite_dedup;
  if (replace) {
    // A column that the source has no longer stays, and is null from now on.
    way_ = Way::replace;
    into_.identifier = target_.table + "__leat_new";
    db_.execute("drop table if exists " + qualified(into_));
    columns_ = existing.empty() ? target_.columns->columns() : existing;
    is_made_ = false;
    return;
  }
  table_is_empty_ = existing.empty();
  columns_ = existing;
  if (existing.empty()) {
    columns_ = target_.columns->columns();
    is_made_ = false;
  } else {
    table_is_empty_ = destination_.number(fmt::format("select count(*) from (select 1 from {} limit 1)",
                                                      qualified(table_))) == 0;
  }
  if (target_.clears && !table_is_empty_) {
    clear_table(destination_, duck_dialect(), target_, plan(table_, table_));
    table_is_empty_ = target_.deletes_hard;
  }
  // Which keys are touched, and which rows go, a stage tells.
  bool direct = table_is_empty_ || (!target_.has_children && !target_.is_bag);
  if (target_.mode == WriteMode::append && direct) {
    way_ = Way::append;
  } else if (target_.mode == WriteMode::append_dedup && table_is_empty_) {
    way_ = Way::fresh;
  } else {
    way_ = Way::merge;
    make_table(nullptr);
    // In the session's own catalog: what is staged is written to no log.
    into_ = {"", "temp", fmt::format("leat_stage_{:016x}", destination_.env_.chance())};
    create_table(into_, columns_, false);
  }
}

void DuckLoad::take_columns(const batch::Schema& schema) {
  for (const batch::Column& column : schema.columns()) {
    if (stream::is_for_loading(column.name)) continue;
    auto found = std::find_if(columns_.begin(), columns_.end(),
                              [&](const batch::Column& each) { return each.name == column.name; });
    if (found == columns_.end()) {
      columns_.push_back(column);
    } else {
      found->type = batch::common_type(found->type, column.type);
    }
  }
}

void DuckLoad::make_table(const batch::RecordBatch* first) {
  if (is_made_) return;
  is_made_ = true;
  // A new table begins with all that its first rows have: each column that is added later copies the table's
  // entry.
  if (first) take_columns(*first->schema());
  create_table(into_, columns_, true, first ? various_columns(*first) : std::set<std::string>{});
}

void DuckLoad::create_table(const sql::Relation& table, const std::vector<batch::Column>& columns,
                            bool is_final, const std::set<std::string>& various) {
  std::string list;
  for (const batch::Column& column : columns) {
    bool is_text = column.type.kind == batch::TypeKind::text || column.type.kind == batch::TypeKind::json;
    bool is_various = is_text && various.contains(column.name);
    list += fmt::format("{}{} {}{}", list.empty() ? "" : ", ", quoted(column.name),
                        duck_dialect().type_name(column.type), is_various ? " using compression fsst" : "");
  }
  if (is_final && target_.mode == WriteMode::scd2) {
    for (std::string_view name : {stream::kValidFrom, stream::kValidTo})
      list += fmt::format(", {} TIMESTAMP WITH TIME ZONE", quoted(name));
  }
  if (!target_.metadata_prefix.empty()) {
    for (const MetadataColumn& column : kMetadata) {
      list += fmt::format("{}{} {}", list.empty() ? "" : ", ", quoted(target_.metadata_prefix + column.name),
                          column.type);
    }
  }
  db_.execute(fmt::format("create {}table {} ({})", is_final ? "" : "temp ", qualified(table), list));
  columns_ = columns;
  destination_.made_tables_ |= is_final;
}

std::vector<std::string> DuckLoad::metadata_columns() const {
  std::vector<std::string> names;
  if (target_.metadata_prefix.empty()) return names;
  for (const MetadataColumn& column : kMetadata) names.push_back(target_.metadata_prefix + column.name);
  return names;
}

std::string DuckLoad::metadata_values() const {
  return fmt::format("uuid(), {}::timestamptz, '{{\"changes\":[]}}', {}",
                     duck_dialect().literal(extracted_at_), target_.generation);
}

void DuckLoad::fit_columns(const batch::Schema& schema) {
  for (const batch::Column& column : schema.columns()) {
    auto found = std::find_if(columns_.begin(), columns_.end(),
                              [&](const batch::Column& each) { return each.name == column.name; });
    // Both the final table and the stage have to fit.
    std::vector<sql::Relation> tables = {into_};
    if (stream::is_for_loading(column.name)) {
      if (!keeps_.contains(column.name))
        db_.execute(fmt::format("alter table {} add column {} {}", qualified(into_), quoted(column.name),
                                duck_dialect().type_name(column.type)));
      keeps_.insert(column.name);
      continue;
    }
    if (way_ == Way::merge) tables.push_back(table_);
    if (found == columns_.end()) {
      for (const sql::Relation& table : tables) {
        db_.execute(fmt::format("alter table {} add column {} {}", qualified(table), quoted(column.name),
                                duck_dialect().type_name(column.type)));
      }
      columns_.push_back(column);
    } else if (!(found->type == column.type)) {
      batch::Type wide = batch::common_type(found->type, column.type);
      if (wide == found->type) continue;
      for (const sql::Relation& table : tables) {
        db_.execute(fmt::format("alter table {} alter column {} set data type {}", qualified(table),
                                quoted(column.name), duck_dialect().type_name(wide)));
      }
      found->type = wide;
    }
  }
}

void DuckLoad::begin_insert(const batch::SchemaPtr& schema) {
  std::string columns, values;
  for (const batch::Column& column : schema->columns()) {
    std::string name = quoted(column.name);
    columns += (columns.empty() ? "" : ", ") + name;
    values += (values.empty() ? "" : ", ") + name;
  }
  if (!target_.metadata_prefix.empty()) {
    for (const std::string& name : metadata_columns()) columns += ", " + quoted(name);
    values += ", " + metadata_values();
  }
  // Where keys repeat, the order of arrival decides; else nobody asks for it.
  duck::BatchStream& batches = destination_.batches_;
  bool ordered = target_.mode != WriteMode::append && target_.mode != WriteMode::overwrite;
  batches.begin(
      schema,
      fmt::format("insert into {} ({}) select {} from {}", qualified(into_), columns, values, batches.sql()),
      ordered ? 1 : destination_.threads_);
  inserting_ = schema;
}

void DuckLoad::finish_insert() {
  if (!inserting_) return;
  inserting_ = nullptr;
  destination_.batches_.finish();
}

void DuckLoad::write(batch::RecordBatch&& arriving) {
  if (arriving.rows() == 0) return;
  // A table without rows has no values to keep.
  batch::RecordBatch batch =
      way_ == Way::merge ? std::move(arriving) : without_loading_columns(std::move(arriving));
  make_table(&batch);
  if (!inserting_ || (inserting_ != batch.schema() && inserting_->columns() != batch.schema()->columns())) {
    finish_insert();
    fit_columns(*batch.schema());
    begin_insert(batch.schema());
  }
  staged_ += static_cast<std::int64_t>(batch.rows());
  destination_.batches_.push(std::move(batch));
}

sql::MergePlan DuckLoad::plan(const sql::Relation& stage, const sql::Relation& table) const {
  sql::MergePlan merge = merge_plan(duck_dialect(), target_, columns_, stage, table);
  merge.arrival = "rowid";
  return merge;
}

// overwrite keeps repeated keys.
stream::Target DuckLoad::settled_target() const {
  stream::Target target = target_;
  if (!dedups()) target.primary_key.clear();
  return target;
}

bool DuckLoad::is_same_as_before() {
  std::vector<batch::Column> existing = destination_.table_columns(table_);
  std::vector<batch::Column> built = destination_.table_columns(into_);
  if (existing != built) return false;
  sql::MergePlan rows = plan(into_, table_);
  return destination_.text(sql::content_hash(duck_dialect(), rows, into_)) ==
         destination_.text(sql::content_hash(duck_dialect(), rows, table_));
}

void DuckLoad::replace(stream::LoadResult& result) {
  bool exists = !destination_.table_columns(table_).empty();
  if (exists && is_same_as_before()) {
    // What did not change is not touched, so that nothing below it has to be built again.
    db_.execute("drop table " + qualified(into_));
    result.rows_unchanged = staged_;
    result.rows_inserted = 0;
    return;
  }
  if (exists) result.rows_deleted = destination_.number("select count(*) from " + qualified(table_));
  db_.execute("drop table if exists " + qualified(table_));
  db_.execute(fmt::format("alter table {} rename to {}", qualified(into_), quoted(table_.identifier)));
}

stream::LoadResult DuckLoad::commit(const stream::Commit& commit) {
  Env& env = destination_.env_;
  finish_insert();
  make_table(nullptr);
  stream::LoadResult result;
  result.rows_staged = staged_;
  env.failpoint("load_after_staging");
  std::optional<Children> children;
  Session& session = destination_;
  if (!commit.children.empty()) children.emplace(session, duck_dialect(), target_);
  if (way_ == Way::merge) {
    if (children) children->note_keys(into_);
    if (!keeps_.empty()) fill_kept(destination_, duck_dialect(), plan(into_, table_));
    if (target_.is_bag) {
      result.rows_deleted = db_.execute(sql::delete_equal(duck_dialect(), plan(into_, table_), "rowid"));
      db_.execute(sql::drop_deletions(duck_dialect(), plan(into_, table_)));
      result.rows_inserted = db_.execute(sql::insert_staged(duck_dialect(), plan(into_, table_)));
    } else if (target_.mode == WriteMode::append) {
      result.rows_inserted = db_.execute(sql::insert_staged(duck_dialect(), plan(into_, table_)));
    } else if (target_.mode == WriteMode::scd2) {
      apply_history(destination_, duck_dialect(), target_, plan(into_, table_), columns_, extracted_at_,
                    result);
    } else {
      apply_merge(destination_, duck_dialect(), target_, plan(into_, table_), table_is_empty_, result);
    }
    db_.execute("drop table " + qualified(into_));
  } else {
    result.rows_inserted = staged_;
    if (target_.mode != WriteMode::append && staged_ > 0) {
      settle_stage(destination_, duck_dialect(), settled_target(), plan(into_, into_));
      result.rows_inserted = destination_.number("select count(*) from " + qualified(into_));
      result.rows_unchanged = staged_ - result.rows_inserted;
    }
    if (way_ == Way::replace) replace(result);
  }
  if (children) children->make(commit.children);
  env.failpoint("load_after_merge");
  record(commit, result);
  env.failpoint("load_after_state");
  if (open_) db_.execute("commit");
  open_ = false;
  env.failpoint("load_after_transaction");
  if (!destination_.together_) destination_.write_out();
  return result;
}

void DuckLoad::record(const stream::Commit& commit, const stream::LoadResult& result) {
  for (const std::string& sql : commit_statements(duck_dialect(), target_, commit, result)) db_.execute(sql);
}

}  // namespace leat::warehouses::duckdb

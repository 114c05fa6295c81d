#include "warehouses/snowflake/load.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <mutex>

#include "base/error.h"
#include "batch/convert.h"
#include "sql/bookkeeping.h"
#include "warehouses/bookkeeping.h"
#include "warehouses/snowflake/dialect.h"
#include "warehouses/snowflake/merge.h"
#include "warehouses/snowflake/result.h"
#include "warehouses/snowflake/storable.h"
#include "warehouses/snowflake/table.h"

namespace leat::warehouses::snowflake {

using batch::TypeKind;
using stream::WriteMode;

namespace {

std::string qualified(const sql::Relation& relation) {
  return snow_dialect().render(relation);
}
std::string quoted(std::string_view name) {
  return snow_dialect().quote(name);
}

struct MetadataColumn {
  const char* name;
  const char* type;
};
constexpr MetadataColumn kMetadata[] = {{"raw_id", "VARCHAR"},
                                        {"extracted_at", "TIMESTAMP_TZ"},
                                        {"meta", "VARIANT"},
                                        {"generation_id", "NUMBER(19,0)"}};

ParquetOptions files_of(const Account& account) {
  return {account.temporary_folder, account.file_bytes_max, account.memory_bytes_max};
}

}  // namespace

void SnowDestination::prepare() {
  if (prepared_) return;
  // Sessions of this process take turns: two that create the same table at once may collide.
  static std::mutex creating;
  std::lock_guard lock(creating);
  for (const std::string& statement : sql::create_bookkeeping(snow_dialect())) session_.execute(statement);
  prepared_ = true;
}

std::unique_ptr<stream::Load> SnowDestination::begin(const stream::Target& target) {
  if (target.has_children) {
    throw Error(ErrorCode::config_invalid, "Snowflake makes no child tables", "stream " + target.stream)
        .fix("Take `child_tables` out, and take lists apart in a model (LATERAL FLATTEN).");
  }
  prepare();
  return std::make_unique<SnowLoad>(*this, target);
}

std::int64_t SnowDestination::number(const std::string& sql) {
  std::string text = session_.value(sql);
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::optional<std::pair<std::int64_t, std::int64_t>> SnowDestination::upsert(const sql::MergePlan& plan) {
  if (session_.account().is_emulator) return std::nullopt;  // its MERGE has no conditions
  document::Value counts = session_.run(merge_statement(plan));
  return std::pair{count_of(counts, "number of rows inserted"), count_of(counts, "number of rows updated")};
}

std::vector<batch::Column> SnowDestination::columns(const stream::Target& target) {
  std::vector<std::string> own = own_columns(target);
  std::vector<batch::Column> columns;
  for (const TableColumn& column : table_columns(session_, {"", target.schema, target.table})) {
    bool is_own = std::any_of(own.begin(), own.end(),
                              [&](const std::string& name) { return folded(name) == column.name; });
    if (!is_own) columns.push_back({unfolded(column.name), column.type});
  }
  return columns;
}

std::vector<batch::Column> SnowDestination::last_columns(const std::string& connection,
                                                         const std::string& stream) {
  prepare();
  return parse_columns(session_.value(sql::select_last_columns(snow_dialect(), connection, stream)));
}

stream::Naming SnowDestination::naming() const {
  return {snow_dialect().identifier_bytes_max(), true};
}

std::vector<stream::Misfit> SnowDestination::misfits(const batch::RecordBatch& batch) const {
  return find_unstorable(batch);
}

stream::State SnowDestination::read_state(const std::string& connection, const std::string& stream) {
  prepare();
  return {session_.value(sql::select_state(snow_dialect(), connection, stream))};
}

void SnowDestination::write_state(const std::string& connection, const std::string& stream,
                                  const stream::State& state) {
  prepare();
  session_.begin();
  session_.hold(true);
  for (const std::string& sql :
       sql::replace_state(snow_dialect(), connection, stream, state.json, format_iso_timestamp(env_.now()))) {
    session_.execute(sql);
  }
  session_.execute("commit");
  session_.hold(false);
}

SnowLoad::SnowLoad(SnowDestination& destination, const stream::Target& target)
    : destination_(destination),
      db_(destination.session_),
      target_(target),
      table_{"", target.schema, target.table},
      extracted_at_(destination.env_.now()),
      writer_(files_of(db_.account()), destination.env_) {
  std::string mark = fmt::format("{:016x}", destination_.env_.chance()), books(sql::kBookkeepingSchema);
  landing_ = {"", books, "landing_" + mark};
  stage_table_ = {"", books, "stage_" + mark};
  // What the table has and the source does not goes null; what it has in another type is widened when it
  // comes.
  columns_ = destination_.columns(target_);
  if (columns_.empty()) note_columns(*target_.columns);
  for (batch::Column& held : columns_) {
    for (const batch::Column& known : target_.columns->columns())
      if (folded(known.name) == folded(held.name)) held.name = known.name;
  }
  db_.execute("create schema if not exists " + quoted(target_.schema));
  // From the first file on, the session holds what can't be made again.
  db_.hold(true);
}

SnowLoad::~SnowLoad() {
  try {
    if (is_in_transaction_) db_.execute("rollback");
    drop_temporary();
  } catch (const Error&) {
    // The session is gone, and with it the transaction and everything temporary.
    db_.hold(false);
    return;
  }
  db_.hold(false);
}

void SnowLoad::note_columns(const batch::Schema& schema) {
  for (std::size_t i = 0; i < schema.size(); ++i) {
    const batch::Column& column = schema[i];
    for (std::size_t k = 0; k < i; ++k) {
      if (folded(schema[k].name) != folded(column.name)) continue;
      throw Error(
          ErrorCode::sync_column,
          fmt::format("The columns `{}` and `{}` are one name for Snowflake", schema[k].name, column.name),
          "stream " + target_.stream)
          .fix("Give one of them another name under `rename`, or drop it.");
    }
    auto found = std::find_if(columns_.begin(), columns_.end(), [&](const batch::Column& each) {
      return folded(each.name) == folded(column.name);
    });
    if (found == columns_.end()) {
      columns_.push_back(column);
    } else {
      found->type = batch::common_type(found->type, column.type);
    }
  }
}

// What came narrower than its column is widened here, where each value keeps the form that Leat prints.
batch::RecordBatch SnowLoad::fitted(batch::RecordBatch&& batch) const {
  std::vector<batch::Column> schema = batch.schema()->columns();
  std::vector<batch::ColumnData> columns = std::move(batch).take_columns();
  for (std::size_t i = 0; i < schema.size(); ++i) {
    auto found = std::find_if(columns_.begin(), columns_.end(), [&](const batch::Column& each) {
      return folded(each.name) == folded(schema[i].name);
    });
    if (found->type == schema[i].type) continue;
    std::vector<std::size_t> failed;  // stays empty: the column was widened to hold both
    columns[i] = batch::convert(columns[i], found->type, failed);
    schema[i].type = found->type;
  }
  return {std::make_shared<const batch::Schema>(std::move(schema)), std::move(columns)};
}

void SnowLoad::put(const std::vector<ParquetFile>& files) {
  for (const ParquetFile& file : files) {
    if (!stage_) {
      sql::Relation name{"", std::string(sql::kBookkeepingSchema), "files_" + stage_table_.identifier};
      stage_.emplace(db_, name);
    }
    stage_->put(file);
    ParquetWriter::remove(file);
  }
}

void SnowLoad::write(batch::RecordBatch&& batch) {
  if (batch.rows() == 0) return;
  note_columns(*batch.schema());
  staged_ += static_cast<std::int64_t>(batch.rows());
  put(writer_.write(fitted(std::move(batch))));
  db_.keep_alive();
}

void SnowLoad::fit_table() {
  std::string more;
  if (target_.mode == WriteMode::scd2) {
    for (std::string_view name : {stream::kValidFrom, stream::kValidTo})
      more += fmt::format(", {} TIMESTAMP_TZ", quoted(name));
  }
  if (!target_.metadata_prefix.empty()) {
    for (const MetadataColumn& column : kMetadata)
      more += fmt::format(", {} {}", quoted(target_.metadata_prefix + column.name), column.type);
  }
  table_is_new_ = snowflake::fit_table(db_, table_, columns_, more);
}

// The landed columns as the final table wants them; COPY brings JSON as text.
std::string SnowLoad::landed_columns() const {
  std::string list = quoted(kArrivalColumn);
  for (const batch::Column& column : columns_) {
    std::string name = quoted(column.name);
    list += column.type.kind == TypeKind::json ? fmt::format(", parse_json({0}) as {0}", name) : ", " + name;
  }
  if (target_.metadata_prefix.empty()) return list;
  const std::string values[] = {
      "uuid_string()",
      fmt::format("cast({} as TIMESTAMP_TZ)", snow_dialect().literal(format_iso_timestamp(extracted_at_))),
      "parse_json('{\"changes\":[]}')", fmt::format("cast({} as NUMBER(19,0))", target_.generation)};
  for (std::size_t i = 0; i < std::size(kMetadata); ++i)
    list += fmt::format(", {} as {}", values[i], quoted(target_.metadata_prefix + kMetadata[i].name));
  return list;
}

void SnowLoad::create_stage_table() {
  std::string list = quoted(kArrivalColumn) + " NUMBER(19,0)";
  for (const batch::Column& column : columns_) {
    batch::Type type = column.type.kind == TypeKind::json ? batch::Type{TypeKind::text} : column.type;
    list += fmt::format(", {} {}", quoted(column.name), snow_dialect().type_name(type));
  }
  // The emulator has temporary tables, but not in a schema of their own choice.
  const char* kind = db_.account().is_emulator ? "table" : "temporary table";
  db_.execute(fmt::format("create {} {} ({})", kind, qualified(landing_), list));
  if (stage_) stage_->copy_into(landing_);
  db_.execute(fmt::format("create {} {} as select {} from {}", kind, qualified(stage_table_),
                          landed_columns(), qualified(landing_)));
}

sql::MergePlan SnowLoad::plan() const {
  sql::MergePlan merge = merge_plan(snow_dialect(), target_, columns_, stage_table_, table_);
  merge.arrival = kArrivalColumn;
  return merge;
}

void SnowLoad::merge(stream::LoadResult& result) {
  const sql::Dialect& dialect = snow_dialect();
  switch (target_.mode) {
    case WriteMode::append_dedup:
      if (!table_is_new_) return apply_merge(destination_, dialect, target_, plan(), false, result);
      settle_stage(destination_, dialect, target_, plan());
      break;
    case WriteMode::scd2:
      return apply_history(destination_, dialect, target_, plan(), columns_,
                           format_iso_timestamp(extracted_at_), result);
    case WriteMode::overwrite:
    case WriteMode::overwrite_dedup:
      return replace(result);
    case WriteMode::append:
      break;
  }
  result.rows_inserted = db_.execute(sql::insert_staged(dialect, plan()));
  result.rows_unchanged = staged_ - result.rows_inserted;
}

bool SnowLoad::is_same_as_before(const sql::MergePlan& staged) {
  if (db_.account().is_emulator) return false;  // it has no HASH_AGG
  std::string columns;
  for (const std::string& name : staged.columns) columns += (columns.empty() ? "" : ", ") + quoted(name);
  auto content = [&](const sql::Relation& relation) {
    return db_.value(
        fmt::format("select concat(count(*), ':', coalesce(cast(hash_agg({}) as varchar), '')) from {}",
                    columns, qualified(relation)));
  };
  return content(staged.stage) == content(staged.table);
}

void SnowLoad::replace(stream::LoadResult& result) {
  sql::MergePlan staged = plan();
  const sql::Dialect& dialect = snow_dialect();
  stream::Target settled = target_;
  if (target_.mode == WriteMode::overwrite) settled.primary_key.clear();  // it keeps repeated keys
  settle_stage(destination_, dialect, settled, staged);
  if (!table_is_new_ && is_same_as_before(staged)) {
    // What did not change is not touched, so that nothing below it has to be built again.
    result.rows_unchanged = staged_;
    return;
  }
  if (!table_is_new_) result.rows_deleted = db_.execute("delete from " + qualified(table_));
  result.rows_inserted = db_.execute(sql::insert_staged(dialect, staged));
  result.rows_unchanged = staged_ - result.rows_inserted;
}

stream::LoadResult SnowLoad::commit(const stream::Commit& commit) {
  Env& env = destination_.env_;
  if (auto last = writer_.finish()) put({*last});
  stream::LoadResult result;
  result.rows_staged = staged_;
  fit_table();
  create_stage_table();
  env.failpoint("load_after_staging");
  db_.begin();
  is_in_transaction_ = true;
  merge(result);
  env.failpoint("load_after_merge");
  for (const std::string& sql : commit_statements(snow_dialect(), target_, commit, result)) db_.execute(sql);
  env.failpoint("load_after_state");
  db_.execute("commit");
  is_in_transaction_ = false;
  env.failpoint("load_after_transaction");
  return result;
}

void SnowLoad::drop_temporary() {
  db_.execute("drop table if exists " + qualified(landing_));
  db_.execute("drop table if exists " + qualified(stage_table_));
  if (stage_) stage_->drop();
}

}  // namespace leat::warehouses::snowflake

#include "warehouses/snowflake/load.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <mutex>

#include "base/error.h"
#include "sql/bookkeeping.h"
#include "warehouses/bookkeeping.h"
#include "warehouses/snowflake/dialect.h"
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
  prepare();
  return std::make_unique<SnowLoad>(*this, target);
}

stream::State SnowDestination::read_state(const std::string& connection, const std::string& stream) {
  prepare();
  return {session_.value(sql::select_state(snow_dialect(), connection, stream))};
}

void SnowDestination::write_state(const std::string& connection, const std::string& stream,
                                  const stream::State& state) {
  prepare();
  session_.execute("begin");
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
      writer_(files_of(db_.account()), destination.env_) {
  if (target_.mode == WriteMode::scd2) {
    throw Error(ErrorCode::config_invalid, "The mode scd2 is not there yet", "stream " + target_.stream)
        .fix("Use append, overwrite, append_dedup or overwrite_dedup, or a dbt snapshot.");
  }
  std::string mark = fmt::format("{:016x}", destination_.env_.chance()), books(sql::kBookkeepingSchema);
  landing_ = {"", books, "landing_" + mark};
  stage_table_ = {"", books, "stage_" + mark};
  note_columns(*target_.columns);
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

bool SnowLoad::dedups() const {
  return target_.mode == WriteMode::append_dedup || target_.mode == WriteMode::overwrite_dedup;
}
bool SnowLoad::replaces() const {
  return target_.mode == WriteMode::overwrite || target_.mode == WriteMode::overwrite_dedup;
}

std::vector<std::string> SnowLoad::metadata_columns() const {
  std::vector<std::string> names;
  if (target_.metadata_prefix.empty()) return names;
  for (const MetadataColumn& column : kMetadata) names.push_back(target_.metadata_prefix + column.name);
  return names;
}

void SnowLoad::note_columns(const batch::Schema& schema) {
  for (const batch::Column& column : schema.columns()) {
    auto found = std::find_if(columns_.begin(), columns_.end(), [&](const batch::Column& each) {
      return folded(each.name) == folded(column.name);
    });
    if (found == columns_.end()) {
      if (column.name.size() > snow_dialect().identifier_bytes_max()) {
        throw Error(ErrorCode::sync_column,
                    fmt::format("The column `{}` has a name longer than Snowflake's 255 bytes", column.name),
                    "stream " + target_.stream)
            .fix("Give it a shorter name under `rename`.");
      }
      columns_.push_back(column);
    } else if (found->name != column.name) {
      throw Error(
          ErrorCode::sync_column,
          fmt::format("The columns `{}` and `{}` are one name for Snowflake", found->name, column.name),
          "stream " + target_.stream)
          .fix("Give one of them another name under `rename`, or drop it.");
    } else {
      found->type = batch::common_type(found->type, column.type);
    }
  }
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
  put(writer_.write(batch));
  db_.keep_alive();
  staged_ += static_cast<std::int64_t>(batch.rows());
}

void SnowLoad::fit_table() {
  std::string more;
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
      fmt::format("cast({} as TIMESTAMP_TZ)",
                  snow_dialect().literal(format_iso_timestamp(destination_.env_.now()))),
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
  db_.execute(fmt::format("create temporary table {} ({})", qualified(landing_), list));
  if (stage_) stage_->copy_into(landing_);
  db_.execute(fmt::format("create temporary table {} as select {} from {}", qualified(stage_table_),
                          landed_columns(), qualified(landing_)));
}

sql::MergePlan SnowLoad::plan() const {
  sql::MergePlan merge;
  merge.stage = stage_table_;
  merge.table = table_;
  for (const batch::Column& column : columns_) merge.columns.push_back(column.name);
  merge.metadata = metadata_columns();
  merge.primary_key = target_.primary_key;
  merge.cursor_field = target_.cursor_field;
  merge.arrival = kArrivalColumn;
  return merge;
}

std::int64_t SnowLoad::count(const std::string& sql) {
  std::string text = db_.value(sql);
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

void SnowLoad::merge(stream::LoadResult& result) {
  sql::MergePlan staged = plan();
  const sql::Dialect& dialect = snow_dialect();
  std::int64_t updated = 0;
  if (dedups()) {
    if (count(sql::count_repeated_keys(dialect, staged)) > 0) db_.execute(sql::deduplicate(dialect, staged));
    if (!table_is_new_ && count(sql::count_matched(dialect, staged)) > 0) {
      db_.execute(sql::drop_settled(dialect, staged));
      updated = db_.execute(sql::delete_matched(dialect, staged));
    }
  }
  std::int64_t inserted = db_.execute(sql::insert_staged(dialect, staged));
  result.rows_updated = updated;
  result.rows_inserted = inserted - updated;
  result.rows_unchanged = staged_ - inserted;
}

bool SnowLoad::is_same_as_before(const sql::MergePlan& staged) {
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
  if (dedups() && count(sql::count_repeated_keys(dialect, staged)) > 0)
    db_.execute(sql::deduplicate(dialect, staged));
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
  db_.execute("begin");
  is_in_transaction_ = true;
  if (replaces()) {
    replace(result);
  } else {
    merge(result);
  }
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

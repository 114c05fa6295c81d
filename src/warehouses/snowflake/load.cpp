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
  stream::State state{session_.value(sql::select_state(snow_dialect(), connection, stream))};
  states_[{connection, stream}] = state;
  return state;
}

void SnowDestination::write_state(const std::string& connection, const std::string& stream,
                                  const stream::State& state) {
  prepare();
  if (together_) {
    next_states_[{connection, stream}] = state;
    return;
  }
  session_.begin();
  session_.hold(true);
  for (const std::string& sql :
       sql::replace_state(snow_dialect(), connection, stream, state.json, format_iso_timestamp(env_.now()))) {
    session_.execute(sql);
  }
  session_.execute("commit");
  session_.hold(false);
  states_[{connection, stream}] = state;
}

bool SnowDestination::begin_together(const std::string& schema) {
  if (session_.account().is_emulator) return false;  // its MERGE has no conditions
  prepare();
  session_.execute("create schema if not exists " + quoted(schema));
  together_ = true;
  return true;
}

// The first statement of the transaction: it takes the state's lock, and finds a row only where nobody else
// moved the state on.
void SnowDestination::move_state(const StateKey& key, const stream::State& state) {
  const sql::Dialect& dialect = snow_dialect();
  std::vector<std::string> statements =
      sql::replace_state(dialect, key.first, key.second, state.json, format_iso_timestamp(env_.now()));
  const stream::State& known = states_[key];
  statements[0] += fmt::format(" and {} = {}", quoted("state"), dialect.literal(known.json));
  bool is_known = known.empty() ? number(fmt::format("select count(*) from ({}) as known",
                                                     sql::select_state(dialect, key.first, key.second))) == 0
                                : session_.execute(statements[0]) == 1;
  if (!is_known) {
    throw Error(ErrorCode::warehouse_connect,
                fmt::format("Another process has moved the state of {} on", key.first),
                session_.account().place)
        .fix("Let one process at a time sync a connection; nothing of this one was kept.")
        .retry();
  }
  for (std::size_t i = 1; i < statements.size(); ++i) session_.execute(statements[i]);
}

std::vector<stream::LoadResult> SnowDestination::commit_together() {
  std::vector<stream::LoadResult> results;
  session_.hold(true);
  session_.begin();
  is_in_transaction_ = true;
  for (const auto& [key, state] : next_states_) move_state(key, state);
  for (const StagedLoad& load : waiting_) results.push_back(load.apply(*this, session_, env_));
  env_.failpoint("together_before_commit");
  session_.execute("commit");
  is_in_transaction_ = false;
  for (auto& [key, state] : next_states_) states_[key] = state;
  end_together();
  return results;
}

void SnowDestination::abandon_together() {
  if (together_) end_together();
}

void SnowDestination::end_together() {
  together_ = false;
  try {
    if (is_in_transaction_) session_.execute("rollback");
    for (StagedLoad& load : waiting_) load.drop(session_);
  } catch (const Error&) {
    // The session is gone, and with it the transaction and everything temporary.
    is_in_transaction_ = false;
  }
  is_in_transaction_ = false;
  waiting_.clear();
  next_states_.clear();
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
  if (!destination_.together_) db_.execute("create schema if not exists " + quoted(target_.schema));
  // From the first file on, the session holds what can't be made again.
  db_.hold(true);
}

SnowLoad::~SnowLoad() {
  try {
    if (is_in_transaction_) db_.execute("rollback");
    drop_temporary();
  } catch (const Error&) {
    // The session is gone, and with it the transaction and everything temporary.
    is_in_transaction_ = false;
  }
  if (!destination_.together_) db_.hold(false);
}

void SnowLoad::note_columns(const batch::Schema& schema) {
  for (std::size_t i = 0; i < schema.size(); ++i) {
    const batch::Column& column = schema[i];
    if (stream::is_for_loading(column.name)) {
      auto known = std::find_if(loading_columns_.begin(), loading_columns_.end(),
                                [&](const batch::Column& each) { return each.name == column.name; });
      if (known == loading_columns_.end()) loading_columns_.push_back(column);
      continue;
    }
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
      found->name = column.name;  // rows name the columns that they keep as they come
      found->type = batch::common_type(found->type, column.type);
    }
  }
}

// What came narrower than its column is widened here, where each value keeps the form that Leat prints.
batch::RecordBatch SnowLoad::fitted(batch::RecordBatch&& batch) const {
  std::vector<batch::Column> schema = batch.schema()->columns();
  std::vector<batch::ColumnData> columns = std::move(batch).take_columns();
  for (std::size_t i = 0; i < schema.size(); ++i) {
    if (stream::is_for_loading(schema[i].name)) continue;
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
  for (const batch::Column& column : loading_columns_) list += ", " + quoted(column.name);
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
  for (const batch::Column& column : loading_columns_)
    list += fmt::format(", {} {}", quoted(column.name), snow_dialect().type_name(column.type));
  // The emulator has temporary tables, but not in a schema of their own choice.
  const char* kind = db_.account().is_emulator ? "table" : "temporary table";
  db_.execute(fmt::format("create {} {} ({})", kind, qualified(landing_), list));
  if (stage_) stage_->copy_into(landing_);
  db_.execute(fmt::format("create {} {} as select {} from {}", kind, qualified(stage_table_),
                          landed_columns(), qualified(landing_)));
}

// What is left is for a transaction; the load gives its temporary tables away.
StagedLoad SnowLoad::staged(const stream::Commit& commit) {
  StagedLoad load;
  load.plan = merge_plan(snow_dialect(), target_, columns_, stage_table_, table_);
  load.plan.arrival = kArrivalColumn;
  load.target = target_;
  load.landing = landing_;
  load.columns = columns_;
  if (stage_) load.files.emplace(*stage_);
  load.rows = staged_;
  load.table_is_new = table_is_new_;
  load.keeps_values = !loading_columns_.empty() && !table_is_new_;
  load.extracted_at = extracted_at_;
  load.commit = commit;
  return load;
}

stream::LoadResult SnowLoad::commit(const stream::Commit& commit) {
  Env& env = destination_.env_;
  if (auto last = writer_.finish()) put({*last});
  fit_table();
  create_stage_table();
  env.failpoint("load_after_staging");
  if (destination_.together_) {
    destination_.waiting_.push_back(staged(commit));
    is_given_away_ = true;
    stream::LoadResult result;
    result.rows_staged = staged_;
    result.is_pending = true;
    return result;
  }
  db_.begin();
  is_in_transaction_ = true;
  stream::LoadResult result = staged(commit).apply(destination_, db_, env);
  db_.execute("commit");
  is_in_transaction_ = false;
  env.failpoint("load_after_transaction");
  return result;
}

void SnowLoad::drop_temporary() {
  if (is_given_away_) return;
  db_.execute("drop table if exists " + qualified(landing_));
  db_.execute("drop table if exists " + qualified(stage_table_));
  if (stage_) stage_->drop();
}

}  // namespace leat::warehouses::snowflake

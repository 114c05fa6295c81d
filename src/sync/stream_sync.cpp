#include "sync/stream_sync.h"

#include <fmt/core.h>

#include <algorithm>
#include <exception>

#include "base/glob.h"
#include "base/spec.h"
#include "base/units.h"
#include "sync/schema_changes.h"
#include "sync/side_by_side.h"

namespace leat::sync {

using stream::WriteMode;

namespace {

constexpr std::size_t kSmallItemBytes = 256;

// Hands what a source reads to the queue.
class QueueSink : public stream::Sink {
 public:
  QueueSink(Queue& queue, Env& env) : queue_(queue), env_(env) {}

  void batch(std::size_t, batch::RecordBatch&& batch) override {
    std::size_t bytes = batch.byte_size();
    push(std::move(batch), bytes);
  }
  void checkpoint(std::size_t, stream::State state, std::string partition) override {
    push(Checkpoint{std::move(state), std::move(partition)}, kSmallItemBytes);
  }
  void reject(std::size_t, stream::RejectedRecord&& record) override {
    std::size_t bytes = record.record.size() + kSmallItemBytes;
    push(std::move(record), bytes);
  }

 private:
  void push(QueueItem&& item, std::size_t bytes) {
    env_.check_cancelled();
    // The writer gave up: its error is the one to tell.
    if (!queue_.push(std::move(item), bytes))
      throw Error(ErrorCode::cancelled, "The stream's writer has stopped");
  }
  Queue& queue_;
  Env& env_;
};

}  // namespace

StreamSync::StreamSync(const Connection& connection, const StreamPlan& plan, stream::Source& source,
                       stream::Destination& destination, Env& env, const SyncOptions& options,
                       StreamResult& result)
    : connection_(connection),
      plan_(plan),
      source_(source),
      destination_(destination),
      env_(env),
      options_(options),
      result_(result),
      flatten_(plan.settings.flatten),
      projection_(plan.settings, destination.naming()) {}

namespace {

std::vector<std::string> arriving(const StreamPlan& plan, const Projection& projection,
                                  const std::vector<std::string>& columns) {
  std::vector<std::string> names;
  for (const std::string& column : columns) {
    std::string name = projection.arriving_name(column);
    if (name.empty()) {
      throw Error(ErrorCode::sync_column, fmt::format("The key column `{}` is dropped", column),
                  plan.settings.where)
          .fix("Take it out of `drop`: rows are merged by it.");
    }
    names.push_back(std::move(name));
  }
  return names;
}

void require_column(const StreamPlan& plan, const std::string& column, const char* setting) {
  const batch::Schema& schema = *plan.stream.schema;
  if (schema.size() == 0 || schema.find(column)) return;
  std::vector<std::string> names;
  for (const batch::Column& each : schema.columns()) names.push_back(each.name);
  std::string near = nearest(column, names);
  throw Error(ErrorCode::sync_column,
              fmt::format("The stream {} has no column `{}` for its {}{}", plan.stream.name, column, setting,
                          near.empty() ? "" : fmt::format("; did you mean `{}`?", near)),
              plan.settings.where);
}

}  // namespace

stream::Target target_of(const Connection& connection, const StreamPlan& plan, const Projection& projection,
                         const SyncOptions& options) {
  stream::Target target;
  target.connection = connection.name;
  target.stream = plan.stream.name;
  target.schema = connection.schema;
  target.table = plan.settings.table.empty() ? plan.stream.name : plan.settings.table;
  target.columns = projection.check(*plan.stream.schema);
  target.mode = plan.settings.mode;
  if (options.full_refresh) {
    if (target.mode == WriteMode::append) target.mode = WriteMode::overwrite;
    if (target.mode == WriteMode::append_dedup) target.mode = WriteMode::overwrite_dedup;
  }
  target.metadata_prefix = connection.metadata_prefix;
  target.strategy = plan.settings.strategy;
  target.deletes_hard = plan.settings.deletes_hard;
  bool from_the_beginning = options.full_refresh || plan.sync_mode == stream::SyncMode::full_refresh;
  target.is_complete = from_the_beginning && !options.window;
  const auto& key = plan.settings.primary_key.empty() ? plan.stream.primary_key : plan.settings.primary_key;
  const auto& cursor =
      plan.settings.cursor_field.empty() ? plan.stream.cursor_field : plan.settings.cursor_field;
  bool needs_key = target.mode != WriteMode::append && target.mode != WriteMode::overwrite;
  if (needs_key && key.empty()) {
    throw Error(ErrorCode::config_invalid,
                fmt::format("The mode {} of stream {} needs a primary key, and the source names none",
                            stream::name(target.mode), plan.stream.name),
                plan.settings.where)
        .fix("Add `primary_key: [column]` to the stream, or use `append` or `overwrite`.");
  }
  for (const std::string& column : plan.settings.primary_key) require_column(plan, column, "primary_key");
  if (!plan.settings.cursor_field.empty()) require_column(plan, plan.settings.cursor_field, "cursor_field");
  target.primary_key = arriving(plan, projection, key);
  target.has_children = !plan.settings.child_tables.empty();
  if (target.has_children && (key.empty() || target.mode == WriteMode::scd2)) {
    throw Error(ErrorCode::config_invalid,
                fmt::format("`child_tables` of stream {} need a primary key and another mode than scd2",
                            plan.stream.name),
                plan.settings.where)
        .fix("Add `primary_key: [column]` to the stream, or take lists apart in a model.");
  }
  target.merge_key = arriving(plan, projection, plan.settings.merge_key);
  if (!plan.settings.delete_column.empty()) {
    require_column(plan, plan.settings.delete_column, "delete_column");
    target.delete_column = arriving(plan, projection, {plan.settings.delete_column})[0];
  }
  // A cursor that is dropped orders nothing any more; then arrival does.
  if (!cursor.empty()) target.cursor_field = projection.arriving_name(cursor);
  return target;
}

void keep_dead_letters(stream::Destination& destination, stream::Target target,
                       std::vector<stream::RejectedRecord>&& rejected, Env& env, const std::string& run_id) {
  target.mode = WriteMode::append;  // replaces and merges nothing
  target.deletes_hard = target.is_bag = target.is_newest = target.clears = false;
  stream::Commit commit;
  commit.load_id = env.uuid();
  commit.run_id = run_id;
  commit.started_at = commit.committed_at = env.now();
  commit.rejected = std::move(rejected);
  destination.begin(target)->commit(commit);
}

void keep_discarded(std::vector<stream::RejectedRecord>&& discarded, StreamResult& result, std::int64_t& kept,
                    std::vector<stream::RejectedRecord>& letters) {
  constexpr std::int64_t kLettersKept = 10'000;
  result.rows_discarded += static_cast<std::int64_t>(discarded.size());
  for (stream::RejectedRecord& record : discarded) {
    if (kept++ >= kLettersKept) return;
    letters.push_back(std::move(record));
  }
}

// Rows of an overwrite become visible at its end only, and what is absent is known only there.
bool StreamSync::commits_at_end() const {
  return target_.mode == WriteMode::overwrite || target_.mode == WriteMode::overwrite_dedup ||
         (target_.mode == WriteMode::scd2 && target_.is_complete);
}

void StreamSync::open_gate() {
  bool has_key = target_.mode != WriteMode::append && target_.mode != WriteMode::overwrite;
  gate_.emplace(plan_.settings, destination_, destination_.columns(target_),
                has_key ? target_.primary_key : std::vector<std::string>{});
  last_columns_ = destination_.last_columns(connection_.name, plan_.stream.name);
  for (const batch::Column& column : plan_.stream.schema->columns()) {
    std::string name = projection_.arriving_name(column.name);
    bool cut = name != column.name && name == fit_name(column.name, destination_.naming());
    if (cut) {
      result_.changes.push_back(
          {SchemaChange::Kind::renamed, column.name, fmt::format("arrives as `{}`", name)});
    }
  }
}

// Compares what arrived with what the load before brought.
void StreamSync::tell_changes() {
  for (SchemaChange& change : gate_->take_changes()) result_.changes.push_back(std::move(change));
  for (SchemaChange& change : changes_between(last_columns_, arrived_columns_))
    result_.changes.push_back(std::move(change));
  sync::tell_changes(env_, connection_.name, plan_.stream.name, result_.changes);
}

void StreamSync::run() {
  target_ = target_of(connection_, plan_, projection_, options_);
  result_.schema = target_.schema;
  result_.table = target_.table;
  state_ = destination_.read_state(connection_.name, plan_.stream.name);
  last_commit_ = env_.steady();
  open_gate();

  read_side_by_side<QueueItem>(
      static_cast<std::size_t>(connection_.queue_bytes), [this](Queue& queue) { read_into(queue); },
      [this](QueueItem item) {
        env_.check_cancelled();
        std::visit([this](auto&& held) { take(std::move(held)); }, std::move(item));
      },
      [this](bool failed) {
        if (!failed) return;
        load_.reset();
        if (result_.rows_rejected > connection_.dead_letters_max && gate_->is_open())
          keep_dead_letters(destination_, target_, std::move(rejected_), env_, options_.run_id);
      });
  finish();
}

void StreamSync::read_into(Queue& queue) {
  stream::Selection selection;
  selection.stream = plan_.stream;
  if (!plan_.settings.cursor_field.empty()) selection.stream.cursor_field = plan_.settings.cursor_field;
  selection.mode = plan_.sync_mode;
  selection.window = options_.window;
  bool from_the_beginning = options_.full_refresh || plan_.sync_mode == stream::SyncMode::full_refresh;
  if (!from_the_beginning) selection.state = state_;
  QueueSink sink(queue, env_);
  source_.read(std::span(&selection, 1), sink);
}

stream::Load& StreamSync::load() {
  if (!load_) {
    load_started_ = env_.now();
    load_ = destination_.begin(target_);
  }
  return *load_;
}

void StreamSync::take(batch::RecordBatch&& batch) {
  std::int64_t rows = static_cast<std::int64_t>(batch.rows());
  std::int64_t bytes = static_cast<std::int64_t>(batch.byte_size());
  if (rows == 0) return;
  batch::RecordBatch projected = projection_.apply(flatten_.apply(std::move(batch)));
  if (projected.schema()->columns() != arrived_columns_) note_arrived(*projected.schema());
  Refused refused;
  batch::RecordBatch arriving = gate_->pass(
      std::move(projected),
      [this](std::size_t column) -> const std::string& { return projection_.source_name(column); }, refused);
  keep_discarded(std::move(refused.discarded), result_, discarded_kept_, rejected_);
  result_.values_discarded += refused.values_discarded;
  env_.failpoint("sync_before_write");
  if (gate_->is_open()) {
    load().write(std::move(arriving));
  } else {
    result_.rows_discarded += static_cast<std::int64_t>(arriving.rows());
  }
  for (stream::RejectedRecord& record : refused.rejected) {
    --result_.rows_read;  // counted with its batch
    take(std::move(record));
  }
  rows_after_checkpoint_ = true;
  staged_rows_ += rows;
  staged_bytes_ += bytes;
  result_.rows_read += rows;
  result_.bytes += bytes;
  env_.emit(
      {"batch_loaded",
       EventLevel::progress,
       {{"connection", connection_.name}, {"stream", plan_.stream.name}, {"rows", rows}, {"bytes", bytes}}});
}

void StreamSync::note_arrived(const batch::Schema& schema) {
  note_children(schema);
  for (const batch::Column& column : schema.columns()) {
    auto known = std::find_if(arrived_columns_.begin(), arrived_columns_.end(),
                              [&](const batch::Column& each) { return each.name == column.name; });
    if (known == arrived_columns_.end()) {
      arrived_columns_.push_back({column.name, column.type});
    } else {
      known->type = batch::common_type(known->type, column.type);
    }
  }
}

void StreamSync::note_children(const batch::Schema& schema) {
  for (std::size_t i = 0; i < schema.size(); ++i) {
    if (schema[i].type.kind != batch::TypeKind::json) continue;
    bool wanted =
        std::any_of(plan_.settings.child_tables.begin(), plan_.settings.child_tables.end(),
                    [&](const std::string& glob) { return matches_glob(glob, projection_.source_name(i)); });
    bool known = std::any_of(children_.begin(), children_.end(),
                             [&](const stream::ChildTable& each) { return each.column == schema[i].name; });
    if (!wanted || known) continue;
    std::string table = fit_name(target_.table + "__" + schema[i].name, destination_.naming());
    children_.push_back({schema[i].name, table});
  }
}

void StreamSync::take(stream::RejectedRecord&& record) {
  ++result_.rows_rejected;
  ++result_.rows_read;
  rows_after_checkpoint_ = true;
  rejected_.push_back(std::move(record));
  if (result_.rows_rejected <= connection_.dead_letters_max) return;
  const stream::RejectedRecord& last = rejected_.back();
  throw Error(ErrorCode::sync_dead_letters,
              fmt::format("{} {} rejected and `dead_letters_max` is {}; the last one's field `{}`: {}",
                          format_count(result_.rows_rejected),
                          result_.rows_rejected == 1 ? "record was" : "records were",
                          format_count(connection_.dead_letters_max), last.field, last.reason),
              connection_.where);
}

void StreamSync::take(Checkpoint&& checkpoint) {
  checkpoint_ = std::move(checkpoint);
  rows_after_checkpoint_ = false;
  // A backfill has no state to keep on the way.
  if (!commits_at_end() && commit_is_due()) commit();
}

bool StreamSync::state_moves() const {
  return !options_.window && !checkpoint_->state.empty() && !(checkpoint_->state == state_);
}

bool StreamSync::commit_is_due() {
  if (staged_rows_ == 0 && rejected_.empty() && !state_moves()) return false;
  if (connection_.commit_interval.count() == 0 && connection_.commit_bytes == 0) return true;
  bool late =
      connection_.commit_interval.count() > 0 && env_.steady() - last_commit_ >= connection_.commit_interval;
  bool large = connection_.commit_bytes > 0 && staged_bytes_ >= connection_.commit_bytes;
  return late || large;
}

void StreamSync::finish() {
  if (rows_after_checkpoint_) {
    throw Error(ErrorCode::internal, "The source ended a stream without a checkpoint", plan_.stream.name);
  }
  if (!checkpoint_) checkpoint_ = Checkpoint{};
  bool first_sync = result_.commits == 0 && state_.empty();
  tell_changes();
  if (load_ || commits_at_end() || !rejected_.empty() || state_moves() || first_sync) commit();
}

void StreamSync::commit() {
  if (!gate_->is_open()) return;  // no table and no state: all of it comes once there is a table
  stream::Commit commit;
  if (checkpoint_) commit.partition = checkpoint_->partition;
  if (checkpoint_ && !options_.window) commit.state = checkpoint_->state;
  commit.load_id = env_.uuid();
  commit.run_id = options_.run_id;
  stream::Load& open = load();
  commit.started_at = load_started_;
  commit.committed_at = env_.now();
  commit.bytes_read = staged_bytes_;
  commit.rejected = std::move(rejected_);
  commit.columns = arrived_columns_;
  commit.children = children_;
  env_.failpoint("sync_before_commit");
  stream::LoadResult loaded = open.commit(commit);
  env_.failpoint("sync_after_commit");
  load_.reset();
  rejected_.clear();
  discarded_kept_ = 0;
  if (!commit.state.empty()) state_ = commit.state;
  result_.rows_inserted += loaded.rows_inserted;
  result_.rows_updated += loaded.rows_updated;
  result_.rows_unchanged += loaded.rows_unchanged;
  result_.rows_deleted += loaded.rows_deleted;
  ++result_.commits;
  if (loaded.rows_changed() > 0) result_.last_changing_load = commit.load_id;
  env_.emit({"partition_committed",
             EventLevel::progress,
             {{"connection", connection_.name},
              {"stream", plan_.stream.name},
              {"partition", commit.partition},
              {"rows", staged_rows_},
              {"rows_inserted", loaded.rows_inserted},
              {"rows_updated", loaded.rows_updated},
              {"rows_unchanged", loaded.rows_unchanged}}});
  staged_rows_ = staged_bytes_ = 0;
  last_commit_ = env_.steady();
}

}  // namespace leat::sync

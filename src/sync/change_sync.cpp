#include "sync/change_sync.h"

#include <fmt/core.h>

#include <algorithm>
#include <exception>

#include "base/units.h"
#include "sync/schema_changes.h"
#include "sync/side_by_side.h"
#include "sync/stream_sync.h"

namespace leat::sync {

using stream::WriteMode;

namespace {
constexpr std::size_t kSmallItemBytes = 256;
constexpr int kAttemptsMax = 8;
constexpr std::chrono::milliseconds kFirstWait{250}, kLongestWait{15'000};
}  // namespace

struct ChangeSync::Lane {
  Lane(const StreamPlan& given, stream::Naming naming, StreamResult& to)
      : plan(given), projection(plan.settings, naming), result(to) {}
  StreamPlan plan;
  Projection projection;
  std::optional<Gate> gate;
  stream::Target target;
  StreamResult& result;
  StreamResult committed;  // what stands: a try that fails counts for nothing
  std::vector<stream::RejectedRecord> rejected;
  std::int64_t discarded_kept = 0;                         // of them, in the load that is open
  std::optional<std::vector<batch::Column>> last_columns;  // of the load before
  std::vector<batch::Column> columns;                      // that came since the last commit
  std::int64_t staged = 0, bytes = 0;
  Timestamp started;
};

class ChangeSync::QueueSink : public stream::Sink {
 public:
  QueueSink(ChangeSync& sync, Queue& queue) : sync_(sync), queue_(queue), lanes_(sync.lanes_.size()) {}
  void batch(std::size_t index, batch::RecordBatch&& batch) override {
    std::size_t bytes = batch.byte_size();
    push(Rows{index, std::move(batch)}, bytes);
  }
  void checkpoint(std::size_t, stream::State, std::string) override {}
  void reject(std::size_t index, stream::RejectedRecord&& record) override {
    std::size_t bytes = record.record.size() + kSmallItemBytes;
    push(Rejected{index, std::move(record)}, bytes);
  }
  void replace(std::size_t index) override { push(Replaced{index}, kSmallItemBytes); }
  void gather(std::size_t index) override { push(Gathered{index}, kSmallItemBytes); }
  void clear(std::size_t index) override { push(Cleared{index}, kSmallItemBytes); }
  std::optional<std::size_t> add(const stream::Stream& stream) override {
    if (!sync_.connection_.streams.empty()) return std::nullopt;  // it names what it wants
    push(Added{stream}, kSmallItemBytes);
    return lanes_++;
  }
  void checkpoint_all(stream::State state) override { push(std::move(state), kSmallItemBytes); }
  void settle() override {
    {
      std::lock_guard lock(sync_.mutex_);
      sync_.settled_ = false;
    }
    push(Settled{}, kSmallItemBytes);
    sync_.settle();
  }

 private:
  void push(Item&& item, std::size_t bytes) {
    sync_.env_.check_cancelled();
    if (!queue_.push(std::move(item), bytes))
      throw Error(ErrorCode::cancelled, "The streams' writer has stopped");
  }
  ChangeSync& sync_;
  Queue& queue_;
  std::size_t lanes_;  // with those that the writer has not made yet
};

ChangeSync::ChangeSync(const Connection& connection, std::span<const StreamPlan> plans,
                       const SourceFactory& open_source, const DestinationFactory& open_destination, Env& env,
                       const SyncOptions& options, std::span<StreamResult> results)
    : connection_(connection),
      open_source_(open_source),
      open_destination_(open_destination),
      env_(env),
      options_(options),
      source_(open_source()),
      destination_(open_destination()) {
  plan_lanes(plans, results);
}

void ChangeSync::plan_lanes(std::span<const StreamPlan> plans, std::span<StreamResult> results) {
  SyncOptions merging = options_;
  merging.full_refresh = false;  // the source says when rows replace a table
  for (std::size_t i = 0; i < plans.size(); ++i) {
    Lane& lane = *lanes_.emplace_back(std::make_unique<Lane>(plans[i], destination_->naming(), results[i]));
    const stream::Stream& stream = lane.plan.stream;
    shared_ = stream.shared_state;
    bool has_key = !stream.primary_key.empty() || !lane.plan.settings.primary_key.empty();
    if (lane.plan.settings.mode == WriteMode::scd2)
      throw Error(ErrorCode::config_invalid,
                  fmt::format("{} is a stream of changes, which has its own history", stream.name),
                  lane.plan.settings.where)
          .fix(fmt::format(
              "Leave `mode` out and set `history: true` in the source: the table {}_changes has each "
              "change, its time and its order; versions with valid_from and valid_to are a model on it.",
              stream.name));
    if (!lane.plan.settings.flatten.empty() || !lane.plan.settings.child_tables.empty())
      throw Error(ErrorCode::config_invalid,
                  fmt::format("{} is a stream of changes, whose columns arrive as they are: no `flatten`, no "
                              "`child_tables`",
                              stream.name),
                  lane.plan.settings.where)
          .fix("Leave them out, and take the column apart in a model.");
    lane.plan.settings.mode = has_key && !stream.is_log ? WriteMode::append_dedup : WriteMode::append;
    if (lane.plan.settings.delete_column.empty()) lane.plan.settings.delete_column = stream.delete_column;
    lane.target = target_of(connection_, lane.plan, lane.projection, merging);
    lane.target.is_newest = has_key;
    lane.target.is_bag = !has_key && !stream.is_log;
    lane.target.deletes_hard = lane.plan.settings.deletes_hard || stream.deletes_hard || lane.target.is_bag;
    lane.target.cursor_field.clear();  // what comes later is newer
    lane.result.schema = lane.target.schema;
    lane.result.table = lane.target.table;
    lane.committed = lane.result;
  }
}

ChangeSync::~ChangeSync() = default;

void ChangeSync::run() {
  std::chrono::milliseconds wait = kFirstWait;
  for (int tried = 1;; ++tried) {
    moved_ = false;
    try {
      if (!source_) source_ = open_source_();
      if (!destination_) destination_ = open_destination_();
      return attempt();
    } catch (const Error& error) {
      if (moved_) {
        tried = 1;
        wait = kFirstWait;
      }
      // One that follows has no other end; what is not committed comes again next time.
      if (options_.follow && error.code() == ErrorCode::cancelled) return;
      bool is_lost = error.retryable() || error.code() == ErrorCode::warehouse_connect;
      if (error.code() == ErrorCode::sync_dead_letters) keep_letters();
      if (!is_lost || (!options_.follow && tried >= kAttemptsMax)) throw;
      env_.emit(
          {"changes_retried",
           EventLevel::warning,
           {{"connection", connection_.name}, {"reason", error.what_failed()}, {"wait_ms", wait.count()}}});
    }
    load_.reset();
    source_.reset();
    destination_.reset();
    env_.wait(wait);
    wait = std::min(2 * wait, kLongestWait);
  }
}

void ChangeSync::keep_letters() {
  for (auto& lane : lanes_) {
    if (!lane->rejected.empty())
      keep_dead_letters(*destination_, lane->target, std::move(lane->rejected), env_, options_.run_id);
  }
}

void ChangeSync::attempt() {
  state_ = destination_->read_state(connection_.name, shared_);
  for (auto& lane : lanes_) {
    lane->result = lane->committed;
    open_gate(*lane);
  }
  {
    std::lock_guard lock(mutex_);
    over_ = false;
  }
  read_side_by_side<Item>(
      static_cast<std::size_t>(connection_.queue_bytes), [this](Queue& queue) { read_into(queue); },
      [this](Item item) { std::visit([this](auto&& held) { take(std::move(held)); }, std::move(item)); },
      [this](bool) { give_up(); });  // what came after the last checkpoint
}

void ChangeSync::open_gate(Lane& lane) {
  lane.gate.emplace(lane.plan.settings, *destination_, destination_->columns(lane.target),
                    lane.target.is_bag ? std::vector<std::string>{} : lane.target.primary_key);
  if (!lane.gate->is_open())
    throw Error(ErrorCode::sync_contract,
                fmt::format("The stream {} has no table, and its contract makes none: changes that pass now "
                            "would be missed for ever",
                            lane.plan.stream.name),
                lane.plan.settings.where)
        .fix("Set `contract: {tables: evolve}`, or leave it out of the connection's `streams`.");
  lane.rejected.clear();
  lane.columns.clear();
  lane.staged = lane.bytes = lane.discarded_kept = 0;
}

void ChangeSync::read_into(Queue& queue) {
  std::vector<stream::Selection> selections;
  for (const auto& lane : lanes_) {
    stream::Selection& selection = selections.emplace_back();
    selection.stream = lane->plan.stream;
    selection.follow = options_.follow;
    bool fresh = options_.full_refresh && !resumes_;
    selection.mode = fresh ? stream::SyncMode::full_refresh : stream::SyncMode::incremental;
    if (!fresh) selection.state = state_;
  }
  QueueSink sink(*this, queue);
  source_->read(selections, sink);
}

// Undoes what is not committed, and lets a reader that waits for it go.
void ChangeSync::give_up() {
  load_.reset();
  pending_.clear();
  if (together_) destination_->abandon_together();
  together_ = false;
  std::lock_guard lock(mutex_);
  over_ = true;
  changed_.notify_all();
}

void ChangeSync::settle() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return settled_ || over_; });
  if (!settled_) throw Error(ErrorCode::cancelled, "The streams' writer has stopped");
}

void ChangeSync::take(Settled&&) {
  std::lock_guard lock(mutex_);
  settled_ = true;
  changed_.notify_all();
}

void ChangeSync::take(Added&& added) {
  close();  // the destination is asked for the table
  StreamPlan plan;
  plan.settings.name = added.stream.name;
  plan.settings.where = connection_.where;
  plan.sync_mode = stream::SyncMode::incremental;
  plan.stream = std::move(added.stream);
  StreamResult& result = added_.emplace_back();
  result.stream = plan.stream.name;
  plan_lanes({&plan, 1}, {&result, 1});
  open_gate(*lanes_.back());
}

void ChangeSync::open(std::size_t index, bool replaces, bool clears) {
  close();
  if (!together_) {
    if (!destination_->begin_together(lanes_[index]->target.schema)) {
      throw Error(ErrorCode::config_invalid, "This warehouse takes no changes", connection_.where)
          .fix("Read these tables with `method: read` or `xmin`, or choose another target.");
    }
    together_ = true;
  }
  Lane& lane = *lanes_[index];
  stream::Target target = lane.target;
  target.clears = clears;
  if (replaces) {
    target.mode = target.mode == WriteMode::append_dedup ? WriteMode::overwrite_dedup : WriteMode::overwrite;
    target.is_newest = target.is_bag = false;
  }
  lane.started = env_.now();
  load_has_keys_once_ = replaces;
  load_has_rows_ = false;
  if (!lane.last_columns)
    lane.last_columns = destination_->last_columns(connection_.name, lane.plan.stream.name);
  load_ = destination_->begin(target);
  open_lane_ = index;
}

void ChangeSync::close() {
  if (!load_) return;
  Lane& lane = *lanes_[open_lane_];
  stream::Commit commit;
  commit.load_id = env_.uuid();
  commit.run_id = options_.run_id;
  commit.started_at = lane.started;
  commit.committed_at = env_.now();
  commit.bytes_read = lane.bytes;
  commit.rejected = std::move(lane.rejected);
  commit.columns = lane.columns;
  stream::LoadResult loaded = load_->commit(commit);
  load_.reset();
  lane.rejected.clear();
  Closed closed{open_lane_, commit.load_id, lane.staged};
  lane.staged = lane.bytes = lane.discarded_kept = 0;
  if (loaded.is_pending) {
    pending_.push_back(std::move(closed));
  } else {
    count(closed, loaded);
  }
}

void ChangeSync::count(const Closed& closed, const stream::LoadResult& loaded) {
  const Lane& lane = *lanes_[closed.lane];
  StreamResult& result = lane.result;
  result.rows_inserted += loaded.rows_inserted;
  result.rows_updated += loaded.rows_updated;
  result.rows_unchanged += loaded.rows_unchanged;
  result.rows_deleted += loaded.rows_deleted;
  if (loaded.rows_changed() > 0) result.last_changing_load = closed.load_id;
  env_.emit({"partition_committed",
             EventLevel::progress,
             {{"connection", connection_.name},
              {"stream", lane.plan.stream.name},
              {"partition", std::string()},
              {"rows", closed.staged},
              {"rows_inserted", loaded.rows_inserted},
              {"rows_updated", loaded.rows_updated},
              {"rows_unchanged", loaded.rows_unchanged}}});
}

// The columns whose values a row keeps are named as the source names them.
void ChangeSync::keep_names(Lane& lane, batch::RecordBatch& batch) const {
  std::optional<std::size_t> at = batch.schema()->find(stream::kKeptColumn);
  const StreamSettings& settings = lane.plan.settings;
  if (!at || (settings.rename.empty() && settings.names == ColumnNames::as_is)) return;
  batch::ColumnData& kept = batch.column(*at);
  batch::ColumnData named(kept.type());
  for (std::size_t row = 0; row < kept.size(); ++row) {
    if (kept.is_null(row)) {
      named.append_null();
      continue;
    }
    std::string_view names = kept.text(row);
    std::string out = ",";
    for (std::size_t from = 1; from < names.size();) {
      std::size_t comma = names.find(',', from);
      out += lane.projection.arriving_name(names.substr(from, comma - from)) + ",";
      from = comma + 1;
    }
    named.append_text(out);
  }
  kept = std::move(named);
}

// A load takes one row a key; the next batch may have the same keys again, or tell the deletion of rows of
// this one.
bool ChangeSync::takes_more(std::size_t index) const {
  if (!load_ || open_lane_ != index) return false;
  return load_has_keys_once_ || !load_has_rows_ || lanes_[index]->plan.stream.is_log;
}

void ChangeSync::take(Rows&& rows) {
  Lane& lane = *lanes_[rows.lane];
  auto count = static_cast<std::int64_t>(rows.batch.rows());
  auto bytes = static_cast<std::int64_t>(rows.batch.byte_size());
  if (count == 0) return;
  keep_names(lane, rows.batch);
  batch::RecordBatch projected = lane.projection.apply(std::move(rows.batch));
  lane.columns.clear();
  for (const batch::Column& column : projected.schema()->columns()) {
    if (!stream::is_for_loading(column.name)) lane.columns.push_back({column.name, column.type});
  }
  Refused refused;
  batch::RecordBatch arriving = lane.gate->pass(
      std::move(projected),
      [&lane](std::size_t column) -> const std::string& { return lane.projection.source_name(column); },
      refused);
  if (!takes_more(rows.lane)) open(rows.lane, false, false);
  load_has_rows_ = true;
  env_.failpoint("sync_before_write");
  load_->write(std::move(arriving));
  for (stream::RejectedRecord& record : refused.rejected) take(Rejected{rows.lane, std::move(record)});
  keep_discarded(std::move(refused.discarded), lane.result, lane.discarded_kept, lane.rejected);
  lane.result.values_discarded += refused.values_discarded;
  lane.staged += count;
  lane.bytes += bytes;
  lane.result.rows_read += count;
  lane.result.bytes += bytes;
  env_.emit({"batch_loaded",
             EventLevel::progress,
             {{"connection", connection_.name},
              {"stream", lane.plan.stream.name},
              {"rows", count},
              {"bytes", bytes}}});
}

void ChangeSync::take(Rejected&& rejected) {
  Lane& lane = *lanes_[rejected.lane];
  ++lane.result.rows_rejected;
  std::string field = rejected.record.field, reason = rejected.record.reason;
  lane.rejected.push_back(std::move(rejected.record));
  if (lane.result.rows_rejected <= connection_.dead_letters_max) return;
  throw Error(
      ErrorCode::sync_dead_letters,
      fmt::format(
          "{} records of {} were rejected and `dead_letters_max` is {}; the last one's field `{}`: {}",
          format_count(lane.result.rows_rejected), lane.plan.stream.name,
          format_count(connection_.dead_letters_max), field, reason),
      connection_.where);
}

void ChangeSync::take(Replaced&& replaced) {
  open(replaced.lane, true, false);
}

void ChangeSync::take(Gathered&& gathered) {
  open(gathered.lane, false, false);
  load_has_keys_once_ = true;
}

void ChangeSync::take(Cleared&& cleared) {
  open(cleared.lane, false, true);
  load_has_keys_once_ = true;
}

void ChangeSync::take(stream::State&& state) {
  close();
  if (!together_ && state == state_) return;
  env_.failpoint("sync_before_commit");
  bool alone = !together_;
  destination_->write_state(connection_.name, shared_, state);
  std::vector<stream::LoadResult> results;
  if (!alone) results = destination_->commit_together();
  together_ = false;
  for (std::size_t i = 0; i < results.size(); ++i) count(pending_[i], results[i]);
  pending_.clear();
  env_.failpoint("sync_after_commit");
  state_ = state;
  moved_ = resumes_ = true;
  for (auto& lane : lanes_) {
    ++lane->result.commits;
    tell_changes(*lane);
    lane->committed = lane->result;
  }
  source_->committed(state_);
}

void ChangeSync::tell_changes(Lane& lane) {
  std::vector<SchemaChange> changes = lane.gate->take_changes();
  if (!lane.columns.empty()) {
    for (SchemaChange& change : changes_between(*lane.last_columns, lane.columns))
      changes.push_back(std::move(change));
    lane.last_columns = std::move(lane.columns);
    lane.columns.clear();
  }
  // The gate finds the same again where batches with and without columns for loading take turns.
  std::erase_if(changes, [&](const SchemaChange& each) {
    return std::any_of(lane.result.changes.begin(), lane.result.changes.end(), [&](const SchemaChange& told) {
      return told.kind == each.kind && told.column == each.column && told.detail == each.detail;
    });
  });
  sync::tell_changes(env_, connection_.name, lane.plan.stream.name, changes);
  lane.result.changes.insert(lane.result.changes.end(), changes.begin(), changes.end());
}

}  // namespace leat::sync

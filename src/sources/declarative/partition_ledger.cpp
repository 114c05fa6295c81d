#include "sources/declarative/partition_ledger.h"

#include <algorithm>

#include "base/error.h"
#include "sources/declarative/json_value.h"

namespace leat::sources::declarative {
namespace {

constexpr std::size_t kOftenBelow = 100;        // partitions: a checkpoint after each slice
constexpr std::int64_t kSeldomEachMs = 30'000;  // with more: one in so long

Value partition_value(const jinja::Value& keys) {
  return document::parse_json(json_text(keys), "partition");
}

std::string key_of(const Value& partition) {
  return document::to_json(partition, true);
}

}  // namespace

PartitionLedger::PartitionLedger(Parts parts, const Value& state, const std::optional<stream::Window>& window)
    : parts_(std::move(parts)),
      window_(window),
      use_global_(parts_.cursor->is_global()),
      began_(parts_.env->steady()),
      last_checkpoint_(began_) {
  if (state.is_mapping()) read_state(state);
  newest_ = start(global_, false);
}

void PartitionLedger::read_state(const Value& state) {
  if (state.members().empty() || state.find("__ab_no_cursor_state_message")) return;
  if (!state.find("states") && !state.find("state")) return read_global(state);
  use_global_ = use_global_ || state["use_global_cursor"].boolean();
  lookback_s_ = state["lookback_window"].integer();
  for (const Value& each : state["states"].items()) {
    Entry& entry = entries_.emplace_back();
    entry.partition = each["partition"];
    entry.cursor = each["cursor"];
    entry.key = key_of(entry.partition);
    by_key_[entry.key] = &entry;
    ++count_;
  }
  if (state.find("state")) read_global(state["state"]);
  if (const Value* parents = state.find("parent_state"); parents && !parents->members().empty()) {
    parent_state_ = *parents;
  }
}

void PartitionLedger::read_global(const Value& state) {
  if (state.find(parts_.cursor->field())) global_ = start(state, false)->state();
}

std::unique_ptr<CursorRun> PartitionLedger::start(const Value& state, bool with_lookback) const {
  return parts_.cursor->start({state, window_, std::chrono::seconds(with_lookback ? lookback_s_ : 0)},
                              *parts_.requester);
}

PartitionLedger::Entry* PartitionLedger::open(const jinja::Value& keys, Value parent_state) {
  limit();
  Value partition = partition_value(keys);
  std::string key = key_of(partition);
  if (!begun_.insert(key).second) {
    parts_.env->emit(
        {"partition_repeated", EventLevel::warning, {{"stream", parts_.stream}, {"partition", key}}});
    return nullptr;
  }
  auto found = by_key_.find(key);
  Entry* entry = found != by_key_.end() ? found->second : nullptr;
  if (entry) {
    entry->run = start(entry->cursor, false);
  } else {
    entry = &entries_.emplace_back();
    entry->partition = std::move(partition);
    entry->key = key;
    entry->run = start(global_, !global_.is_null());
    by_key_[key] = entry;
    ++count_;
  }
  entry->parent_state = std::move(parent_state);
  reading_.push_back(entry);
  return entry;
}

// Forgets partitions of earlier reads when there are too many.
void PartitionLedger::limit() {
  if (!use_global_ && count_ > kGlobalBeyond) {
    use_global_ = true;
    parts_.env->emit({"partitions_too_many", EventLevel::warning, {{"stream", parts_.stream}}});
  }
  for (auto it = entries_.begin(); entries_.size() >= kRememberedMax && it != entries_.end();) {
    bool idle = !it->run || it->closed;
    if (!idle) {
      ++it;
      continue;
    }
    by_key_.erase(it->key);
    it = entries_.erase(it);
  }
}

void PartitionLedger::observe(Entry& entry, const batch::RecordBatch& batch) {
  saw_records_ = saw_records_ || batch.rows() > 0;
  newest_->observe(batch);
  entry.run->observe(batch);
}

void PartitionLedger::observe(Entry& entry, const jinja::Value& record) {
  saw_records_ = true;
  newest_->observe(record);
  entry.run->observe(record);
}

void PartitionLedger::close(Entry& entry) {
  entry.cursor = entry.run->state();
  entry.closed = true;
  while (!reading_.empty() && reading_.front()->closed) {
    Entry* front = reading_.front();
    if (!front->parent_state.is_null()) parent_state_ = front->parent_state;
    front->run.reset();
    reading_.pop_front();
  }
}

void PartitionLedger::finish(Value parent_state) {
  if (saw_records_) {
    newest_->close_window();
    global_ = newest_->state();
    lookback_s_ = std::chrono::ceil<std::chrono::seconds>(parts_.env->steady() - began_).count();
  }
  if (!parent_state.is_null()) parent_state_ = std::move(parent_state);
}

Value PartitionLedger::state() const {
  Value out = Value::mapping();
  out.set("use_global_cursor", Value::of(use_global_));
  if (!use_global_) {
    Value states = Value::list();
    for (const Entry& entry : entries_) {
      Value cursor = entry.run ? entry.run->state() : entry.cursor;
      if (cursor.members().empty()) continue;
      Value row = Value::mapping();
      row.set("partition", entry.partition);
      row.set("cursor", std::move(cursor));
      states.items().push_back(std::move(row));
    }
    out.set("states", std::move(states));
  }
  if (!global_.is_null()) out.set("state", global_);
  out.set("lookback_window", Value::of(lookback_s_));
  if (parent_state_) out.set("parent_state", *parent_state_);
  return out;
}

bool PartitionLedger::wants_checkpoint() {
  // A state of many partitions is too long to be written after each.
  auto now = parts_.env->steady();
  bool due = parts_.env->elapsed_ms(last_checkpoint_) >= kSeldomEachMs;
  if (!due && (use_global_ || entries_.size() >= kOftenBelow)) return false;
  last_checkpoint_ = now;
  return true;
}

}  // namespace leat::sources::declarative

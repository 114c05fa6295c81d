#include "sources/declarative/slice_feed.h"

#include <fmt/core.h>

#include <deque>

#include "base/error.h"
#include "jinja/operations.h"
#include "sources/declarative/json_value.h"
#include "sources/declarative/partition_ledger.h"

namespace leat::sources::declarative {
namespace {

Value no_cursor_state() {
  Value state = Value::mapping();
  state.set("__ab_no_cursor_state_message", Value::of(true));
  return state;
}

StreamSlice slice_of(const Partition& part, const CursorWindow* window) {
  StreamSlice out;
  out.partition = part.keys;
  out.extra = part.extra;
  out.keys = jinja::Value::dict();
  auto add = [&](const jinja::Value& keys) {
    keys.as_dict().each(
        [&](const jinja::Value& key, const jinja::Value& value) { out.keys.as_dict().set(key, value); });
  };
  add(part.keys);
  if (window) {
    out.window = window->keys;
    add(window->keys);
    out.name = window->name;
  }
  return out;
}

// No cursor: the parts of the router, or one.
class PlainFeed final : public SliceFeed {
 public:
  PlainFeed(const FeedParts& parts, const Value& state)
      : run_(parts.router ? parts.router->start(state) : nullptr) {}
  std::optional<StreamSlice> next() override {
    if (!run_) return std::exchange(given_, true) ? std::nullopt : std::optional(StreamSlice{});
    std::optional<Partition> part = run_->next();
    if (!part) return std::nullopt;
    return slice_of(*part, nullptr);
  }
  void observe(const batch::RecordBatch&) override {}
  void observe(const jinja::Value&) override {}
  bool covers(const jinja::Value&) const override { return true; }
  bool end_slice() override { return false; }
  Value state() const override { return no_cursor_state(); }

 private:
  std::unique_ptr<PartitionRun> run_;
  bool given_ = false;
};

// A cursor and no router: its windows.
class WindowFeed final : public SliceFeed {
 public:
  WindowFeed(const FeedParts& parts, const Value& state, const std::optional<stream::Window>& window)
      : run_(parts.cursor->start({state, window, std::chrono::seconds(0)}, *parts.requester)) {}
  std::optional<StreamSlice> next() override {
    std::optional<CursorWindow> window = run_->next();
    if (!window) return std::nullopt;
    return slice_of({}, &*window);
  }
  void observe(const batch::RecordBatch& batch) override { run_->observe(batch); }
  void observe(const jinja::Value& record) override { run_->observe(record); }
  bool covers(const jinja::Value& record) const override { return run_->covers(record); }
  bool end_slice() override {
    run_->close_window();
    return true;
  }
  Value state() const override { return run_->state(); }
  std::optional<jinja::Value> rest_of(const StreamSlice& slice) const override {
    return run_->rest_of(slice.window);
  }

 private:
  std::unique_ptr<CursorRun> run_;
};

// A cursor for each part of the router.
class PartitionFeed final : public SliceFeed {
 public:
  PartitionFeed(const FeedParts& parts, const Value& state, const std::optional<stream::Window>& window)
      : ledger_({parts.cursor, parts.requester, parts.env, parts.stream}, state, window),
        run_(parts.router->start(state)),
        keeps_parents_(!run_->parent_state().is_null()) {}

  std::optional<StreamSlice> next() override {
    while (true) {
      if (making_) {
        if (std::optional<CursorWindow> window = making_->run->next()) {
          ++making_->open;
          open_.push_back(making_);
          StreamSlice slice = slice_of(part_, &*window);
          slice.name = json_text(part_.keys) + " " + slice.name;
          return slice;
        }
        making_->all_given = true;
        if (making_->open == 0) ledger_.close(*making_);
        making_ = nullptr;
      }
      std::optional<Partition> part = run_->next();
      if (!part) return std::nullopt;
      part_ = std::move(*part);
      making_ = ledger_.open(part_.keys, keeps_parents_ ? run_->parent_state() : Value());
    }
  }
  void observe(const batch::RecordBatch& batch) override {
    if (!open_.empty()) ledger_.observe(*open_.front(), batch);
  }
  void observe(const jinja::Value& record) override {
    if (!open_.empty()) ledger_.observe(*open_.front(), record);
  }
  bool covers(const jinja::Value& record) const override {
    return open_.empty() || open_.front()->run->covers(record);
  }
  bool end_slice() override {
    PartitionLedger::Entry* entry = open_.front();
    open_.pop_front();
    --entry->open;
    entry->run->close_window();
    // Whether more windows follow is known once they were asked for.
    if (entry->all_given && entry->open == 0) ledger_.close(*entry);
    return ledger_.wants_checkpoint();
  }
  void finish() override { ledger_.finish(keeps_parents_ ? run_->parent_state() : Value()); }
  Value state() const override { return ledger_.state(); }
  std::optional<jinja::Value> rest_of(const StreamSlice& slice) const override {
    return open_.empty() ? std::nullopt : open_.front()->run->rest_of(slice.window);
  }

 private:
  PartitionLedger ledger_;
  std::unique_ptr<PartitionRun> run_;
  bool keeps_parents_;
  Partition part_;
  PartitionLedger::Entry* making_ = nullptr;
  std::deque<PartitionLedger::Entry*> open_;  // of each slice that has not ended, in order
};

}  // namespace

std::unique_ptr<SliceFeed> make_slice_feed(const FeedParts& parts, const Value& state,
                                           const std::optional<stream::Window>& window) {
  if (!parts.cursor) return std::make_unique<PlainFeed>(parts, state);
  if (!parts.router) return std::make_unique<WindowFeed>(parts, state, window);
  return std::make_unique<PartitionFeed>(parts, state, window);
}

}  // namespace leat::sources::declarative

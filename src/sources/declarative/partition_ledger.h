// PartitionLedger: the cursors of a stream's partitions, and the state that holds them all.
//
// Guarantees: the state has Airbyte's per-partition shape. Partitions of an earlier state that do not come
//   again stay in it. A partition that is new begins at the global cursor less the time the last read took.
//   Beyond 10,000 partitions only the global cursor is kept, for good; at most 25,000 partitions are
//   remembered.
// Threads: one at a time.
// Owns: one CursorRun a partition that is being read.
// Errors: Error(state_invalid).
// Source: behaviour of the Airbyte CDK's ConcurrentPerPartitionCursor.
#pragma once
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "sources/declarative/cursors.h"

namespace leat::sources::declarative {

class PartitionLedger {
 public:
  static constexpr std::size_t kGlobalBeyond = 10'000, kRememberedMax = 25'000;

  struct Parts {
    const Cursor* cursor = nullptr;
    const Requester* requester = nullptr;
    Env* env = nullptr;
    std::string stream;
  };
  struct Entry {
    std::string key;
    Value partition, cursor;         ///< as in the state; the cursor of the last closed window
    std::unique_ptr<CursorRun> run;  ///< while it is being read
    Value parent_state;              ///< of the parents once it was given out, null where they keep none
    std::size_t open = 0;            ///< windows that were given out and have not ended
    bool all_given = false, closed = false;
  };

  PartitionLedger(Parts parts, const Value& state, const std::optional<stream::Window>& window);

  /// Begins with a partition; nullptr when it was begun before in this read.
  Entry* open(const jinja::Value& keys, Value parent_state);
  void observe(Entry& entry, const batch::RecordBatch& batch);
  void observe(Entry& entry, const jinja::Value& record);
  /// All windows of the partition were read.
  void close(Entry& entry);
  /// Everything was read.
  void finish(Value parent_state);
  Value state() const;
  /// Tells whether enough changed since the last time that it said so.
  bool wants_checkpoint();

 private:
  void read_state(const Value& state);
  void read_global(const Value& state);
  std::unique_ptr<CursorRun> start(const Value& state, bool with_lookback) const;
  void limit();

  Parts parts_;
  std::optional<stream::Window> window_;
  std::list<Entry> entries_;
  std::map<std::string, Entry*, std::less<>> by_key_;
  std::set<std::string, std::less<>> begun_;
  std::list<Entry*> reading_;  // begun and not closed, in order
  std::size_t count_ = 0;
  bool use_global_;
  Value global_;                       // what new partitions begin at
  std::unique_ptr<CursorRun> newest_;  // collects the newest cursor of all records
  bool saw_records_ = false;
  std::int64_t lookback_s_ = 0;
  std::optional<Value> parent_state_;
  std::chrono::steady_clock::time_point began_, last_checkpoint_;
};

}  // namespace leat::sources::declarative

// StreamSync: carries one stream from its source to its destination: a reading thread fills the queue, the
// calling thread empties it into Loads and commits at checkpoints.
//
// Guarantees: see sync.h.
// Threads: run() blocks; it starts and joins the reading thread.
// Errors: run() throws what ended the stream; everything up to the last commit stands.
#pragma once
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "batch/bounded_queue.h"
#include "sync/flatten.h"
#include "sync/gate.h"
#include "sync/projection.h"
#include "sync/sync.h"

namespace leat::sync {

/// What travels through the queue, in the order of the source.
struct Checkpoint {
  stream::State state;
  std::string partition;
};
using QueueItem = std::variant<batch::RecordBatch, stream::RejectedRecord, Checkpoint>;
using Queue = batch::BoundedQueue<QueueItem>;

/// Where a plan's rows go; Error(config_invalid, sync_column) for settings that don't fit the stream.
stream::Target target_of(const Connection& connection, const StreamPlan& plan, const Projection& projection,
                         const SyncOptions& options);

/// Records that fail a stream are worth a look: keeps them without the rows and the state of their load.
void keep_dead_letters(stream::Destination& destination, stream::Target target,
                       std::vector<stream::RejectedRecord>&& rejected, Env& env, const std::string& run_id);

/// Counts what the contract discards, and puts it with a load's letters: a sample where it is much, since a
/// letter is kept in memory until its load commits. `kept` counts those of the load.
void keep_discarded(std::vector<stream::RejectedRecord>&& discarded, StreamResult& result, std::int64_t& kept,
                    std::vector<stream::RejectedRecord>& letters);

class StreamSync {
 public:
  StreamSync(const Connection& connection, const StreamPlan& plan, stream::Source& source,
             stream::Destination& destination, Env& env, const SyncOptions& options, StreamResult& result);
  void run();

 private:
  void read_into(Queue& queue);
  void take(batch::RecordBatch&& batch);
  void take(stream::RejectedRecord&& record);
  void take(Checkpoint&& checkpoint);
  void note_arrived(const batch::Schema& schema);
  void note_children(const batch::Schema& schema);
  void finish();
  void commit();
  bool commits_at_end() const;
  void open_gate();
  void tell_changes();
  bool state_moves() const;
  bool commit_is_due();
  stream::Load& load();

  const Connection& connection_;
  const StreamPlan& plan_;
  stream::Source& source_;
  stream::Destination& destination_;
  Env& env_;
  const SyncOptions& options_;
  StreamResult& result_;
  Flatten flatten_;
  Projection projection_;
  std::optional<Gate> gate_;
  stream::Target target_;
  stream::State state_;                   // the last committed one
  std::optional<Checkpoint> checkpoint_;  // the last one seen, not yet committed
  bool rows_after_checkpoint_ = false;
  std::unique_ptr<stream::Load> load_;
  std::vector<stream::RejectedRecord> rejected_;
  std::vector<stream::ChildTable> children_;
  std::int64_t discarded_kept_ = 0;  // of this load's letters
  std::vector<batch::Column> last_columns_, arrived_columns_;
  std::int64_t staged_rows_ = 0, staged_bytes_ = 0;
  Timestamp load_started_{};
  std::chrono::steady_clock::time_point last_commit_;
};

}  // namespace leat::sync

// ChangeSync: carries streams that share a state from one read of their source: a reading thread fills the
// queue, the calling thread applies what comes and commits all tables and the state in one transaction at
// checkpoints.
//
// Guarantees: the tables hold what they held at a checkpoint of the source, all of them at the same one.
//   Where source or destination lost its connection, both are opened again and the read goes on from there.
// Threads: run() blocks; it starts and joins the reading thread.
// Owns: the source and the destination, and what is under way.
// Errors: run() throws what ended the read; everything up to the last commit stands. Error(config_invalid)
//   for a destination whose loads can't share a transaction.
#pragma once
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "batch/bounded_queue.h"
#include "sync/gate.h"
#include "sync/projection.h"
#include "sync/sync.h"

namespace leat::sync {

class ChangeSync {
 public:
  /// One result for each plan, in their order; all outlive the sync.
  ChangeSync(const Connection& connection, std::span<const StreamPlan> plans,
             const SourceFactory& open_source, const DestinationFactory& open_destination, Env& env,
             const SyncOptions& options, std::span<StreamResult> results);
  ~ChangeSync();
  void run();

 private:
  struct Lane;
  struct Rows {
    std::size_t lane;
    batch::RecordBatch batch;
  };
  struct Rejected {
    std::size_t lane;
    stream::RejectedRecord record;
  };
  struct Replaced {
    std::size_t lane;
  };
  struct Gathered {
    std::size_t lane;
  };
  struct Cleared {
    std::size_t lane;
  };
  struct Settled {};
  struct Closed {
    std::size_t lane;
    std::string load_id;
    std::int64_t staged;
  };
  struct Added {
    stream::Stream stream;
  };
  using Item = std::variant<Rows, Rejected, Replaced, Gathered, Cleared, stream::State, Settled, Added>;
  using Queue = batch::BoundedQueue<Item>;
  class QueueSink;

  void plan_lanes(std::span<const StreamPlan> plans, std::span<StreamResult> results);
  void attempt();
  void read_into(Queue& queue);
  void take(Rows&& rows);
  void take(Rejected&& rejected);
  void take(Replaced&& replaced);
  void take(Gathered&& gathered);
  void take(Cleared&& cleared);
  void take(stream::State&& state);
  void take(Settled&& settled);
  void take(Added&& added);
  void open_gate(Lane& lane);
  void keep_names(Lane& lane, batch::RecordBatch& batch) const;
  bool takes_more(std::size_t lane) const;
  void open(std::size_t lane, bool replaces, bool clears);
  void close();
  void count(const Closed& closed, const stream::LoadResult& loaded);
  void settle();
  void give_up();
  void keep_letters();
  void tell_changes(Lane& lane);

  const Connection& connection_;
  const SourceFactory& open_source_;
  const DestinationFactory& open_destination_;
  Env& env_;
  const SyncOptions& options_;
  std::unique_ptr<stream::Source> source_;
  std::unique_ptr<stream::Destination> destination_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::deque<StreamResult> added_;  // of lanes that came while it was running
  std::string shared_;
  stream::State state_;
  std::size_t open_lane_ = 0;
  std::unique_ptr<stream::Load> load_;
  std::vector<Closed> pending_;  // whose results come with the commit
  bool load_has_keys_once_ = false, load_has_rows_ = false;
  bool together_ = false, moved_ = false, resumes_ = false;
  std::mutex mutex_;  // guards settled_, over_
  std::condition_variable changed_;
  bool settled_ = false, over_ = false;
};

}  // namespace leat::sync

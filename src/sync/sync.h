// Sync: one execution of a Connection: source -> queue -> destination, stream by stream.
//
// Guarantees: rows become visible only together with the state that covers them (Load::commit); a sync that
//   fails or dies leaves the streams at their last commit, and the next sync goes on from there. Memory is
//   the queue's limit for each stream in flight plus what source and destination hold.
// Threads: run_sync blocks its caller; inside, each stream in flight has a reading thread and a writing
//   thread.
// Owns: the sources and destinations that the factories make.
// Errors: what fails a stream is in its result, so that the others go on; run_sync throws only what concerns
//   all (the source can't be discovered, a stream that is asked for does not exist).
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/error.h"
#include "stream/destination.h"
#include "stream/source.h"
#include "sync/connection.h"
#include "sync/gate.h"

namespace leat::sync {

struct SyncOptions {
  std::vector<std::string> streams;      ///< empty means all of the connection
  bool full_refresh = false;             ///< reads from the beginning and replaces the tables
  std::optional<stream::Window> window;  ///< a backfill: does not touch the incremental state
  bool follow = false;  ///< streams that share a state are read on until the sync is stopped
  std::string run_id;                    ///< "" makes one
};

struct StreamResult {
  std::string stream;
  std::string schema, table;
  std::int64_t rows_read = 0, rows_inserted = 0, rows_updated = 0, rows_unchanged = 0, rows_deleted = 0,
               rows_rejected = 0;
  std::int64_t rows_discarded = 0, values_discarded = 0;  ///< by the contract
  std::vector<SchemaChange> changes;
  std::int64_t bytes = 0;
  std::int64_t commits = 0;
  std::int64_t took_ms = 0;
  std::string last_changing_load;  ///< id of the last load of this sync that changed rows; "" when none did
  std::optional<Error> error;
  std::int64_t rows_changed() const { return rows_inserted + rows_updated + rows_deleted; }
};

struct SyncResult {
  std::vector<StreamResult> streams;
};

using SourceFactory = std::function<std::unique_ptr<stream::Source>()>;
using DestinationFactory = std::function<std::unique_ptr<stream::Destination>()>;

/// One stream of a connection, matched with what the source offers.
struct StreamPlan {
  StreamSettings settings;
  stream::Stream stream;
  stream::SyncMode sync_mode = stream::SyncMode::full_refresh;
};

/// Matches the connection's streams (or `only` those) with the catalog; Error(source_stream_unknown) lists
/// near names.
std::vector<StreamPlan> plan_streams(const Connection& connection, const stream::Catalog& catalog,
                                     const std::vector<std::string>& only);

/// Runs one planned stream; what fails it is in the result.
StreamResult sync_stream(const Connection& connection, const StreamPlan& plan,
                         const SourceFactory& open_source, const DestinationFactory& open_destination,
                         Env& env, const SyncOptions& options);

/// Runs planned streams that share a state; what fails them is in each result.
std::vector<StreamResult> sync_together(const Connection& connection, const std::vector<StreamPlan>& plans,
                                        const SourceFactory& open_source,
                                        const DestinationFactory& open_destination, Env& env,
                                        const SyncOptions& options);

/// Runs the connection. The factories are called from several threads.
SyncResult run_sync(const Connection& connection, const SourceFactory& open_source,
                    const DestinationFactory& open_destination, Env& env, const SyncOptions& options);

}  // namespace leat::sync

// SliceFeed: the slices of one read of a stream, from router and cursor, and the state that they leave
// behind.
//
// Guarantees: slices end in the order in which they were given out; the state covers the slices that ended. A
//   partition that comes twice is read once. Beyond 10,000 partitions the state is one cursor for all.
// Threads: one at a time.
// Owns: the walks of router and cursor; must not outlive them.
// Errors: Error(state_invalid); what reading a parent stream throws.
// Source: behaviour of the Airbyte CDK's ConcurrentCursor, ConcurrentPerPartitionCursor and FinalStateCursor.
#pragma once
#include <memory>
#include <optional>

#include "sources/declarative/cursors.h"
#include "sources/declarative/retriever.h"

namespace leat::sources::declarative {

class SliceFeed {
 public:
  virtual ~SliceFeed() = default;
  /// The next slice, nullopt when there is none.
  virtual std::optional<StreamSlice> next() = 0;
  /// Tells of rows or a record of the oldest slice that has not ended.
  virtual void observe(const batch::RecordBatch& batch) = 0;
  virtual void observe(const jinja::Value& record) = 0;
  /// Whether a record lies in the time that the oldest open slice's cursor has to read.
  virtual bool covers(const jinja::Value& record) const = 0;
  /// Tells that the oldest slice that has not ended was read to its end; true when a checkpoint is worth
  /// while.
  virtual bool end_slice() = 0;
  /// Tells that everything was read.
  virtual void finish() {}
  virtual Value state() const = 0;
  /// What is left of a slice of which some pages were read, for an API that ends its pages early.
  virtual std::optional<jinja::Value> rest_of(const StreamSlice& /*slice*/) const { return std::nullopt; }
};

/// What a feed is made of; `router` and `cursor` may be null.
struct FeedParts {
  const PartitionRouter* router = nullptr;
  const Cursor* cursor = nullptr;
  const Requester* requester = nullptr;
  Env* env = nullptr;
  std::string stream;
};

std::unique_ptr<SliceFeed> make_slice_feed(const FeedParts& parts, const Value& state,
                                           const std::optional<stream::Window>& window);

}  // namespace leat::sources::declarative

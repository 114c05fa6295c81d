// PartitionRouter: cuts a stream into parts that are asked for one by one. PartitionRun: one walk along
// them.
//
// Guarantees: the same parts in the same order each time; parts that come from parent streams are read as
//   they are needed, page by page.
// Threads: a PartitionRouter is immutable; a PartitionRun is used by one thread.
// Owns: a PartitionRun the reads of its parents; it must not outlive its router.
// Errors: Error(config_invalid, source_unknown_component) when made; what reading a parent throws.
// Source: behaviour of the Airbyte CDK's partition routers.
#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "sources/declarative/request_parts.h"

namespace leat::sources::declarative {

/// A part of a stream.
struct Partition {
  jinja::Value keys = jinja::Value::dict();   ///< what names it in the state: goes into stream_slice
  jinja::Value extra = jinja::Value::dict();  ///< stream_slice.extra_fields
};

class PartitionRun {
 public:
  virtual ~PartitionRun() = default;
  /// The next part, nullopt at the end.
  virtual std::optional<Partition> next() = 0;
  /// How far the parents are: {parent's name: its state}; null where the router keeps none.
  virtual Value parent_state() const { return {}; }
};

class PartitionRouter : public RequestContributor {
 public:
  /// Starts a walk; `state` is the state of the stream that is cut (null: none), for parents that are read on
  /// from where they were.
  virtual std::unique_ptr<PartitionRun> start(const Value& state) const = 0;
  /// The keys that its parts have, as far as they are known.
  virtual std::vector<std::string> fields() const = 0;
};

/// Makes a router, or of a list of routers their product.
std::unique_ptr<PartitionRouter> make_partition_router(const Value& component, const Workshop& workshop);
std::unique_ptr<PartitionRouter> make_substream_router(const Value& component, const Workshop& workshop);

}  // namespace leat::sources::declarative

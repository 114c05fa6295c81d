// PartitionRouter: cuts a stream into parts that are asked for one by one.
//
// Guarantees: the same parts in the same order each time.
// Threads: immutable; any.
// Errors: Error(config_invalid, source_unknown_component) when made.
// Source: behaviour of the Airbyte CDK's partition routers.
#pragma once
#include <memory>
#include <vector>

#include "sources/declarative/request_parts.h"

namespace leat::sources::declarative {

class PartitionRouter : public RequestContributor {
 public:
  /// The parts, each a dict that goes into stream_slice.
  virtual std::vector<jinja::Value> partitions() const = 0;
};

/// Makes a router, or of a list of routers their product.
std::unique_ptr<PartitionRouter> make_partition_router(const Value& component, const Workshop& workshop);

}  // namespace leat::sources::declarative

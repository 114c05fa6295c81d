// Partition routers that connectors bring as Python classes, under the names that known_classes.h gives them.
//
// Guarantees: as PartitionRouter; but all parts are found before the first is handed out, at most a million.
// Threads: as PartitionRouter.
// Errors: as PartitionRouter; Error(config_invalid) where there are too many parts.
// Source: observed behaviour of the classes that Airbyte's public connectors bring along.
#pragma once
#include "sources/declarative/partition_routers.h"

namespace leat::sources::declarative {

/// The rows of all of them.
std::span<const ComponentRow<PartitionRouter>> custom_routers();

}  // namespace leat::sources::declarative

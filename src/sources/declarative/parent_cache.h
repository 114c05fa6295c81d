// Which streams' answers are kept while a connector runs: those that others are cut by are asked for once.
//
// Guarantees: only `use_cache` of requesters changes.
// Threads: any.
// Errors: none.
// Source: behaviour of the Airbyte CDK (cache for parent streams).
#pragma once
#include "document/value.h"

namespace leat::sources::declarative {

/// The manifest, or one stream of it, with the requesters of all parent streams caching.
document::Value with_parent_cache(const document::Value& manifest);

}  // namespace leat::sources::declarative

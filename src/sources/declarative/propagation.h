// Propagation: fills in the types that a manifest leaves out and hands `$parameters` down.
//
// Guarantees: a parameter stands in for a field that is missing or falsy (0, "", [], {} and false count as
//   such); a child's own parameters win over its parent's; a parameter does not enter the field of its own
//   name. JSON schemas are left alone.
// Threads: any.
// Errors: none.
// Source: behaviour of the Airbyte CDK's manifest_component_transformer.
#pragma once
#include "document/value.h"

namespace leat::sources::declarative {

/// Requires: references are resolved.
/// Of a parameter that a component sets and one of its parents too, the component's counts, or with
/// `parent_wins` the parent's.
document::Value propagate(const document::Value& manifest, bool parent_wins = false);

}  // namespace leat::sources::declarative

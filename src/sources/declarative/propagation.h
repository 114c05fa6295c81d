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
document::Value propagate(const document::Value& manifest);

}  // namespace leat::sources::declarative

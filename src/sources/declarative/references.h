// References: replaces every `$ref` of a manifest by what it points to.
//
// Guarantees: a pure function of the text; templates are never evaluated. Each part keeps the place where it
//   was written.
// Threads: any.
// Errors: Error(config_invalid) with file:line:column for a reference that leads nowhere or in a circle, and
//   for manifests that grow beyond 4 million parts.
// Source: behaviour of the Airbyte CDK's manifest_reference_resolver.
#pragma once
#include "document/value.h"

namespace leat::sources::declarative {

/// `{$ref: "#/a/b", more: 1}` takes the referenced mapping's members, its own win; a bare "#/a/b" is
/// replaced.
document::Value resolve_references(const document::Value& manifest);

}  // namespace leat::sources::declarative

// The declarative source: Airbyte's low-code connector YAML, run in-process. README.md says what it reads.
//
// Guarantees: see stream/source.h.
// Threads: see stream/source.h; `concurrency` threads fetch pages ahead.
// Owns: its HTTP connections.
// Errors: Error(config_invalid, source_unknown_component, document_syntax) from open.
// Source:
//   https://docs.airbyte.com/platform/connector-development/config-based/understanding-the-yaml-file/reference
#pragma once
#include "sources/source_kind.h"

namespace leat::sources::declarative {

extern const SourceKind kDeclarative;

}  // namespace leat::sources::declarative

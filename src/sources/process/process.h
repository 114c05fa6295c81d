// The process source: programs that speak the Airbyte protocol, and Singer taps, as a kind of source.
//
// Guarantees: see stream/source.h. A program's state becomes the state of the stream, so that it counts with
//   the rows before it and nowhere else.
// Threads: immutable.
// Errors: see dialect.h.
#pragma once
#include "sources/source_kind.h"

namespace leat::sources::process {

extern const SourceKind kProcess;

}  // namespace leat::sources::process

// The postgres source: tables of a PostgreSQL database, whole, by cursor, by transaction or by the stream of
// changes. README.md says what it reads.
//
// Guarantees: see stream/source.h.
// Threads: see stream/source.h; `workers` sessions read one table side by side.
// Owns: its sessions.
// Errors: Error(config_invalid) from open; Error(postgres_…) from the rest.
#pragma once
#include "sources/source_kind.h"

namespace leat::sources::postgres {

extern const SourceKind kPostgres;

}  // namespace leat::sources::postgres

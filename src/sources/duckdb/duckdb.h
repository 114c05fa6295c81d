// The source of a DuckDB file: its tables and views as streams.
//
// Guarantees: see stream/source.h. A stream is read in one statement, and so one moment of the file; an
//   incremental read yields the rows whose cursor is above the last one's, up to the largest there is as it
//   begins.
// Threads: see stream/source.h.
// Owns: the file, opened for reading only.
// Errors: Error(warehouse_connect, warehouse_locked, warehouse_sql).
#pragma once
#include "sources/source_kind.h"

namespace leat::sources::duckdb {

extern const SourceKind kDuckDb;

}  // namespace leat::sources::duckdb

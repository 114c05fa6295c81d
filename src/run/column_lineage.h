// The column lineage of a workspace: from the fields of streams over sources, seeds and
// models to the queries of pages.
//
// Guarantees: read from DuckDB's bound plans over empty relations; nothing runs in the
//   warehouse, which is asked only for names and types. Models of other engines are
//   followed as far as DuckDB understands their SQL; what is not followed is a gap with its
//   reason.
// Threads: one at a time.
// Owns: an empty DuckDB in memory while it reads.
// Errors: those of opening a session.
#pragma once
#include "dbt/lineage/lineage.h"
#include "run/workspace.h"

namespace leat::run {

dbt::Lineage column_lineage(Workspace& workspace);

}  // namespace leat::run

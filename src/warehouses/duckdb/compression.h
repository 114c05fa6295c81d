// Compression: which text columns of a new table hold values that hardly ever come twice.
//
// Guarantees: DuckDB tries every way to store a column before it chooses one. A dictionary of values that are
//   all different is costly to try (a third of what a load takes in all) and never chosen.
// Threads: pure function.
// Owns: nothing.
// Errors: none.
// Source: measured; docs/benchmarks.md, replication
#pragma once
#include <set>
#include <string>

#include "batch/record_batch.h"

namespace leat::warehouses::duckdb {

/// The names of the columns whose values in `first`, the first rows of a table, are almost all different.
/// Empty where there are too few rows, and too short ones, to tell.
std::set<std::string> various_columns(const batch::RecordBatch& first);

}  // namespace leat::warehouses::duckdb

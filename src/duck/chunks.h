// Chunks: DuckDB's vectors to and from columns.
//
// Guarantees: no value passes through text but those of types that Leat has none for
//   (lists, structs, intervals …), which the query casts to text before it comes
//   here.
// Threads: any; nothing is kept.
// Source: DuckDB C API, data chunks and vectors
#pragma once
#include <optional>
#include <string>

#include "batch/record_batch.h"
#include "duck/library.h"

namespace leat::duck {

/// The Leat type of a DuckDB column; nullopt where its values have to be cast to text first.
std::optional<batch::Type> leat_type(duckdb_logical_type type);
/// DuckDB's name of a type, "DECIMAL(18,3)".
std::string native_name(duckdb_logical_type type);
/// Appends a chunk's rows to a batch whose schema has the types that leat_type() gives.
void append_chunk(duckdb_data_chunk chunk, batch::RecordBatch& batch);
/// Fills `vector` with rows [from, from + count) of a column. Long text is not copied: the vector points into
/// the column, which must outlive the statement that reads it.
void fill_vector(const batch::ColumnData& column, std::size_t from, std::size_t count, duckdb_vector vector);
/// The DuckDB type that fill_vector writes for a Leat type (uuid and json are written as text).
duckdb_logical_type scan_type(batch::Type type);

}  // namespace leat::duck

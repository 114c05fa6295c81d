// When DuckDB writes what is committed into its file.
//
// Guarantees: nothing changes for who reads or writes; a checkpoint that can't be made now is left for later.
// Threads: that of the connection.
// Owns: nothing.
// Errors: those of the connection.
// Source: https://duckdb.org/docs/stable/sql/statements/checkpoint
#pragma once
#include "duck/client.h"

namespace leat::warehouses::duckdb {

/// Writes new tables to the file once they hold a quarter of the memory that DuckDB may use: it keeps each in
/// memory until a checkpoint, which only the size of its log brings about, and small tables hardly fill that.
/// Asks DuckDB, which takes some 0.2 ms. Requires: no transaction is open.
void write_out_new_tables(duck::Connection& connection);

}  // namespace leat::warehouses::duckdb

// What stands under a name, without a look at all names: DuckDB's lists of tables and columns visit every one
// of them for each question, so that many tables would ask for time by their square.
//
// Guarantees: names are found whatever their case, as the connection's transaction sees them.
// Threads: that of the connection.
// Owns: nothing.
// Errors: those of the connection.
#pragma once
#include <string>

#include "duck/client.h"
#include "sql/relation.h"

namespace leat::warehouses::duckdb {

enum class Named { nothing, table, other };  ///< other: a view, or what DuckDB does not say

Named named(duck::Connection& connection, const sql::Relation& relation);
/// A query of a table's columns, `column_name` and `column_type`, in their order. Requires: it is there.
std::string columns_query(const sql::Relation& table);

}  // namespace leat::warehouses::duckdb

// TableObject: the rows of a query as dbt's macros know them (agate's shape): columns, rows, column_names.
//
// Guarantees: cells are Python's values: int, float, str, bool, date, datetime, None; whole decimals are
//   ints.
// Threads: immutable; any.
// Owns: its cells.
// Errors: none of its own.
// Source: https://docs.getdbt.com/reference/dbt-jinja-functions/run_query
#pragma once
#include <string>

#include "jinja/value.h"
#include "sql/adapter.h"

namespace leat::dbt {

/// A table of the rows of a result.
jinja::Value make_table(const sql::QueryResult& result);
/// A table without columns and rows.
jinja::Value make_empty_table();
/// The rows as people read them, at most `rows_max`; "" for a value that is no table.
std::string print_table(const jinja::Value& table, std::size_t rows_max = 20);

}  // namespace leat::dbt

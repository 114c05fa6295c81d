// Seeds: CSV files of the project that become tables.
//
// Guarantees: the columns are those that a build of the seed makes.
// Threads: pure function.
// Owns: nothing.
// Errors: Error(dbt_project) with file:line for what is no CSV.
#pragma once
#include <vector>

#include "dbt/node.h"
#include "sql/adapter.h"

namespace leat::dbt {

/// Reads the seed's file and says which columns its table has.
std::vector<sql::RelationColumn> seed_columns(const Node& node, const sql::Dialect& dialect);

}  // namespace leat::dbt

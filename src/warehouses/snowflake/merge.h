// Merge: the one statement that brings staged rows into a table of one row a key.
//
// Guarantees: a row that is older by cursor than the table's, or equal to it, changes nothing. Requires one
// row a key
//   in the stage: Snowflake refuses to choose among several.
// Threads: pure function.
// Source: docs.snowflake.com, MERGE
#pragma once
#include <string>

#include "sql/merge.h"

namespace leat::warehouses::snowflake {

std::string merge_statement(const sql::MergePlan& plan);

}  // namespace leat::warehouses::snowflake

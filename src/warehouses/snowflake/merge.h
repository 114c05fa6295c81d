// Merge: the statements that bring staged rows into a table, where Snowflake has its own.
//
// Guarantees: a row that is older by cursor than the table's, or equal to it, changes
//   nothing. Requires one row a key in the stage: Snowflake refuses to choose among
//   several.
// Threads: pure functions.
// Source: docs.snowflake.com, MERGE
#pragma once
#include <string>
#include <vector>

#include "batch/type.h"
#include "sql/merge.h"

namespace leat::warehouses::snowflake {

/// Brings staged rows into a table of one row a key.
std::string merge_statement(const sql::MergePlan& plan);
/// The same for rows that are newer than the table's; those that tell a deletion delete where they are
/// `hard`.
std::string merge_newest_statement(const sql::MergePlan& plan, bool hard);
/// Gives staged rows the stored values of those of `columns` that they keep; see sql::fill_kept.
std::string fill_kept_statement(const sql::MergePlan& plan, const std::vector<batch::Column>& columns,
                                sql::KeptFrom from);
/// Adds to the stage those of the table's rows that equal one which is told to be deleted, but are more than
/// these tell; delete_equals() then deletes all of them.
std::string stage_spared_equals(const sql::MergePlan& plan);
std::string delete_equals(const sql::MergePlan& plan);

}  // namespace leat::warehouses::snowflake

// Bookkeeping of a commit: the rows of `_leat` that every destination writes in its transaction.
//
// Guarantees: statements in order; the state last.
// Threads: pure functions.
#pragma once
#include <string>
#include <vector>

#include "sql/relation.h"
#include "stream/destination.h"

namespace leat::warehouses {

/// The INSERTs into _leat.loads, _leat.dead_letters and, where the columns are new, _leat.schema_versions,
/// and the replacement of the state for a commit.
std::vector<std::string> commit_statements(const sql::Dialect& dialect, const stream::Target& target,
                                           const stream::Commit& commit, const stream::LoadResult& result);

/// The columns of a row of _leat.schema_versions; none of "".
std::vector<batch::Column> parse_columns(const std::string& json);

}  // namespace leat::warehouses

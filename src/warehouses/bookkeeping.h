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

/// The INSERTs into _leat.loads and _leat.dead_letters and the replacement of the state for a commit.
std::vector<std::string> commit_statements(const sql::Dialect& dialect, const stream::Target& target,
                                           const stream::Commit& commit, const stream::LoadResult& result);

}  // namespace leat::warehouses

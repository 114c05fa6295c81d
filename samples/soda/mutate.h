// Mutations: how a publisher changes a data set: rows change, come, go; a column is dropped.
//
// Guarantees: the same order on the same data changes the same rows in the same way; the
//   table's version moves on and `stale_before` remembers what a lagging replica still
//   shows.
// Threads: takes the table's lock alone.
// Errors: Problem 400 for an order that does not fit, 404 for an unknown row or column.
#pragma once
#include <string>

#include "faults.h"
#include "table.h"

namespace soda {

bool is_mutation(std::string_view kind);
/// `kind`: change, add, delete (rows=K, now=ISO, seed=N; change also column=, value=), set (id=row-…,
/// column=, value=), drop_column (column=). Without `now` it is a day after the newest row. Returns a report
/// in JSON.
std::string mutate(Table& table, const std::string& kind, const Orders& orders);

}  // namespace soda

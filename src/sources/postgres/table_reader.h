// TableReader: reads one table whole, by its cursor column, or by the transactions that wrote its
// rows.
//
// Guarantees: ends with a checkpoint. By cursor: rows at or after the stored value come (only after
//   it, when as many rows have that value as were read then); by transaction: rows that were written
//   since the stored moment, deletions unseen.
// Threads: as Snapshot.
// Owns: nothing.
// Errors: as Snapshot's; Error(state_invalid).
#pragma once
#include "sources/postgres/snapshot.h"

namespace leat::sources::postgres {

/// Reads `selection` of `table` into stream `index`.
void read_table(const Table& table, const stream::Selection& selection, std::size_t index,
                const Options& options, Env& env, stream::Sink& sink);

/// Tells of values that no column could hold.
void tell_replaced(Env& env, const std::string& stream, std::int64_t count);

}  // namespace leat::sources::postgres

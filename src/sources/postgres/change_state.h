// ChangeState: where a stream of changes goes on, as it stands in the warehouse.
//
// Guarantees: text and back is the same. Unknown members are left out.
// Threads: plain values.
// Errors: Error(state_invalid) for text that is no such state.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sources/postgres/catalog.h"
#include "sources/postgres/pgoutput.h"
#include "stream/stream.h"

namespace leat::sources::postgres {

/// How far a table was read whole that is read in portions: the leaves before `leaf`, and of that the pages
/// before `page`, as they were at `moment` or later.
struct Unfinished {
  Lsn from = 0;        ///< changes that were committed before are in all rows
  std::string moment;  ///< the first transaction that the first portion did not see the end of
  std::vector<std::pair<std::uint32_t, std::uint32_t>> leaves;  ///< oid and number of the file
  std::size_t leaf = 0;
  std::int64_t page = 0;
};

/// A table as its last read or change knew it.
struct KnownTable {
  struct Column {
    std::string name;
    std::uint32_t type = 0;
    std::int32_t modifier = -1;
    int number = 0;
    std::vector<std::string> words;  ///< of an enum
    bool operator==(const Column&) const = default;
  };
  std::uint32_t oid = 0;
  std::uint32_t member = 0;  ///< the entry of the publication that has it, 0: not known
  Lsn from = 0;              ///< changes that were committed before are in it already
  std::vector<Column> columns;
  std::optional<Unfinished> unfinished;  ///< its rows are not all there yet
};

struct ChangeState {
  std::string slot, system;
  std::uint32_t timeline = 0, xid = 0;
  Lsn lsn = 0;                               ///< behind the last commit that is in the tables
  std::map<std::string, KnownTable> tables;  ///< by stream
};

stream::State print_state(const ChangeState& state);
ChangeState parse_state(const stream::State& state);
KnownTable known_table(const Table& table, Lsn from);

}  // namespace leat::sources::postgres

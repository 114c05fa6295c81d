// WholeReader: reads tables of a stream of changes whole, large ones in portions that are committed one by
// one.
//
// Guarantees: a table whose read was cut off goes on behind its last portion: rows of the pages before it
//   come again where they were written since, deletions are in the stream of changes, which begins where the
//   first portion was read. It begins anew where the table has no key, another definition or other files by
//   now.
// Threads: one; its sessions read side by side.
// Owns: nothing.
// Errors: as Snapshot's.
#pragma once
#include <string>
#include <vector>

#include "base/env.h"
#include "sources/postgres/change_tables.h"
#include "sources/postgres/snapshot.h"
#include "stream/source.h"

namespace leat::sources::postgres {

class WholeReader {
 public:
  /// All outlive it; `state` is the one that `tables` keep.
  WholeReader(const Options& options, Env& env, ChangeState& state, ChangeTables& tables, stream::Sink& sink)
      : options_(options), env_(env), state_(state), tables_(tables), sink_(sink) {}
  /// Reads the tables that are stale as the moment `exported` shows them, which changes up to `from` made.
  void read_stale(const std::string& exported, Lsn from);

 private:
  void read(ChangeTable& table, Snapshot& snapshot, Lsn from);
  void catch_up(ChangeTable& table, Snapshot& snapshot, const std::vector<Leaf>& leaves,
                const Unfinished& unfinished);
  std::int64_t pages_of_portion(const ChangeTable& table, const std::vector<Leaf>& leaves) const;

  const Options& options_;
  Env& env_;
  ChangeState& state_;
  ChangeTables& tables_;
  stream::Sink& sink_;
  std::vector<ConstantColumn> constants_;
};

/// The pages that come next, at most `pages` of them; moves `unfinished` behind them. Empty after the last.
std::vector<PageRange> next_portion(const std::vector<Leaf>& leaves, std::int64_t pages,
                                    Unfinished& unfinished);

}  // namespace leat::sources::postgres

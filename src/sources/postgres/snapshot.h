// Snapshot: reads rows of a table side by side, as one moment of the database shows them.
//
// Guarantees: every row that the moment holds comes exactly once, in no order. Memory is a batch
//   and a row for each worker.
// Threads: read() blocks its caller; `workers` threads hand batches to the sink.
// Owns: its sessions.
// Errors: as the session's; Error(postgres_value) for bytes that are no value of their type.
// Source: PostgreSQL 15 documentation, COPY (binary format) and 9.27.5 (snapshot
//   synchronization)
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/env.h"
#include "sources/postgres/catalog.h"
#include "stream/source.h"

namespace leat::sources::postgres {

/// The value of a column that has one value in all rows of a read, in that of changes: behind the table's
/// own.
struct ConstantColumn {
  std::string name;
  batch::Type type;
  std::int64_t value = 0;
  bool is_null = false;
};

/// What holds rows: a table, or a leaf of a partitioned one, in `pages` pages of the file of that number.
struct Leaf {
  std::uint32_t oid = 0, file = 0;
  std::string name;
  char kind = 'r';
  std::int64_t pages = 0;
};

/// Pages of a leaf: from the first on, before the second; the last range of a leaf has no end (-1), as it may
/// have grown since its size was asked for.
struct PageRange {
  std::string name;  ///< of the leaf, quoted
  std::int64_t from = 0, to = -1;
  std::int64_t pages = 0;
};

/// The condition of rows that transactions wrote which the moment that ended before transaction `from` has
/// not seen; `now` is such a number, too.
std::string written_since(const std::string& from, const std::string& now);

/// A moment of the database that several sessions can look at.
class Snapshot {
 public:
  /// Takes the moment that `exported` names (of another session that is still open), or one of its own for
  /// "".
  Snapshot(const Options& options, Env& env, const std::string& exported = "");
  /// The session that looks at the moment.
  Session& session() { return *session_; }
  /// Reads the rows of `table` where `condition` holds ("" for all) into stream `index` of the sink; the
  /// number of values that were replaced by null.
  std::int64_t read(const Table& table, const std::string& condition, std::size_t index, stream::Sink& sink,
                    const std::vector<ConstantColumn>& constants = {});
  /// The same, of those pages only.
  std::int64_t read(const Table& table, const std::vector<PageRange>& ranges, const std::string& condition,
                    std::size_t index, stream::Sink& sink, const std::vector<ConstantColumn>& constants);
  /// The leaves of a table, in an order that stays.
  std::vector<Leaf> leaves(const Table& table);
  /// The first transaction that the moment does not see the end of.
  std::string first_unseen();

 private:
  std::string columns_of(const Table& table) const;
  std::vector<std::string> tasks(const Table& table, std::vector<PageRange> ranges,
                                 const std::string& condition) const;
  std::int64_t run(const Table& table, const std::vector<std::string>& tasks, std::size_t index,
                   stream::Sink& sink, const std::vector<ConstantColumn>& constants);
  const Options& options_;
  Env& env_;
  std::unique_ptr<Session> session_;
  std::string exported_;
};

}  // namespace leat::sources::postgres

// Snapshot: reads rows of a table side by side, as one moment of the database shows them.
//
// Guarantees: every row that the moment holds comes exactly once, in no order. Memory is a batch and a row
// for
//   each worker.
// Threads: read() blocks its caller; `workers` threads hand batches to the sink.
// Owns: its sessions.
// Errors: as the session's; Error(postgres_value) for bytes that are no value of their type.
// Source: PostgreSQL 15 documentation, COPY (binary format) and 9.27.5 (snapshot synchronization)
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

 private:
  std::vector<std::string> tasks(const Table& table, const std::string& condition);
  const Options& options_;
  Env& env_;
  std::unique_ptr<Session> session_;
  std::string exported_;
};

}  // namespace leat::sources::postgres

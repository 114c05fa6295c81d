// StagedLoad: rows that lie in a temporary table, and what a transaction does with them, now or
// later.
//
// Guarantees: apply() runs no DDL, so that it commits with what else is in the transaction. Keys are
//   unique in the table after it as they were before: Snowflake does not see to that itself. A row
//   without key that is deleted takes one of its equals with it.
// Threads: one, that of its session.
// Owns: nothing; drop() takes the temporary tables and the stage away.
// Errors: those of session.h.
#pragma once
#include <optional>
#include <vector>

#include "sql/merge.h"
#include "stream/destination.h"
#include "warehouses/apply.h"
#include "warehouses/snowflake/session.h"
#include "warehouses/snowflake/stage.h"

namespace leat::warehouses::snowflake {

struct StagedLoad {
  stream::Target target;
  sql::MergePlan plan;
  sql::Relation landing;               ///< where the files were copied to, beside plan.stage
  std::vector<batch::Column> columns;  ///< of the stage, without Leat's own
  std::optional<Stage> files;
  std::int64_t rows = 0;
  bool table_is_new = false;
  bool keeps_values = false;  ///< rows have stored values to be filled in
  Timestamp extracted_at;
  stream::Commit commit;

  /// Brings the rows into the table and writes the bookkeeping, within the transaction that is open.
  stream::LoadResult apply(warehouses::Session& changes, Session& session, Env& env) const;
  /// Drops what is temporary.
  void drop(Session& session);
};

}  // namespace leat::warehouses::snowflake

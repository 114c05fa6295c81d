// Apply: brings staged rows into the final table by the target's mode, in the open transaction.
//
// Guarantees: the same outcome in every warehouse, for it is the same statements; what a stage holds
// afterwards
//   is undefined.
// Threads: the caller's. Owns: nothing. Errors: as the session's.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "batch/type.h"
#include "sql/history.h"
#include "sql/merge.h"
#include "stream/destination.h"

namespace leat::warehouses {

/// What is needed of a warehouse's session.
class Session {
 public:
  virtual ~Session() = default;
  /// Runs a statement; returns the rows it changed.
  virtual std::int64_t change(const std::string& sql) = 0;
  /// The first value of a query as a whole number.
  virtual std::int64_t number(const std::string& sql) = 0;
  /// The rows of a small answer, as text; "" for null. This and columns_of are for warehouses with child
  /// tables.
  virtual std::vector<std::vector<std::string>> rows(const std::string& /*sql*/) { return {}; }
  /// The columns of a table as the transaction sees it; empty when there is none.
  virtual std::vector<batch::Column> columns_of(const sql::Relation& /*table*/) { return {}; }
  /// Merges the stage in one statement where this warehouse has a faster one for `plan`: the rows inserted
  /// and updated; nullopt where it has none.
  virtual std::optional<std::pair<std::int64_t, std::int64_t>> upsert(const sql::MergePlan& /*plan*/) {
    return std::nullopt;
  }
};

/// The plan that `target` asks for. `columns` are the stage's, without metadata.
sql::MergePlan merge_plan(const sql::Dialect& dialect, const stream::Target& target,
                          const std::vector<batch::Column>& columns, sql::Relation stage,
                          sql::Relation table);

/// Merges the stage of append_dedup. `table_is_empty` saves the look at what is there.
void apply_merge(Session& session, const sql::Dialect& dialect, const stream::Target& target,
                 const sql::MergePlan& plan, bool table_is_empty, stream::LoadResult& result);
/// Adds the stage's versions to the history that scd2 keeps. `now` is the load's instant, ISO 8601.
void apply_history(Session& session, const sql::Dialect& dialect, const stream::Target& target,
                   const sql::MergePlan& plan, const std::vector<batch::Column>& columns,
                   const std::string& now, stream::LoadResult& result);
/// Leaves one row a key in the stage, and none that says a key was deleted where deletes are hard.
void settle_stage(Session& session, const sql::Dialect& dialect, const stream::Target& target,
                  const sql::MergePlan& plan);

/// Gives staged rows the stored values that they keep.
void fill_kept(Session& session, const sql::Dialect& dialect, const sql::MergePlan& plan);
/// Deletes or marks every row of the table; the number.
std::int64_t clear_table(Session& session, const sql::Dialect& dialect, const stream::Target& target,
                         const sql::MergePlan& plan);
/// The batch without its columns that are only for loading.
batch::RecordBatch without_loading_columns(batch::RecordBatch&& batch);

/// What a warehouse can hold of moments, as batches count them; what lies outside is appended to `found`.
struct MomentLimits {
  std::int64_t micros_min, micros_max;
  std::int32_t days_min, days_max;
  bool holds_infinity = false;
};
void find_moments_outside(const batch::RecordBatch& batch, const MomentLimits& limits,
                          std::vector<stream::Misfit>& found);

/// Leat's own columns of a table: metadata, and the validity of scd2.
std::vector<std::string> own_columns(const stream::Target& target);

}  // namespace leat::warehouses

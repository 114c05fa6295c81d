// Merge: the statements that bring staged rows into a table that holds one row a key.
//
// Guarantees: statements are complete and quoted for their dialect. Order:
//   deduplicate, drop_settled, delete_matched, insert. Measured on tables without a
//   primary key, delete-by-join + insert is the fastest of the portable ways (see
//   bench/load).
// Threads: pure functions.
#pragma once
#include <string>
#include <vector>

#include "sql/relation.h"

namespace leat::sql {

struct MergePlan {
  Relation stage, table;
  std::vector<std::string> columns;  ///< the source's columns, in both relations
  /// Of columns, texts and documents: costly to read, so they are compared last. No keys, no cursor.
  std::vector<std::string> wide_columns;
  std::vector<std::string>
      metadata;  ///< Leat's own columns, in both; they don't count when rows are compared
  std::vector<std::string> primary_key;
  std::string cursor_field;  ///< "" where there is none
  std::string arrival;       ///< an expression on the stage that grows with arrival: "rowid", "_leat_seq"
  bool is_newest = false;    ///< the stage has one row a key, newer than the table's
  std::string deleted;  ///< a condition that is true for rows that say their key was deleted; "" for none
  std::vector<std::string> merge_key;  ///< of delete_insert; empty means the primary key
};

/// Counts the stage's keys that stand more than once; by hash where the dialect has one, so it may count too
/// many.
std::string count_repeated_keys(const Dialect& dialect, const MergePlan& plan);
/// Deletes all but the newest row of each key from the stage: by cursor (nulls oldest), then arrival.
std::string deduplicate(const Dialect& dialect, const MergePlan& plan);
/// Counts staged keys that the table has already.
std::string count_matched(const Dialect& dialect, const MergePlan& plan);
/// Deletes the staged rows that would change nothing: older by cursor than the table's row, or equal to it.
std::string drop_settled(const Dialect& dialect, const MergePlan& plan);
/// Creates a temporary table of the staged rows whose key the table has: staged and stored (row ids), settled
/// (2 where the staged row is older by cursor, 1 where it is equal but for the wide columns, 0 where it is
/// newer). Requires: tables with a rowid.
std::string create_matches(const Dialect& dialect, const MergePlan& plan, std::string_view name);
/// Sets settled to 0 in that table where a wide column makes the difference. Only of use where there are any.
std::string compare_wide(const Dialect& dialect, const MergePlan& plan, std::string_view name);
/// Deletes the table's rows that the stage replaces.
std::string delete_matched(const Dialect& dialect, const MergePlan& plan);
/// Deletes the table's rows whose key the stage says was deleted, by a row that is not older.
std::string delete_marked(const Dialect& dialect, const MergePlan& plan);
/// Inserts the stage's rows and updates those of known keys where that changes something and is not older;
/// yields the numbers of both. Requires: PostgreSQL, a unique index on the key, one row a key in the stage.
std::string upsert(const Dialect& dialect, const MergePlan& plan);
/// Deletes the staged rows whose key the table has already.
std::string drop_known(const Dialect& dialect, const MergePlan& plan);
/// Deletes the table's rows whose merge key stands in the stage.
std::string delete_by_merge_key(const Dialect& dialect, const MergePlan& plan);
/// Deletes the staged rows that say their key was deleted. Requires: `deleted` is set.
std::string drop_deletions(const Dialect& dialect, const MergePlan& plan);
/// Lists the different sets of columns whose stored values staged rows keep.
std::string select_kept(const Dialect& dialect, const MergePlan& plan);
/// Whose stored values a row keeps: those of the row that has the key from before its key changed; or of one
/// that has its own by now (the other was never stored, where a read that was cut off saw the row later).
enum class KeptFrom { own_key, stored_key };
/// Gives staged rows the stored value of `column` where they keep it; by own_key only those whose key
/// changed.
std::string fill_kept(const Dialect& dialect, const MergePlan& plan, std::string_view column, KeptFrom from);
/// Deletes as many of the table's equal rows as the stage's deletions tell. Requires: tables with `row_id`.
std::string delete_equal(const Dialect& dialect, const MergePlan& plan, std::string_view row_id);
/// One value that is equal for two relations with the same rows of `plan.columns`, in whatever order.
std::string content_hash(const Dialect& dialect, const MergePlan& plan, const Relation& relation);
/// Inserts the stage into the table.
std::string insert_staged(const Dialect& dialect, const MergePlan& plan);

}  // namespace leat::sql

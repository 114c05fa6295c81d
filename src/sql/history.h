// History: the statements that keep every version of a row (the mode scd2), with valid_from and valid_to.
//
// Guarantees: the table's rows are a function of the versions that arrived, not of their order: a version
//   that comes late takes its place in the chain. A key holds at most one row whose valid_to is null.
//   Order: close_absent, drop_known_versions, replace_versions, insert_versions, chain_versions,
//   drop_deletions.
// Threads: pure functions.
// Source: type 2 of slowly changing dimensions; Kimball & Ross, The Data Warehouse Toolkit, chapter 5
#pragma once
#include <string>

#include "sql/merge.h"

namespace leat::sql {

struct HistoryPlan {
  MergePlan merge;
  std::string valid_from, valid_to;  ///< the columns' names
  std::string now;                   ///< the load's instant, an expression
  bool by_cursor = false;            ///< a version holds from its cursor's instant on; else from the load's
};

/// Ends the open versions of keys that the stage does not hold. For loads that hold every row.
std::string close_absent(const Dialect& dialect, const HistoryPlan& plan);
/// Deletes staged rows that are versions of the table already.
std::string drop_known_versions(const Dialect& dialect, const HistoryPlan& plan);
/// Deletes the table's versions that a staged row replaces: the same key from the same instant on.
std::string replace_versions(const Dialect& dialect, const HistoryPlan& plan);
/// Inserts the staged rows, open.
std::string insert_versions(const Dialect& dialect, const HistoryPlan& plan);
/// Ends each version of a staged key where the next begins.
std::string chain_versions(const Dialect& dialect, const HistoryPlan& plan);
/// Deletes versions of staged keys that only say that the key was deleted, once they have ended the one
/// before.
std::string delete_deletions(const Dialect& dialect, const HistoryPlan& plan);

}  // namespace leat::sql

// The check of a project's SQL before a run: opens what it needs, and says which steps can't work.
//
// Guarantees: the warehouse is asked only for names and types of columns.
// Threads: one at a time, before any step of the run.
// Owns: an empty DuckDB in memory, or a session of the PostgreSQL target, while it checks.
// Errors: those of opening a session.
#pragma once
#include <set>
#include <string>

#include "dbt/check/checker.h"
#include "run/workspace.h"

namespace leat::run {

/// Checks the chosen nodes (by unique id); an empty report for warehouses that can't be asked.
dbt::CheckReport check_sql(Workspace& workspace, const std::set<std::string>& chosen);
/// Binds every node in an empty DuckDB, whatever the target is, and tells the listener; names no mistakes.
dbt::CheckReport follow_sql(Workspace& workspace, dbt::BenchListener& listener);
/// A mistake as an error of its node, with the line of the file below.
Error error_of(const dbt::Mistake& mistake);

}  // namespace leat::run

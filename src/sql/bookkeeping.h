// Bookkeeping: the tables of the schema `_leat` in a warehouse, as SQL: state, loads,
// dead_letters, schema_versions, asset_versions.
//
// Guarantees: the same columns in every dialect; docs/formats/bookkeeping.md describes
//   them.
// Threads: pure functions.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "sql/relation.h"

namespace leat::sql {

inline constexpr std::string_view kBookkeepingSchema = "_leat";

/// Statements that create the schema and its tables where they are absent; each may be run again.
std::vector<std::string> create_bookkeeping(const Dialect& dialect);

/// A row of _leat.loads. Instants are ISO 8601 text.
struct LoadRecord {
  std::string load_id, run_id, connection, stream, schema, table, partition, started_at, committed_at;
  std::int64_t rows_staged = 0, rows_inserted = 0, rows_updated = 0, rows_unchanged = 0, rows_deleted = 0,
               rows_rejected = 0;
  std::int64_t bytes_read = 0;
};
std::string insert_load(const Dialect& dialect, const LoadRecord& load);

/// Statements that replace a stream's state; an empty state forgets it.
std::vector<std::string> replace_state(const Dialect& dialect, std::string_view connection,
                                       std::string_view stream, std::string_view state,
                                       std::string_view updated_at);
std::string select_state(const Dialect& dialect, std::string_view connection, std::string_view stream);

/// The id of the last load that changed a stream's table and how many have, or no row: together the version
/// of what is below it, which every such load changes. Stream "": all of the connection.
std::string select_changing_loads(const Dialect& dialect, std::string_view connection,
                                  std::string_view stream);

struct DeadLetter {
  std::string_view field, reason, record;
  std::string letter_id;  ///< its load's id and its place in it
};
/// One INSERT of several dead letters. Requires: at least one.
std::string insert_dead_letters(const Dialect& dialect, const LoadRecord& load,
                                const std::vector<DeadLetter>& letters);
/// Deletes dead letters that were loaded after all. Requires: at least one.
std::string delete_dead_letters(const Dialect& dialect, const std::vector<std::string>& letter_ids);

/// Adds a version of the stream's columns (JSON) where they differ from the last one's.
std::string insert_schema_version(const Dialect& dialect, const LoadRecord& load, std::string_view columns);
/// The columns (JSON) of a stream's last version, or no row.
std::string select_last_columns(const Dialect& dialect, std::string_view connection, std::string_view stream);

}  // namespace leat::sql

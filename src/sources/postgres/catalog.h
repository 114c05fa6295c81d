// Tables: what a database holds that can be read.
//
// Guarantees: partitions are left out, their parents stand for them; system schemas are left out.
// Threads: pure functions on a session.
// Errors: as the session's; Error(config_invalid) where `schemas`, `columns` or `cursors` name what is not
// there. Source: PostgreSQL 15 documentation, chapter 53 (system catalogs)
#pragma once
#include <string>
#include <vector>

#include "batch/type.h"
#include "sources/postgres/client.h"
#include "sources/postgres/settings.h"
#include "sources/postgres/types.h"
#include "stream/stream.h"

namespace leat::sources::postgres {

struct Table {
  std::uint32_t oid = 0;
  std::uint32_t member = 0;  ///< the entry of the publication that has it; of streams of changes
  std::string schema, name;
  std::string stream;             ///< the name that users see
  char kind = 'r';                ///< relkind: table, partitioned, view, materialized view, foreign
  char identity = 'd';            ///< relreplident
  std::vector<PgColumn> columns;  ///< in their order, those that are selected
  std::vector<std::string> primary_key, identity_key;
  std::string condition;  ///< "" for every row
  std::string cursor;     ///< "" for none
  std::string qualified() const { return quote_name(schema) + "." + quote_name(name); }
};

/// The tables that `options` select, in order of their names; only that of `stream` where it is given,
/// without a look at the others.
std::vector<Table> read_tables(Session& session, const Options& options, const std::string& stream = "");
/// Those whose changes can be read: with a key or whole rows in their log, without generated columns but for
/// those that the publication carries.
std::vector<Table> read_change_tables(Session& session, const Options& options);
/// Where each column goes.
std::vector<ColumnPlan> plan_columns(const Table& table, Numerics numerics);
batch::SchemaPtr schema_of(const std::vector<ColumnPlan>& plans);
/// The table of that stream's name, or nullptr.
const Table* find_table(const std::vector<Table>& tables, std::string_view stream);

}  // namespace leat::sources::postgres

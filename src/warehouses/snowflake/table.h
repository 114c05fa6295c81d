// Table: the columns of a final table, and the DDL that makes it fit what comes.
//
// Guarantees: every step is one statement that is atomic by itself and harmless when repeated.
// Threads: one, that of its session.
// Errors: those of session.h.
#pragma once
#include <string>
#include <vector>

#include "batch/type.h"
#include "sql/relation.h"
#include "warehouses/snowflake/session.h"

namespace leat::warehouses::snowflake {

struct TableColumn {
  std::string name;         ///< as the catalog has it
  std::string native_type;  ///< "NUMBER(19,0)"
  batch::Type type;         ///< text where Leat has no type for it
};

/// The columns in order; empty when there is no such table.
std::vector<TableColumn> table_columns(Session& session, const sql::Relation& table);

/// Makes the table with `columns` and what `more` adds (", \"X\" BOOLEAN"), or adds and widens columns of the
/// one that is there. Sets the types of `columns` to those that the table has then. Returns whether it is
/// new.
bool fit_table(Session& session, const sql::Relation& table, std::vector<batch::Column>& columns,
               const std::string& more);

}  // namespace leat::warehouses::snowflake

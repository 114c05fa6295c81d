// Catalog: what is in the database, as INFORMATION_SCHEMA tells.
//
// Guarantees: names as the catalog has them; types with their arguments, as CREATE TABLE would name them.
// Threads: one, that of the session.
// Errors: those of session.h.
// Source: docs.snowflake.com, INFORMATION_SCHEMA.TABLES and COLUMNS
#pragma once
#include <string>
#include <vector>

#include "sql/relation.h"
#include "warehouses/snowflake/session.h"

namespace leat::warehouses::snowflake {

struct CatalogColumn {
  std::string name, native_type;
};

/// The columns of a table or view in order; empty when there is none of that name.
std::vector<CatalogColumn> catalog_columns(Session& session, const sql::Relation& relation);
/// Every table and view of a schema.
std::vector<sql::Relation> catalog_relations(Session& session, const std::string& schema);
/// Every schema but INFORMATION_SCHEMA.
std::vector<std::string> catalog_schemas(Session& session);

}  // namespace leat::warehouses::snowflake

// Catalog: what stands in the warehouse for the nodes of a project: tables and views with their columns, as
// target/catalog.json.
//
// Guarantees: one query a schema; nodes that have no relation there are left out.
// Threads: pure function.
// Owns: nothing.
// Errors: Error(warehouse_sql).
// Source: https://schemas.getdbt.com/dbt/catalog/v1.json
#pragma once
#include <string>
#include <vector>

#include "dbt/project.h"
#include "sql/adapter.h"

namespace leat::dbt {

/// The text of catalog.json for the chosen nodes (by unique id; empty: all).
std::string catalog_json(const Project& project, const std::vector<std::string>& chosen,
                         sql::Adapter& adapter, Env& env);
/// The same without what only the warehouse knows.
std::string empty_catalog_json(const Project& project, Env& env);

}  // namespace leat::dbt

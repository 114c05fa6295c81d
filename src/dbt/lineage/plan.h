// Plan: which columns of which tables each output column of a query comes from, read from DuckDB's bound
// plan.
//
// Guarantees: stars, common table expressions, joins, subqueries, set operations, windows and unnesting
//   are followed as the engine itself bound them. A column that only filters, joins or orders is no
//   origin.
// Threads: pure function.
// Owns: nothing.
// Errors: Error(document_syntax) for text that is no JSON; nullopt for plans that DuckDB can't print.
// Source: json_serialize_plan, https://duckdb.org/docs/stable/data/json/sql_to_and_from_json
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leat::dbt {

/// A column of a table; databases are left out.
struct ColumnName {
  std::string schema, table, column;
  auto operator<=>(const ColumnName&) const = default;
};

/// Where an output column comes from; true where it is that column itself, false where something is made of
/// it.
using Origins = std::map<ColumnName, bool>;

/// The origins of each output column, in their order. `plan` is what json_serialize_plan gives with
/// skip_empty and skip_default off and without optimizing.
std::optional<std::vector<Origins>> origins_of_plan(std::string_view plan);

}  // namespace leat::dbt

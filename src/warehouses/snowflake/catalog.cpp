#include "warehouses/snowflake/catalog.h"

#include <fmt/core.h>

#include "warehouses/snowflake/dialect.h"
#include "warehouses/snowflake/result.h"

namespace leat::warehouses::snowflake {
namespace {

constexpr std::int64_t kRowsMax = 1'000'000;

std::string catalog_literal(std::string_view name) {
  return snow_dialect().literal(folded(name));
}

// The rows of a query, all of them texts.
std::vector<std::vector<std::string>> texts(Session& session, const std::string& sql) {
  sql::QueryResult result = read_rows(session.run(sql), session, kRowsMax);
  std::vector<std::vector<std::string>> rows;
  for (const batch::RecordBatch& batch : result.batches) {
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      std::vector<std::string>& cells = rows.emplace_back();
      for (std::size_t i = 0; i < batch.schema()->size(); ++i) cells.push_back(batch.column(i).print(row));
    }
  }
  return rows;
}

// Only numbers need their arguments: Leat reads every VARCHAR alike.
std::string native_type(const std::string& name, const std::string& precision, const std::string& scale) {
  return name == "NUMBER" && !precision.empty() ? fmt::format("NUMBER({},{})", precision, scale) : name;
}

}  // namespace

std::vector<CatalogColumn> catalog_columns(Session& session, const sql::Relation& relation) {
  std::string schema = relation.schema.empty() ? "current_schema()" : catalog_literal(relation.schema);
  std::vector<CatalogColumn> columns;
  for (const auto& row :
       texts(session, fmt::format("select column_name, data_type, numeric_precision, numeric_scale from "
                                  "{}.information_schema.columns where table_schema = {} and table_name = {} "
                                  "order by ordinal_position",
                                  snow_dialect().quote(session.account().database), schema,
                                  catalog_literal(relation.identifier)))) {
    columns.push_back({row[0], native_type(row[1], row[2], row[3])});
  }
  return columns;
}

std::vector<sql::Relation> catalog_relations(Session& session, const std::string& schema) {
  std::vector<sql::Relation> relations;
  for (const auto& row : texts(
           session, fmt::format("select table_name, table_type from {}.information_schema.tables where "
                                "table_schema = {} order by 1",
                                snow_dialect().quote(session.account().database), catalog_literal(schema)))) {
    sql::RelationKind kind = row[1] == "VIEW"                ? sql::RelationKind::view
                             : row[1] == "MATERIALIZED VIEW" ? sql::RelationKind::materialized_view
                             : row[1] == "EXTERNAL TABLE"    ? sql::RelationKind::external
                                                             : sql::RelationKind::table;
    relations.push_back({"", schema, unfolded(row[0]), kind});
  }
  return relations;
}

std::vector<std::string> catalog_schemas(Session& session) {
  std::vector<std::string> names;
  for (const auto& row : texts(
           session, fmt::format("select schema_name from {}.information_schema.schemata where schema_name <> "
                                "'INFORMATION_SCHEMA' order by 1",
                                snow_dialect().quote(session.account().database)))) {
    names.push_back(unfolded(row[0]));
  }
  return names;
}

}  // namespace leat::warehouses::snowflake

#include "dbt/check/shadow_adapter.h"

#include <algorithm>

#include "base/error.h"
#include "sql/tokenizer.h"

namespace leat::dbt {

void ShadowAdapter::refuse() {
  was_asked_ = true;
  throw Error(ErrorCode::warehouse_sql, "The SQL depends on what the warehouse holds",
              "the check before a run");
}

// `extract(year from now())` looks like reading: then what is named is on no bench.
bool ShadowAdapter::reads_nothing(const std::string& sql) const {
  for (const sql::RelationName& read : sql::relations_read(sql)) {
    bool system = read.identifier.starts_with("pg_") || read.identifier.starts_with("duckdb_") ||
                  read.identifier.starts_with("sqlite_");
    if (!read.schema.empty() || system || bench_.holds({"", "main", read.identifier})) return false;
  }
  return true;
}

std::int64_t ShadowAdapter::execute(const std::string&) {
  refuse();
}

sql::QueryResult ShadowAdapter::query(const std::string& sql, std::int64_t rows_max) {
  // What reads nothing gives the same everywhere.
  if (reads_nothing(sql) && !bench_.probe(sql)) return bench_.session().query(sql, rows_max);
  // Which columns a query gives (adapter.get_column_schema_from_query) does not depend on rows.
  constexpr std::string_view kColumnsOnly = "\n) as dbt_query where false";
  if (!std::string_view(sql).ends_with(kColumnsOnly)) refuse();
  std::size_t open = sql.find('(');
  if (bench_.probe(sql.substr(open + 1, sql.size() - open - 1 - kColumnsOnly.size()))) refuse();
  return bench_.session().query(sql, rows_max);
}

const std::vector<sql::Relation>& ShadowAdapter::held(const std::string& schema) {
  auto found = held_.find(schema);
  if (found == held_.end()) found = held_.emplace(schema, warehouse_.list_relations(schema)).first;
  return found->second;
}

std::optional<sql::Relation> ShadowAdapter::find_held(const sql::Relation& relation) {
  for (const sql::Relation& each : held(relation.schema)) {
    if (each.identifier == relation.identifier) return each;
  }
  return std::nullopt;
}

void ShadowAdapter::expect(const sql::Relation& relation) {
  expected_[relation.schema].push_back(relation);
  sql::Relation place = bench_.place_of(relation);
  place.kind = relation.kind;
  if (place.schema != relation.schema) expected_[place.schema].push_back(place);
}

std::vector<sql::Relation> ShadowAdapter::list_relations(const std::string& schema) {
  std::vector<sql::Relation> all = expected_[schema];
  for (const sql::Relation& each : held(schema)) {
    bool known = std::any_of(all.begin(), all.end(),
                             [&](const sql::Relation& other) { return other.identifier == each.identifier; });
    if (!known) all.push_back(each);
  }
  return all;
}

std::optional<std::vector<sql::RelationColumn>> ShadowAdapter::columns(const sql::Relation& relation) {
  if (auto made = bench_.columns(relation)) return made;
  if (relation.schema == "pg_temp") return bench_.session().columns(relation);
  return warehouse_.columns(relation);
}

void ShadowAdapter::create_schema(const std::string&) {
  refuse();
}
void ShadowAdapter::drop(const sql::Relation&) {
  refuse();
}
void ShadowAdapter::rename(const sql::Relation&, const std::string&) {
  refuse();
}

}  // namespace leat::dbt

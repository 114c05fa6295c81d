#include "dbt/catalog.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/time.h"
#include "dbt/artifacts.h"
#include "dbt/basics.h"
#include "dbt/json_writer.h"

namespace leat::dbt {

namespace {

constexpr const char* kSchema = "https://schemas.getdbt.com/dbt/catalog/v1.json";

// Each: schema, relation, its kind, comment and owner, column, its place, type and comment. {0} is the schema
// as a literal.
constexpr const char* kPostgresSql = R"(
select n.nspname, c.relname,
       case c.relkind when 'v' then 'VIEW' when 'm' then 'MATERIALIZED VIEW' else 'BASE TABLE' end,
       obj_description(c.oid, 'pg_class'), pg_get_userbyid(c.relowner),
       a.attname, a.attnum, format_type(a.atttypid, null), col_description(c.oid, a.attnum)
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where n.nspname = {0} and c.relkind in ('r', 'v', 'm', 'f', 'p')
order by 1, 2, 7)";
constexpr const char* kDuckdbSql = R"(
with relations as (
  select schema_name, table_name, 'BASE TABLE' as kind, comment from duckdb_tables()
  where schema_name = {0} and database_name = current_database()
  union all
  select schema_name, view_name, 'VIEW', comment from duckdb_views()
  where schema_name = {0} and database_name = current_database()
)
select r.schema_name, r.table_name, r.kind, r.comment, '' as owner, c.column_name, c.column_index, c.data_type, c.comment
from relations r
join duckdb_columns() c on c.schema_name = r.schema_name and c.table_name = r.table_name
  and c.database_name = current_database()
order by 1, 2, 7)";
constexpr const char* kStandardSql = R"(
select t.table_schema, t.table_name, t.table_type, null, null, c.column_name, c.ordinal_position, c.data_type, null
from information_schema.tables t
join information_schema.columns c on c.table_schema = t.table_schema and c.table_name = t.table_name
where t.table_schema = {0}
order by 1, 2, 7)";

struct FoundColumn {
  std::string name, type, comment;
  std::string index;
};
struct FoundRelation {
  std::string schema, name, kind, comment, owner;
  std::vector<FoundColumn> columns;
};
using Found = std::map<std::pair<std::string, std::string>, FoundRelation>;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

void look_at(const std::string& schema, sql::Adapter& adapter, Found& found) {
  std::string_view engine = adapter.dialect().name();
  const char* sql = engine == "postgres" ? kPostgresSql : engine == "duckdb" ? kDuckdbSql : kStandardSql;
  sql::QueryResult rows = adapter.query(fmt::format(fmt::runtime(sql), adapter.dialect().literal(schema)));
  for (const batch::RecordBatch& batch : rows.batches) {
    auto text = [&](std::size_t column, std::size_t row) {
      return batch.column(column).is_null(row) ? std::string() : batch.column(column).print(row);
    };
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      FoundRelation& relation = found[{lower(text(0, row)), lower(text(1, row))}];
      relation = {text(0, row), text(1, row), text(2, row),
                  text(3, row), text(4, row), std::move(relation.columns)};
      relation.columns.push_back({text(5, row), text(7, row), text(8, row), text(6, row)});
    }
  }
}

void write_relation(JsonWriter& out, const Node& node, const FoundRelation& relation) {
  out.key(node.unique_id);
  out.begin_object();
  out.key("metadata");
  out.begin_object();
  out.member("type", relation.kind);
  out.member("schema", relation.schema);
  out.member("name", relation.name);
  out.member("database", node.relation.database);
  out.key("comment");
  out.text_or_null(relation.comment);
  out.key("owner");
  out.text_or_null(relation.owner);
  out.end_object();
  out.key("columns");
  out.begin_object();
  for (const FoundColumn& column : relation.columns) {
    out.key(column.name);
    out.begin_object();
    out.member("type", column.type);
    out.key("index");
    out.raw(column.index);
    out.member("name", column.name);
    out.key("comment");
    out.text_or_null(column.comment);
    out.end_object();
  }
  out.end_object();
  out.key("stats");
  out.raw(R"({"has_stats": {"id": "has_stats", "label": "Has Stats?", "value": false, "include": false, )"
          R"("description": "Indicates whether there are statistics for this table"}})");
  out.member("unique_id", node.unique_id);
  out.end_object();
}

void write_section(JsonWriter& out, const char* key, const Project& project,
                   const std::set<std::string>& chosen, const Found& found, bool sources) {
  out.key(key);
  out.begin_object();
  for (const Node& node : project.nodes()) {
    if ((node.type == ResourceType::source) != sources || (!chosen.empty() && !chosen.count(node.unique_id)))
      continue;
    if (!sources && (!node.referable() || node.is_ephemeral())) continue;
    auto relation = found.find({lower(node.relation.schema), lower(node.relation.identifier)});
    if (relation != found.end()) write_relation(out, node, relation->second);
  }
  out.end_object();
}

std::string written(const Project& project, const std::set<std::string>& chosen, const Found& found,
                    Env& env) {
  JsonWriter out;
  begin_artifact(out, kSchema, project, env);
  write_section(out, "nodes", project, chosen, found, false);
  write_section(out, "sources", project, chosen, found, true);
  out.key("errors");
  out.raw("null");
  out.end_object();
  return out.take();
}

}  // namespace

std::string catalog_json(const Project& project, const std::vector<std::string>& chosen,
                         sql::Adapter& adapter, Env& env) {
  std::set<std::string> wanted(chosen.begin(), chosen.end()), schemas;
  for (const Node& node : project.nodes()) {
    bool stands = (node.referable() && !node.is_ephemeral()) || node.type == ResourceType::source;
    if (stands && (wanted.empty() || wanted.count(node.unique_id))) schemas.insert(node.relation.schema);
  }
  Found found;
  for (const std::string& schema : schemas) look_at(schema, adapter, found);
  return written(project, wanted, found, env);
}

std::string empty_catalog_json(const Project& project, Env& env) {
  return written(project, {}, {}, env);
}

}  // namespace leat::dbt

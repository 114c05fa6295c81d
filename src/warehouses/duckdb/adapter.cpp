#include "warehouses/duckdb/adapter.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "document/value.h"
#include "duck/appender.h"
#include "duck/chunks.h"
#include "duck/scan.h"
#include "warehouses/duckdb/checkpoint.h"
#include "warehouses/duckdb/dialect.h"
#include "warehouses/duckdb/tables.h"

namespace leat::warehouses::duckdb {
namespace {

constexpr std::size_t kBatchRows = 65536;

// The schema of a result; `casts` gets an expression for each column, cast where Leat has no type for it.
bool describe(duck::Result& result, std::vector<batch::Column>& columns, std::vector<std::string>& native,
              std::string& casts) {
  bool direct = true;
  const sql::Dialect& dialect = duck_dialect();
  for (idx_t i = 0; i < duck::duckdb_column_count(&result.get()); ++i) {
    duck::LogicalType type(duck::duckdb_column_logical_type(&result.get(), i));
    std::string name = duck::duckdb_column_name(&result.get(), i);
    std::string quoted = dialect.quote(name);
    std::optional<batch::Type> known = duck::leat_type(type.get());
    duckdb_type id = duck::duckdb_get_type_id(type.get());
    bool nested = id == DUCKDB_TYPE_LIST || id == DUCKDB_TYPE_STRUCT || id == DUCKDB_TYPE_MAP ||
                  id == DUCKDB_TYPE_ARRAY;
    if (!known) {
      direct = false;
      known = batch::Type{nested                   ? batch::TypeKind::json
                          : id == DUCKDB_TYPE_UUID ? batch::TypeKind::uuid
                                                   : batch::TypeKind::text};
      casts += fmt::format("{}{} as {}", casts.empty() ? "" : ", ",
                           nested ? fmt::format("cast(to_json({}) as varchar)", quoted)
                                  : fmt::format("cast({} as varchar)", quoted),
                           quoted);
    } else {
      casts += (casts.empty() ? "" : ", ") + quoted;
    }
    native.push_back(duck::native_name(type.get()));
    columns.push_back({std::move(name), *known});
  }
  return direct;
}

std::string without_semicolon(std::string sql) {
  while (!sql.empty() && (sql.back() == ';' || std::isspace(static_cast<unsigned char>(sql.back()))))
    sql.pop_back();
  return sql;
}

}  // namespace

const sql::Dialect& DuckAdapter::dialect() const {
  return duck_dialect();
}

std::string DuckAdapter::database() {
  sql::QueryResult result = query("select current_database()", 1);
  return std::string(result.batches.at(0).column(0).text(0));
}

// To ask at each commit would take a twentieth of the time of small models.
std::int64_t DuckAdapter::execute(const std::string& sql) {
  constexpr unsigned kCommits = 32;
  std::int64_t changed = connection_.execute(sql);
  if (sql == "commit" && ++commits_ % kCommits == 0) write_out_new_tables(connection_);
  return changed;
}

namespace {

// Sessions with `errors_as_json` tell more, as an object after the kind of error.
sql::Objection objection_of(const std::string& message) {
  sql::Objection objection;
  std::size_t colon = message.find(" Error: ");
  objection.code = message.substr(0, colon == std::string::npos ? 0 : colon);
  objection.text = message.substr(colon == std::string::npos ? 0 : colon + 8);
  if (!objection.text.starts_with('{')) return objection;
  document::Value told = document::parse_json(objection.text, "DuckDB's error");
  objection.code = told["exception_type"].raw();
  if (told.find("error_subtype")) objection.code += "/" + told["error_subtype"].raw();
  objection.text = told["exception_message"].raw();
  objection.name = told["name"].raw();
  // Signatures have commas of their own.
  const std::string& near = told["candidates"].raw();
  if (near.find('(') == std::string::npos) {
    for (std::size_t at = 0; at < near.size();) {
      std::size_t end = std::min(near.find(',', at), near.size());
      objection.candidates.push_back(near.substr(at, end - at));
      at = end + 1;
    }
  }
  std::size_t offset = 0;
  const std::string& position = told["position"].raw();
  if (std::from_chars(position.data(), position.data() + position.size(), offset).ptr != position.data())
    objection.offset = offset;
  return objection;
}

}  // namespace

std::optional<sql::Objection> DuckAdapter::try_execute(const std::string& sql) {
  duck::Result result;
  if (duck::duckdb_query(connection_.handle(), sql.c_str(), &result.get()) == DuckDBSuccess)
    return std::nullopt;
  const char* message = duck::duckdb_result_error(&result.get());
  return objection_of(message ? message : "DuckDB gives no reason");
}

// Through an appender: a statement would be parsed, bound and planned for its one row.
void DuckAdapter::commit(const sql::Record& record) {
  if (record.values.empty()) return Adapter::commit(record);
  if (!record.before.empty()) execute(record.before);
  duck::Appender appender(connection_, record.table.schema, record.table.identifier);
  appender.append(record.values);
  appender.close();
  execute("commit");
}

sql::QueryResult DuckAdapter::query(const std::string& sql, std::int64_t rows_max) {
  duck::Result result = connection_.run(sql);
  sql::QueryResult out;
  std::vector<batch::Column> columns;
  std::string casts;
  if (!describe(result, columns, out.native_types, casts)) {
    result = connection_.run(fmt::format("select {} from (\n{}\n) as q", casts, without_semicolon(sql)));
  }
  out.schema = std::make_shared<const batch::Schema>(std::move(columns));
  std::int64_t rows = 0;
  while (duckdb_data_chunk chunk = duck::duckdb_fetch_chunk(result.get())) {
    rows += static_cast<std::int64_t>(duck::duckdb_data_chunk_get_size(chunk));
    if (out.batches.empty() || out.batches.back().rows() >= kBatchRows) out.batches.emplace_back(out.schema);
    duck::append_chunk(chunk, out.batches.back());
    duck::duckdb_destroy_data_chunk(&chunk);
    if (rows > rows_max) {
      throw Error(ErrorCode::warehouse_sql, fmt::format("The query gives more than {} rows", rows_max),
                  connection_.database()->path())
          .fix("Add a LIMIT or an aggregate, or raise the limit.");
    }
  }
  return out;
}

bool DuckAdapter::insert_texts(const std::string& relation, const std::vector<std::string>& types,
                               const batch::RecordBatch& rows) {
  std::string casts;
  for (std::size_t i = 0; i < types.size(); ++i) {
    casts += fmt::format("{}cast({} as {})", i ? ", " : "",
                         duck_dialect().quote(rows.schema()->columns()[i].name), types[i]);
  }
  // Its registration goes with the transaction when that is rolled back, so none is kept for the next call.
  duck::BatchScan scan(connection_);
  scan.set(&rows);
  execute(fmt::format("insert into {} select {} from {}", relation, casts, scan.sql()));
  return true;
}

std::vector<std::string> DuckAdapter::list_schemas() {
  std::vector<std::string> names;
  sql::QueryResult result = query(
      "select schema_name from duckdb_schemas() where database_name = current_database() and not internal or "
      "(database_name = current_database() and schema_name = 'main') order by 1",
      100000);
  for (const auto& batch : result.batches) {
    for (std::size_t row = 0; row < batch.rows(); ++row) names.emplace_back(batch.column(0).text(row));
  }
  return names;
}

std::vector<sql::Relation> DuckAdapter::list_relations(const std::string& schema) {
  sql::QueryResult result =
      query(fmt::format("select table_name, false from duckdb_tables() where database_name = "
                        "current_database() and schema_name = {0} and not internal "
                        "union all select view_name, true from duckdb_views() where database_name = "
                        "current_database() and schema_name = {0} and not internal "
                        "order by 1",
                        duck_dialect().literal(schema)),
            1000000);
  std::vector<sql::Relation> relations;
  for (const auto& batch : result.batches) {
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      bool is_view = batch.column(1).value<std::uint8_t>(row) != 0;
      relations.push_back({"", schema, std::string(batch.column(0).text(row)),
                           is_view ? sql::RelationKind::view : sql::RelationKind::table});
    }
  }
  return relations;
}

// Listing visits every table of every schema, so a table is asked for by name; only views are looked up in
// the list.
std::optional<sql::Relation> DuckAdapter::find_relation(const sql::Relation& wanted) {
  Named is = named(connection_, wanted);
  if (is == Named::nothing) return std::nullopt;
  if (is == Named::other) return Adapter::find_relation(wanted);
  sql::Relation found = wanted;
  found.kind = sql::RelationKind::table;
  return found;
}

std::optional<std::vector<sql::RelationColumn>> DuckAdapter::columns(const sql::Relation& relation) {
  const sql::Dialect& dialect = duck_dialect();
  Named is = named(connection_, relation);
  if (is == Named::nothing) return std::nullopt;
  std::string schema = relation.schema.empty() ? "current_schema()" : dialect.literal(relation.schema);
  std::string database =
      relation.database.empty() ? "current_database()" : dialect.literal(relation.database);
  // To describe a view is to bind it, which may fail.
  sql::QueryResult result =
      query(is == Named::table
                ? columns_query(relation)
                : fmt::format("select column_name, data_type from duckdb_columns() where database_name = {} "
                              "and schema_name = {} and table_name = {} order by column_index",
                              database, schema, dialect.literal(relation.identifier)),
            100000);
  std::vector<sql::RelationColumn> found;
  for (const auto& batch : result.batches) {
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      std::string native(batch.column(1).text(row));
      found.push_back({std::string(batch.column(0).text(row)), native, dialect.parse_type(native)});
    }
  }
  if (found.empty()) return std::nullopt;
  return found;
}

void DuckAdapter::create_schema(const std::string& schema) {
  duck::ensure_schema(connection_, duck_dialect().quote(schema));
}

void DuckAdapter::drop(const sql::Relation& relation) {
  const char* kind = relation.kind == sql::RelationKind::view ? "view" : "table";
  execute(fmt::format("drop {} if exists {} cascade", kind, duck_dialect().render(relation)));
}

void DuckAdapter::rename(const sql::Relation& relation, const std::string& identifier) {
  const char* kind = relation.kind == sql::RelationKind::view ? "view" : "table";
  execute(fmt::format("alter {} {} rename to {}", kind, duck_dialect().render(relation),
                      duck_dialect().quote(identifier)));
}

}  // namespace leat::warehouses::duckdb

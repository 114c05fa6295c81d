#include "warehouses/postgres/adapter.h"

#include <fmt/core.h>

#include <charconv>

#include "base/error.h"
#include "base/time.h"
#include "batch/decimal.h"
#include "warehouses/postgres/dialect.h"

namespace leat::warehouses::postgres {

using batch::Type;
using batch::TypeKind;

namespace {

constexpr std::size_t kBatchRows = 65536;
// Any number that all sessions of Leat share (pg_advisory_xact_lock).
constexpr std::int64_t kCatalogLock = 0x6C656174;

// pg_type.dat: the types that have fixed object ids.
struct KnownType {
  Oid oid;
  const char* name;
};
constexpr KnownType kKnown[] = {{16, "boolean"},
                                {17, "bytea"},
                                {20, "bigint"},
                                {21, "smallint"},
                                {23, "integer"},
                                {25, "text"},
                                {114, "json"},
                                {700, "real"},
                                {701, "double precision"},
                                {1042, "character"},
                                {1043, "character varying"},
                                {1082, "date"},
                                {1083, "time without time zone"},
                                {1114, "timestamp without time zone"},
                                {1184, "timestamp with time zone"},
                                {1700, "numeric"},
                                {2950, "uuid"},
                                {3802, "jsonb"}};

// "" for a type that the server has to name.
std::string native_name(Oid oid, int modifier) {
  for (const KnownType& each : kKnown) {
    if (each.oid != oid) continue;
    if (oid == 1700 && modifier >= 4)
      // Of the scale eleven bits with a sign, since PostgreSQL 15.
      return fmt::format("numeric({},{})", (modifier - 4) >> 16 & 0xFFFF,
                         (((modifier - 4) & 0x7FF) ^ 0x400) - 0x400);
    return each.name;
  }
  return "";
}

template <class Number>
void append_number(batch::ColumnData& column, std::string_view text) {
  Number value{};
  if constexpr (std::is_floating_point_v<Number>) {
    if (text == "Infinity" || text == "-Infinity") {
      value =
          text[0] == '-' ? -std::numeric_limits<Number>::infinity() : std::numeric_limits<Number>::infinity();
      return column.append<Number>(value);
    }
    if (text == "NaN") return column.append<Number>(std::numeric_limits<Number>::quiet_NaN());
  }
  bool fits = std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc();
  bool is_tiny = text.starts_with("0.") || text.starts_with("-0.");
  if (!fits && !is_tiny) return column.append_null();  // a numeric may lie beyond every double
  column.append<Number>(value);
}

std::string bytes_of_hex(std::string_view text) {
  std::string out;
  auto digit = [](char c) { return c <= '9' ? c - '0' : (c | 32) - 'a' + 10; };
  for (std::size_t at = 2; at + 1 < text.size(); at += 2)
    out.push_back(static_cast<char>(digit(text[at]) << 4 | digit(text[at + 1])));
  return out;
}

// Appends a value as PostgreSQL prints it. Dates beyond ISO's four digits ("infinity", BC)
// and numbers beyond all doubles become null.
void append_printed(batch::ColumnData& column, std::string_view text) {
  switch (column.type().kind) {
    case TypeKind::boolean:
      return column.append<std::uint8_t>(text == "t");
    case TypeKind::int16:
      return append_number<std::int16_t>(column, text);
    case TypeKind::int32:
      return append_number<std::int32_t>(column, text);
    case TypeKind::int64:
      return append_number<std::int64_t>(column, text);
    case TypeKind::float32:
      return append_number<float>(column, text);
    case TypeKind::float64:
      return append_number<double>(column, text);
    case TypeKind::decimal:
      if (auto value = batch::parse_decimal(text, 38, column.type().scale))
        return column.append<batch::Int128>(*value);
      return column.append_null();
    case TypeKind::date:
      if (auto days = parse_iso_date(text)) return column.append<std::int32_t>(*days);
      return column.append_null();
    case TypeKind::time:
      if (auto micros = parse_iso_time(text)) return column.append<std::int64_t>(*micros);
      return column.append_null();
    case TypeKind::timestamp:
    case TypeKind::timestamptz:
      if (auto time = parse_iso_timestamp(text))
        return column.append<std::int64_t>(time->time_since_epoch().count());
      return column.append_null();
    case TypeKind::bytes:
      return column.append_text(bytes_of_hex(text));
    case TypeKind::text:
    case TypeKind::json:
    case TypeKind::uuid:
      return column.append_text(text);
  }
}

}  // namespace

namespace {

// A value of COPY's text format.
void append_copied(std::string_view text, std::string& out) {
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = std::min(text.find_first_of("\\\t\n\r", at), text.size());
    out += text.substr(at, end - at);
    if (end == text.size()) return;
    out += '\\';
    out += text[end] == '\t' ? 't' : text[end] == '\n' ? 'n' : text[end] == '\r' ? 'r' : '\\';
    at = end + 1;
  }
}

}  // namespace

bool PgAdapter::insert_texts(const std::string& relation, const std::vector<std::string>&,
                             const batch::RecordBatch& rows) {
  constexpr std::size_t kBytesPerPut = 1 << 16;
  connection_.begin_copy("copy " + relation + " from stdin");
  std::string out;
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    for (std::size_t i = 0; i < rows.schema()->size(); ++i) {
      if (i) out += '\t';
      if (rows.column(i).is_null(row)) {
        out += "\\N";
      } else {
        append_copied(rows.column(i).text(row), out);
      }
    }
    out += '\n';
    if (out.size() < kBytesPerPut) continue;
    connection_.put_copy(out.data(), out.size());
    out.clear();
  }
  if (!out.empty()) connection_.put_copy(out.data(), out.size());
  connection_.end_copy();
  return true;
}

const sql::Dialect& PgAdapter::dialect() const {
  return pg_dialect();
}
std::string PgAdapter::database() {
  return connection_.value("select current_database()");
}

const std::string& PgAdapter::type_name_of(Oid oid) {
  std::string& name = type_names_[oid];
  if (name.empty()) name = connection_.value(fmt::format("select format_type({}, null)", oid));
  return name;
}

sql::QueryResult PgAdapter::query(const std::string& sql, std::int64_t rows_max) {
  PgResult result = connection_.run(sql);
  sql::QueryResult out;
  std::vector<batch::Column> columns;
  int width = PQnfields(result.get());
  for (int i = 0; i < width; ++i) {
    std::string native = native_name(PQftype(result.get(), i), PQfmod(result.get(), i));
    if (native.empty()) native = type_name_of(PQftype(result.get(), i));
    columns.push_back(
        {PQfname(result.get(), i), pg_dialect().parse_type(native).value_or(Type{TypeKind::text})});
    out.native_types.push_back(std::move(native));
  }
  out.schema = std::make_shared<const batch::Schema>(std::move(columns));
  int rows = PQntuples(result.get());
  if (rows > rows_max) {
    throw Error(ErrorCode::warehouse_sql, fmt::format("The query gives more than {} rows", rows_max),
                connection_.place())
        .fix("Add a LIMIT or an aggregate, or raise the limit.");
  }
  for (int row = 0; row < rows; ++row) {
    if (out.batches.empty() || out.batches.back().rows() >= kBatchRows) out.batches.emplace_back(out.schema);
    batch::RecordBatch& batch = out.batches.back();
    for (int i = 0; i < width; ++i) {
      batch::ColumnData& column = batch.column(static_cast<std::size_t>(i));
      if (PQgetisnull(result.get(), row, i)) {
        column.append_null();
      } else {
        append_printed(column, {PQgetvalue(result.get(), row, i),
                                static_cast<std::size_t>(PQgetlength(result.get(), row, i))});
      }
    }
  }
  return out;
}

std::vector<std::string> PgAdapter::list_schemas() {
  PgResult result = connection_.run(
      "select nspname from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema' order by "
      "1");
  std::vector<std::string> names;
  for (int row = 0; row < PQntuples(result.get()); ++row)
    names.emplace_back(PQgetvalue(result.get(), row, 0));
  return names;
}

std::vector<sql::Relation> PgAdapter::list_relations(const std::string& schema) {
  return relations_where(schema, "");
}

// By its key: a schema of thousands of relations is not listed for each of them.
std::optional<sql::Relation> PgAdapter::find_relation(const sql::Relation& wanted) {
  std::vector<sql::Relation> found =
      relations_where(wanted.schema, " and c.relname = " + pg_dialect().literal(wanted.identifier));
  if (found.empty()) return std::nullopt;
  found.front().database = wanted.database;
  return std::move(found.front());
}

std::vector<sql::Relation> PgAdapter::relations_where(const std::string& schema,
                                                      const std::string& condition) {
  PgResult result = connection_.run(
      fmt::format("select c.relname, c.relkind from pg_class c join pg_namespace n on n.oid = c.relnamespace "
                  "where n.nspname = {} and c.relkind in ('r', 'p', 'v', 'm', 'f'){} order by 1",
                  pg_dialect().literal(schema), condition));
  std::vector<sql::Relation> relations;
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    char kind = PQgetvalue(result.get(), row, 1)[0];
    sql::RelationKind named = kind == 'v'   ? sql::RelationKind::view
                              : kind == 'm' ? sql::RelationKind::materialized_view
                              : kind == 'f' ? sql::RelationKind::external
                                            : sql::RelationKind::table;
    relations.push_back({"", schema, PQgetvalue(result.get(), row, 0), named});
  }
  return relations;
}

std::optional<std::vector<sql::RelationColumn>> PgAdapter::columns(const sql::Relation& relation) {
  sql::Relation local = relation;
  local.database.clear();
  PgResult result = connection_.run(fmt::format(
      "select attname, format_type(atttypid, atttypmod) from pg_attribute where attrelid = to_regclass({}) "
      "and attnum > 0 and not attisdropped order by attnum",
      pg_dialect().literal(pg_dialect().render(local))));
  std::vector<sql::RelationColumn> columns;
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    std::string native = PQgetvalue(result.get(), row, 1);
    columns.push_back({PQgetvalue(result.get(), row, 0), native, pg_dialect().parse_type(native)});
  }
  if (columns.empty()) return std::nullopt;
  return columns;
}

void ensure_schema(PgConnection& connection, const std::string& schema) {
  // IF NOT EXISTS still collides when two sessions create at once, and under a lock too: a session may
  // remember from before it held the lock that there is none.
  connection.execute(fmt::format(
      "do $leat$ begin perform pg_advisory_xact_lock({}); create schema if not exists {}; exception "
      "when unique_violation or duplicate_schema then null; end $leat$",
      kCatalogLock, pg_dialect().quote(schema)));
}

void PgAdapter::create_schema(const std::string& schema) {
  ensure_schema(connection_, schema);
}

void PgAdapter::drop(const sql::Relation& relation) {
  const char* kind = relation.kind == sql::RelationKind::view                ? "view"
                     : relation.kind == sql::RelationKind::materialized_view ? "materialized view"
                                                                             : "table";
  execute(fmt::format("drop {} if exists {} cascade", kind, pg_dialect().render(relation)));
}

void PgAdapter::rename(const sql::Relation& relation, const std::string& identifier) {
  const char* kind = relation.kind == sql::RelationKind::view ? "view" : "table";
  execute(fmt::format("alter {} {} rename to {}", kind, pg_dialect().render(relation),
                      pg_dialect().quote(identifier)));
}

}  // namespace leat::warehouses::postgres

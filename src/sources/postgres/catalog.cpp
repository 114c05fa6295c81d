#include "sources/postgres/catalog.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "base/error.h"
#include "base/glob.h"
#include "base/spec.h"

namespace leat::sources::postgres {
namespace {

constexpr int kGeneratedPublished = 180000;

constexpr const char* kTables = R"sql(
select c.oid, n.nspname, c.relname, c.relkind, c.relreplident
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition
  and n.nspname <> 'information_schema' and n.nspname not like 'pg\_%' and c.relpersistence <> 't'{}
order by n.nspname, c.relname)sql";

// A domain is read as the type below it; its precision is that of the domain nearest to the type.
constexpr const char* kColumns = R"sql(
with recursive chain as (
  select oid as start, oid, typtype, -1 as modifier from pg_type
  where oid in (select atttypid from pg_attribute where attrelid in ({0}))
  union all
  select chain.start, below.oid, below.typtype, case when dom.typtypmod >= 0 then dom.typtypmod else chain.modifier end
  from chain join pg_type dom on dom.oid = chain.oid join pg_type below on below.oid = dom.typbasetype
  where chain.typtype = 'd')
select a.attrelid, a.attname, a.attnum, a.attnotnull, a.attgenerated, a.atthasmissing or a.atthasdef,
  t.oid, case when chain.start <> chain.oid then chain.modifier else a.atttypmod end, t.typname, t.typtype,
  coalesce(case when t.typcategory = 'A' and t.typelem <> 0 then e.typcategory end, ''), a.atttypid, a.atttypmod
from pg_attribute a
join chain on chain.start = a.atttypid and chain.typtype <> 'd'
join pg_type t on t.oid = chain.oid
left join pg_type e on e.oid = t.typelem
where a.attnum > 0 and not a.attisdropped and a.attrelid in ({0})
order by a.attrelid, a.attnum)sql";

// The server tells rows apart by no key that may be violated for a while (deferrable).
constexpr const char* kKeys = R"sql(
select i.indrelid, i.indisprimary, i.indisreplident, a.attname
from pg_index i cross join lateral unnest(i.indkey[0:i.indnkeyatts - 1]) with ordinality as k(number, place)
join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number
where (i.indisprimary or i.indisreplident) and i.indimmediate and i.indisvalid and i.indrelid in ({})
order by i.indrelid, i.indexrelid, k.place)sql";

template <class Number>
Number number(const std::string& text) {
  Number value{};
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

bool is_selected(const Table& table, const Options& options) {
  auto in_schema = [&](const std::string& glob) { return matches_glob(glob, table.schema); };
  if (std::none_of(options.schemas.begin(), options.schemas.end(), in_schema)) return false;
  return options.tables.empty() ||
         std::any_of(options.tables.begin(), options.tables.end(), [&](const std::string& glob) {
           return matches_glob(glob, table.name) || matches_glob(glob, table.schema + "." + table.name);
         });
}

[[noreturn]] void refuse(const std::string& what, const std::string& name,
                         const std::vector<std::string>& known, const Options& options) {
  std::string near = nearest(name, known);
  throw Error(ErrorCode::config_invalid,
              fmt::format("{} `{}` does not exist{}", what, name,
                          near.empty() ? "" : fmt::format("; did you mean `{}`?", near)),
              options.where);
}

std::vector<std::string> column_names(const Table& table) {
  std::vector<std::string> names;
  for (const PgColumn& column : table.columns) names.push_back(column.name);
  return names;
}

void select_columns(Table& table, const Options& options) {
  std::vector<std::string> known = column_names(table);
  auto has = [&](const std::string& name) {
    return std::find(known.begin(), known.end(), name) != known.end();
  };
  if (auto cursor = options.cursors.find(table.stream); cursor != options.cursors.end()) {
    if (!has(cursor->second))
      refuse(fmt::format("The cursor of {}", table.stream), cursor->second, known, options);
    table.cursor = cursor->second;
  }
  if (auto where = options.conditions.find(table.stream); where != options.conditions.end())
    table.condition = where->second;
  auto only = options.columns.find(table.stream);
  if (only == options.columns.end()) return;
  for (const std::string& name : only->second) {
    if (!has(name)) refuse(fmt::format("The column of {}", table.stream), name, known, options);
  }
  std::erase_if(table.columns, [&](const PgColumn& column) {
    return std::find(only->second.begin(), only->second.end(), column.name) == only->second.end();
  });
}

void check_names(const std::vector<Table>& tables, const Options& options) {
  std::vector<std::string> known;
  for (const Table& table : tables) known.push_back(table.stream);
  auto check = [&](const std::string& name) {
    if (!find_table(tables, name)) refuse("The stream", name, known, options);
  };
  for (const auto& [name, value] : options.columns) check(name);
  for (const auto& [name, value] : options.conditions) check(name);
  for (const auto& [name, value] : options.cursors) check(name);
}

// A word that is renamed changes every row that has it, and no row tells.
void read_words(Session& session, std::map<std::uint32_t, Table*>& by_oid) {
  std::map<std::uint32_t, std::vector<PgColumn*>> by_type;
  std::string types;
  for (auto& [oid, table] : by_oid) {
    for (PgColumn& column : table->columns) {
      if (column.type.kind != 'e' && column.type.element_category != 'E') continue;
      by_type[column.type.oid].push_back(&column);
      types += (types.empty() ? "" : ",") + std::to_string(column.type.oid);
    }
  }
  if (types.empty()) return;
  for (const auto& row :
       session.rows(fmt::format("select t.oid, e.enumlabel from pg_type t join pg_enum e on e.enumtypid = "
                                "case when t.typtype = 'e' "
                                "then t.oid else t.typelem end where t.oid in ({}) order by t.oid, e.oid",
                                types))) {
    for (PgColumn* column : by_type[number<std::uint32_t>(row[0])]) column->words.push_back(row[1]);
  }
}

void read_columns(Session& session, const std::string& oids, std::map<std::uint32_t, Table*>& by_oid) {
  for (const auto& row : session.rows(fmt::format(fmt::runtime(kColumns), oids))) {
    PgColumn column;
    column.name = row[1];
    column.number = number<int>(row[2]);
    column.nullable = row[3] != "t";
    column.generated = row[4].empty() ? '\0' : row[4][0];
    column.fills = row[5] == "t";
    column.type = {number<std::uint32_t>(row[6]), number<std::int32_t>(row[7]), row[8], row[9][0],
                   row[10].empty() ? '\0' : row[10][0]};
    column.declared = number<std::uint32_t>(row[11]);
    column.declared_modifier = number<std::int32_t>(row[12]);
    by_oid[number<std::uint32_t>(row[0])]->columns.push_back(std::move(column));
  }
  read_words(session, by_oid);
  for (const auto& row : session.rows(fmt::format(fmt::runtime(kKeys), oids))) {
    Table& table = *by_oid[number<std::uint32_t>(row[0])];
    if (row[1] == "t") table.primary_key.push_back(row[3]);
    if (row[2] == "t") table.identity_key.push_back(row[3]);
  }
  for (auto& [oid, table] : by_oid) {
    if (table->identity == 'd' || (table->identity == 'f' && table->identity_key.empty()))
      table->identity_key = table->primary_key;
    if (table->identity == 'n') table->identity_key.clear();
    for (PgColumn& column : table->columns) {
      const auto& key = table->identity_key;
      column.is_key = std::find(key.begin(), key.end(), column.name) != key.end();
    }
  }
}

// What finds the tables that a stream may be by the index of their names: `a.b` is a table a.b, or b of the
// schema a.
std::string may_be(const std::string& stream) {
  if (stream.empty()) return "";
  std::string names = quote_literal(stream);
  for (std::size_t dot = stream.find('.'); dot != std::string::npos; dot = stream.find('.', dot + 1))
    names += ", " + quote_literal(stream.substr(dot + 1));
  return fmt::format(" and c.relname in ({})", names);
}

}  // namespace

std::vector<Table> read_tables(Session& session, const Options& options, const std::string& stream) {
  std::vector<Table> tables;
  for (const auto& row : session.rows(fmt::format(fmt::runtime(kTables), may_be(stream)))) {
    Table table;
    table.oid = number<std::uint32_t>(row[0]);
    table.schema = row[1];
    table.name = row[2];
    table.kind = row[3][0];
    table.identity = row[4][0];
    bool is_first = matches_glob(options.schemas[0], table.schema) && !is_glob(options.schemas[0]);
    table.stream = is_first ? table.name : table.schema + "." + table.name;
    bool is_meant = stream.empty() || table.stream == stream;
    if (is_meant && is_selected(table, options)) tables.push_back(std::move(table));
  }
  std::map<std::uint32_t, Table*> by_oid;
  std::string oids;
  for (Table& table : tables) {
    by_oid[table.oid] = &table;
    oids += (oids.empty() ? "" : ",") + std::to_string(table.oid);
  }
  if (!tables.empty()) read_columns(session, oids, by_oid);
  if (stream.empty()) check_names(tables, options);
  for (Table& table : tables) select_columns(table, options);
  return tables;
}

namespace {

// From PostgreSQL 18 on a publication may carry stored generated columns; one that Leat makes does.
bool publishes_generated(Session& session, const Options& options) {
  if (session.version() < kGeneratedPublished) return false;
  return session.value(
             fmt::format("select coalesce(bool_or(pubgencols = 's' or obj_description(oid, "
                         "'pg_publication') = 'made by leat'), true) from pg_publication where pubname = {}",
                         quote_literal(options.publication))) == "t";
}

}  // namespace

std::vector<Table> read_change_tables(Session& session, const Options& options) {
  std::vector<Table> tables = read_tables(session, options);
  std::erase_if(tables, [](const Table& table) {
    bool is_table = table.kind == 'r' || table.kind == 'p';
    return !is_table || (table.identity_key.empty() && table.identity != 'f');
  });
  bool has_stored = publishes_generated(session, options);
  for (Table& table : tables) {
    std::erase_if(table.columns, [&](const PgColumn& column) {
      return column.generated != 0 && !(has_stored && column.generated == 's');
    });
  }
  return tables;
}

std::vector<ColumnPlan> plan_columns(const Table& table, Numerics numerics) {
  std::vector<ColumnPlan> plans;
  for (const PgColumn& column : table.columns) plans.push_back(plan_column(column, numerics));
  return plans;
}

batch::SchemaPtr schema_of(const std::vector<ColumnPlan>& plans) {
  std::vector<batch::Column> columns;
  for (const ColumnPlan& plan : plans) columns.push_back({plan.name, plan.type, plan.nullable});
  return std::make_shared<const batch::Schema>(std::move(columns));
}

const Table* find_table(const std::vector<Table>& tables, std::string_view stream) {
  auto found =
      std::find_if(tables.begin(), tables.end(), [&](const Table& each) { return each.stream == stream; });
  return found == tables.end() ? nullptr : &*found;
}

}  // namespace leat::sources::postgres

#include "warehouses/snowflake/table.h"

#include <fmt/core.h>

#include <algorithm>

#include "warehouses/snowflake/catalog.h"
#include "warehouses/snowflake/dialect.h"

namespace leat::warehouses::snowflake {

using batch::Type;
using batch::TypeKind;

namespace {

std::string qualified(const sql::Relation& relation) {
  return snow_dialect().render(relation);
}
std::string quoted(std::string_view name) {
  return snow_dialect().quote(name);
}

bool is_whole(Type type) {
  return type.kind == TypeKind::int16 || type.kind == TypeKind::int32 || type.kind == TypeKind::int64;
}
// Snowflake widens a NUMBER in place as long as its scale stays.
bool widens_in_place(Type from, Type to) {
  bool from_number = is_whole(from) || from.kind == TypeKind::decimal;
  bool to_number = is_whole(to) || to.kind == TypeKind::decimal;
  return from_number && to_number && from.scale == to.scale;
}

void rewrite(Session& session, const sql::Relation& table, const std::vector<TableColumn>& existing,
             const std::vector<TableColumn>& wanted) {
  std::string definitions, values;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    std::string name = quoted(wanted[i].name);
    definitions += fmt::format("{}{} {}", i ? ", " : "", name, wanted[i].native_type);
    bool changes = existing[i].native_type != wanted[i].native_type;
    std::string value = changes ? fmt::format("cast({} as {})", name, wanted[i].native_type) : name;
    if (changes && existing[i].type.kind == TypeKind::json) value = fmt::format("to_json({})", name);
    values += (i ? ", " : "") + value;
  }
  session.execute(fmt::format("create or replace table {} ({}){} as select {} from {}", qualified(table),
                              definitions, session.account().is_emulator ? "" : " copy grants", values,
                              qualified(table)));
}

void create(Session& session, const sql::Relation& table, const std::vector<batch::Column>& columns,
            const std::string& more) {
  std::string list;
  for (const batch::Column& column : columns) {
    list += fmt::format("{}{} {}", list.empty() ? "" : ", ", quoted(column.name),
                        snow_dialect().type_name(column.type));
  }
  session.execute(fmt::format("create table if not exists {} ({}{})", qualified(table), list, more));
}

}  // namespace

std::vector<TableColumn> table_columns(Session& session, const sql::Relation& table) {
  std::vector<TableColumn> columns;
  for (const CatalogColumn& each : catalog_columns(session, table)) {
    Type type = snow_dialect().parse_type(each.native_type).value_or(Type{TypeKind::text});
    columns.push_back({each.name, each.native_type, type});
  }
  return columns;
}

bool fit_table(Session& session, const sql::Relation& table, std::vector<batch::Column>& columns,
               const std::string& more) {
  std::vector<TableColumn> existing = table_columns(session, table);
  if (existing.empty()) {
    create(session, table, columns, more);
    return true;
  }
  std::vector<TableColumn> wanted = existing;
  bool rewrites = false;
  for (batch::Column& column : columns) {
    auto found = std::find_if(wanted.begin(), wanted.end(),
                              [&](const TableColumn& each) { return each.name == folded(column.name); });
    if (found == wanted.end()) {
      session.execute(fmt::format("alter table {} add column if not exists {} {}", qualified(table),
                                  quoted(column.name), snow_dialect().type_name(column.type)));
      TableColumn added{folded(column.name), snow_dialect().type_name(column.type), column.type};
      existing.push_back(added);
      wanted.push_back(std::move(added));
      continue;
    }
    Type wide = batch::common_type(found->type, column.type);
    column.type = wide;
    if (wide == found->type) continue;
    std::string native = snow_dialect().type_name(wide);
    if (widens_in_place(found->type, wide)) {
      session.execute(fmt::format("alter table {} alter column {} set data type {}", qualified(table),
                                  quoted(column.name), native));
      existing[static_cast<std::size_t>(found - wanted.begin())].native_type = native;
    } else {
      rewrites = true;
    }
    found->native_type = native;
    found->type = wide;
  }
  if (rewrites) rewrite(session, table, existing, wanted);
  return false;
}

}  // namespace leat::warehouses::snowflake

#include "warehouses/children.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "base/error.h"

namespace leat::warehouses {

using batch::Type;
using batch::TypeKind;

namespace {

constexpr const char* kKeys = "leat_touched_keys";
constexpr const char* kIndex = "_index";
constexpr const char* kValue = "value";

// What DuckDB's json_type and PostgreSQL's jsonb_typeof call a value.
Type type_of(const std::string& name) {
  if (name == "BIGINT" || name == "UBIGINT" || name == "whole") return Type{TypeKind::int64};
  if (name == "DOUBLE" || name == "number") return Type{TypeKind::float64};
  if (name == "BOOLEAN" || name == "boolean") return Type{TypeKind::boolean};
  if (name == "OBJECT" || name == "ARRAY" || name == "object" || name == "array") return Type{TypeKind::json};
  return Type{TypeKind::text};
}

}  // namespace

Children::Children(Session& session, const sql::Dialect& dialect, const stream::Target& target)
    : session_(session), dialect_(dialect), target_(target), is_duckdb_(dialect.name() == "duckdb") {
  if (!is_duckdb_ && dialect.name() != "postgres") {
    throw Error(ErrorCode::config_invalid, "This warehouse makes no child tables", "stream " + target.stream)
        .fix("Take `child_tables` out, and take lists apart in a model.");
  }
}

std::string Children::keys(std::string_view prefix) const {
  std::string out;
  for (const std::string& key : target_.primary_key)
    out += fmt::format("{}{}{}", out.empty() ? "" : ", ", prefix, dialect_.quote(key));
  return out;
}

std::string Children::keys_match(std::string_view a, std::string_view b) const {
  std::string out;
  for (const std::string& key : target_.primary_key)
    out += fmt::format("{}{}.{} = {}.{}", out.empty() ? "" : " and ", a, dialect_.quote(key), b,
                       dialect_.quote(key));
  return out;
}

void Children::note_keys(const sql::Relation& stage) {
  session_.change(fmt::format("drop table if exists {}", dialect_.quote(kKeys)));
  session_.change(fmt::format("create temporary table {} as select distinct {} from {}",
                              dialect_.quote(kKeys), keys(""), dialect_.render(stage)));
  has_keys_ = true;
}

// The elements of the touched rows: the key, the place and the element itself, as p, i and e.
std::string Children::elements(const stream::ChildTable& child) const {
  std::string column = "p." + dialect_.quote(child.column);
  std::string touched =
      has_keys_ ? fmt::format(" join {} as k on {}", dialect_.quote(kKeys), keys_match("p", "k")) : "";
  std::string parent = dialect_.render({"", target_.schema, target_.table});
  std::string key = keys("p.");
  if (is_duckdb_) {
    return fmt::format(
        "(select {0}, r.i as i, json_extract({1}, '$[' || r.i || ']') as e from {2} as p{3} cross join "
        "lateral "
        "(select unnest(range(cast(coalesce(json_array_length({1}), 0) as bigint))) as i) as r)",
        key, column, parent, touched);
  }
  return fmt::format(
      "(select {0}, a.i - 1 as i, a.e as e from {2} as p{3} cross join lateral jsonb_array_elements(case "
      "when "
      "jsonb_typeof({1}) = 'array' then {1} else '[]'::jsonb end) with ordinality as a(e, i))",
      key, column, parent, touched);
}

std::vector<Children::Field> Children::fields(const stream::ChildTable& child) {
  std::string from = elements(child);
  std::string sql =
      is_duckdb_
          ? fmt::format(
                "select distinct u.k, json_type(x.e, '$.\"' || u.k || '\"') from {0} as x cross join lateral "
                "(select unnest(json_keys(x.e)) as k) as u where json_type(x.e) = 'OBJECT' union all select "
                "distinct '', json_type(x.e) from {0} as x where json_type(x.e) <> 'OBJECT' order by 1, 2",
                from)
          : fmt::format(
                "select distinct u.k, case when jsonb_typeof(u.v) = 'number' and (u.v #>> '{{}}')::numeric % "
                "1 = 0 "
                "and abs((u.v #>> '{{}}')::numeric) < 9e18 then 'whole' else jsonb_typeof(u.v) end from {0} "
                "as x "
                "cross join lateral jsonb_each(x.e) as u(k, v) where jsonb_typeof(x.e) = 'object' union all "
                "select "
                "distinct '', jsonb_typeof(x.e) from {0} as x where jsonb_typeof(x.e) <> 'object' order by "
                "1, 2",
                from);
  std::vector<Field> out;
  for (const std::vector<std::string>& row : session_.rows(sql)) {
    bool is_null = row[1].empty() || row[1] == "NULL" || row[1] == "null";
    auto held =
        std::find_if(out.begin(), out.end(), [&](const Field& field) { return field.name == row[0]; });
    if (held == out.end()) {
      // A member that is only null so far has no type; it comes with its first value.
      if (!is_null) out.push_back({row[0], type_of(row[1])});
    } else if (!is_null) {
      held->type = batch::common_type(held->type, type_of(row[1]));
    }
  }
  return out;
}

void Children::fit_table(const sql::Relation& table, const stream::ChildTable& child,
                         std::vector<Field>& fields) {
  std::string name = dialect_.render(table);
  std::string parent = dialect_.render({"", target_.schema, target_.table});
  std::vector<batch::Column> known = session_.columns_of(table);
  if (known.empty()) {
    session_.change(fmt::format("create table {} as select {}, cast(0 as bigint) as {} from {} where 1 = 0",
                                name, keys(""), dialect_.quote(kIndex), parent));
    known = session_.columns_of(table);
  }
  for (Field& field : fields) {
    std::string column = field.name.empty() ? kValue : field.name;
    auto is_key = std::find(target_.primary_key.begin(), target_.primary_key.end(), column);
    if (is_key != target_.primary_key.end()) {
      throw Error(ErrorCode::sync_column,
                  fmt::format("Elements of `{}` have a member `{}`, and so is a key of their row called",
                              child.column, column),
                  "stream " + target_.stream)
          .fix("Rename the key column of the stream.");
    }
    auto held = std::find_if(known.begin(), known.end(),
                             [&](const batch::Column& each) { return each.name == column; });
    if (held == known.end()) {
      session_.change(fmt::format("alter table {} add column {} {}", name, dialect_.quote(column),
                                  dialect_.type_name(field.type)));
      continue;
    }
    Type wide = batch::common_type(held->type, field.type);
    if (!(wide == held->type))
      session_.change(fmt::format(
          "alter table {0} alter column {1} {2} {3}{4}", name, dialect_.quote(column),
          is_duckdb_ ? "set data type" : "type", dialect_.type_name(wide),
          is_duckdb_ ? "" : fmt::format(" using {}::{}", dialect_.quote(column), dialect_.type_name(wide))));
    field.type = wide;
  }
}

std::string Children::extract(const Field& field) const {
  std::string type = dialect_.type_name(field.type);
  bool is_json = field.type.kind == TypeKind::json;
  if (is_duckdb_) {
    // An element that is no object has no members, and the other way round.
    std::string path = field.name.empty() ? "$" : fmt::format("$.\"{}\"", field.name);
    std::string value =
        fmt::format("{}(x.e, {})", is_json ? "json_extract" : "json_extract_string", dialect_.literal(path));
    if (field.name.empty()) value = fmt::format("case when json_type(x.e) <> 'OBJECT' then {} end", value);
    return fmt::format("cast({} as {})", value, type);
  }
  std::string name = dialect_.literal(field.name);
  if (field.name.empty()) {
    return fmt::format("case when jsonb_typeof(x.e) <> 'object' then cast({} as {}) end",
                       is_json ? "x.e" : "x.e #>> '{}'", type);
  }
  return fmt::format("cast(case when jsonb_typeof(x.e) = 'object' then x.e {} {} end as {})",
                     is_json ? "->" : "->>", name, type);
}

void Children::make_one(const stream::ChildTable& child) {
  std::vector<Field> members = fields(child);
  sql::Relation table{"", target_.schema, child.table};
  fit_table(table, child, members);
  std::string name = dialect_.render(table);
  session_.change(has_keys_ ? fmt::format("delete from {} as c where exists (select 1 from {} as k where {})",
                                          name, dialect_.quote(kKeys), keys_match("c", "k"))
                            : "delete from " + name);
  std::string columns = fmt::format("{}, {}", keys(""), dialect_.quote(kIndex)),
              values = keys("x.") + ", x.i";
  for (const Field& field : members) {
    columns += ", " + dialect_.quote(field.name.empty() ? kValue : field.name);
    values += ", " + extract(field);
  }
  session_.change(
      fmt::format("insert into {} ({}) select {} from {} as x", name, columns, values, elements(child)));
}

void Children::make(const std::vector<stream::ChildTable>& children) {
  for (const stream::ChildTable& child : children) make_one(child);
  if (has_keys_) session_.change("drop table " + dialect_.quote(kKeys));
  has_keys_ = false;
}

}  // namespace leat::warehouses

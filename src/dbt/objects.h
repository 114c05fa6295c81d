// Objects: what models and macros see of a warehouse: Relation, Column, and Table (agate's shape) with its
// rows.
//
// Guarantees: a Relation prints as its quoted name; two are equal when they print the same.
// Threads: as jinja::Object; none is changed after it was made.
// Source: https://docs.getdbt.com/reference/dbt-classes
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "jinja/call.h"
#include "jinja/object.h"
#include "sql/adapter.h"

namespace leat::dbt {

class RelationObject final : public jinja::Object {
 public:
  RelationObject(sql::Relation named, const sql::Dialect& dialect, bool known_kind = true)
      : relation(std::move(named)), dialect_(dialect), known_kind_(known_kind) {}
  /// A common table expression, for ephemeral models: prints as its bare name.
  static jinja::Value cte(std::string name, const sql::Dialect& dialect);

  std::string_view type_name() const override { return "Relation"; }
  std::string str() const override;
  std::string repr() const override { return "<Relation " + str() + ">"; }
  std::optional<jinja::Value> attribute(std::string_view name) override;
  std::optional<jinja::Value> method(std::string_view name, jinja::CallArguments& arguments) override;
  bool equals(const jinja::Value& other) const override;
  std::size_t hash() const override { return std::hash<std::string>()(str()); }
  bool truth() const override { return true; }

  sql::Relation relation;

 private:
  const sql::Dialect& dialect_;
  bool known_kind_;
  bool is_cte_ = false;
};

class ColumnObject final : public jinja::Object {
 public:
  ColumnObject(sql::RelationColumn column, const sql::Dialect& dialect)
      : column_(std::move(column)), dialect_(dialect) {}
  std::string_view type_name() const override { return "Column"; }
  std::string repr() const override { return "<Column " + column_.name + " (" + column_.native_type + ")>"; }
  std::optional<jinja::Value> attribute(std::string_view name) override;
  std::optional<jinja::Value> method(std::string_view name, jinja::CallArguments& arguments) override;

 private:
  sql::RelationColumn column_;
  const sql::Dialect& dialect_;
};

/// The result of a query as dbt's macros know it: columns, rows, column_names, print_table().
jinja::Value make_table(const sql::QueryResult& result);
/// `api`: Relation.create(…) and Column.
jinja::Value make_api(const sql::Dialect& dialect);

}  // namespace leat::dbt

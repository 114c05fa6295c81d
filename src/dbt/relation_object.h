// RelationObject, ColumnObject: the Relation and Column of dbt's macros.
//
// Guarantees: a Relation prints as its name, with the parts and quotes that its policies say; two are equal
//   when they print the same.
// Threads: immutable; any.
// Owns: nothing foreign; the dialect outlives them.
// Errors: Error(jinja_type) for arguments that don't fit.
// Source: https://docs.getdbt.com/reference/dbt-classes
#pragma once
#include <array>
#include <optional>
#include <string>

#include "jinja/call.h"
#include "jinja/object.h"
#include "sql/adapter.h"

namespace leat::dbt {

enum class RelationType { unknown, table, view, cte, materialized_view, external };

class RelationObject final : public jinja::Object {
 public:
  RelationObject(sql::Relation named, const sql::Dialect& dialect, RelationType type)
      : relation(std::move(named)), dialect_(dialect), type_(type) {}
  /// Makes a relation just made be read from elsewhere: `sql` stands for its name.
  static jinja::Value read_from(jinja::Value relation, std::string sql);
  /// A relation whose type its kind tells.
  static jinja::Value make(const sql::Relation& relation, const sql::Dialect& dialect);
  /// A relation whose quotes are said.
  static jinja::Value make(const sql::Relation& relation, const sql::Dialect& dialect,
                           const bool (&quotes)[3]);
  /// A relation of a node, which may not be built yet: its type is not known.
  static jinja::Value unbuilt(const sql::Relation& relation, const sql::Dialect& dialect,
                              const bool (&quotes)[3]);
  /// A relation that prints as a query of some of its rows: `(select * from x CONDITION) ALIAS`.
  static jinja::Value filtered(const sql::Relation& relation, const sql::Dialect& dialect,
                               const bool (&quotes)[3], std::string condition, std::string alias);
  /// A common table expression, for ephemeral models: prints as its bare name.
  static jinja::Value cte(std::string name, const sql::Dialect& dialect);

  std::string_view type_name() const override { return "Relation"; }
  std::string str() const override;
  /// The bare name, also of a filtered relation.
  std::string named() const;
  std::string repr() const override { return "<Relation " + str() + ">"; }
  std::optional<jinja::Value> attribute(std::string_view name) override;
  std::optional<jinja::Value> method(std::string_view name, jinja::CallArguments& arguments) override;
  bool equals(const jinja::Value& other) const override;
  std::size_t hash() const override { return std::hash<std::string>()(str()); }
  bool truth() const override { return true; }
  bool is_mapping() const override { return true; }  // so packages tell a relation from a text
  std::optional<jinja::Value> json() const override;

  const sql::Relation relation;

 private:
  using Parts = std::array<bool, 3>;  // database, schema, identifier
  jinja::Value copy(sql::Relation named) const;
  jinja::Value with_parts(const jinja::CallArguments& arguments, bool quotes) const;
  jinja::Value with_path(const jinja::CallArguments& arguments) const;
  jinja::Value information_schema(const jinja::CallArguments& arguments) const;
  bool matches(const jinja::CallArguments& arguments) const;

  const sql::Dialect& dialect_;
  RelationType type_;
  std::string condition_, alias_;  // of a filtered relation
  std::string external_;           // SQL that stands for its name: a file, a function's call
  Parts included_ = {true, true, true}, quoted_ = {true, true, true};
};

class ColumnObject final : public jinja::Object {
 public:
  ColumnObject(sql::RelationColumn column, const sql::Dialect& dialect)
      : column_(std::move(column)), dialect_(dialect) {}
  std::string_view type_name() const override { return "Column"; }
  std::string repr() const override { return "<Column " + column_.name + " (" + column_.native_type + ")>"; }
  std::optional<jinja::Value> attribute(std::string_view name) override;
  std::optional<jinja::Value> method(std::string_view name, jinja::CallArguments& arguments) override;
  bool equals(const jinja::Value& other) const override;
  const std::string& name() const { return column_.name; }
  const std::string& native_type() const { return column_.native_type; }

 private:
  bool is_string() const;
  const sql::RelationColumn column_;
  const sql::Dialect& dialect_;
};

/// `api`: Relation.create(…) and Column.
jinja::Value make_api(const sql::Dialect& dialect);

}  // namespace leat::dbt

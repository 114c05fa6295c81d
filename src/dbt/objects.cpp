#include "dbt/objects.h"

#include <fmt/core.h>

#include "batch/decimal.h"
#include "jinja/operations.h"

namespace leat::dbt {

using jinja::CallArguments;
using jinja::Value;

namespace {

std::string_view kind_name(sql::RelationKind kind) {
  switch (kind) {
    case sql::RelationKind::view:
      return "view";
    case sql::RelationKind::materialized_view:
      return "materialized_view";
    case sql::RelationKind::external:
      return "external";
    case sql::RelationKind::table:
      break;
  }
  return "table";
}

sql::RelationKind kind_of(std::string_view name) {
  if (name == "view") return sql::RelationKind::view;
  if (name == "materialized_view") return sql::RelationKind::materialized_view;
  return name == "external" ? sql::RelationKind::external : sql::RelationKind::table;
}

Value text_or_none(const std::string& text) {
  return text.empty() ? Value::none() : Value(text);
}

std::string text_of(const Value& value) {
  return value.is_none() || value.is_undefined() ? "" : jinja::to_text(value);
}

// Takes what `path` gives of database, schema and identifier.
void take_path(sql::Relation& relation, const CallArguments& arguments) {
  auto take = [&](std::string& part, const Value* value) {
    if (value) part = text_of(*value);
  };
  for (const jinja::NamedValue& named : arguments.named) {
    if (named.name == "database") take(relation.database, &named.value);
    if (named.name == "schema") take(relation.schema, &named.value);
    if (named.name == "identifier") take(relation.identifier, &named.value);
    if (named.name == "type" && !named.value.is_none()) relation.kind = kind_of(text_of(named.value));
    if (named.name == "path" && named.value.is_dict()) {
      take(relation.database, named.value.as_dict().find("database"));
      take(relation.schema, named.value.as_dict().find("schema"));
      take(relation.identifier, named.value.as_dict().find("identifier"));
    }
  }
}

}  // namespace

Value RelationObject::cte(std::string name, const sql::Dialect& dialect) {
  auto made = jinja::make_ref<RelationObject>(sql::Relation{"", "", std::move(name)}, dialect);
  made->is_cte_ = true;
  return Value(made);
}

std::string RelationObject::str() const {
  return is_cte_ ? relation.identifier : dialect_.render(relation);
}

std::optional<Value> RelationObject::attribute(std::string_view name) {
  if (name == "database") return text_or_none(relation.database);
  if (name == "schema") return text_or_none(relation.schema);
  if (name == "identifier" || name == "name" || name == "table") return Value(relation.identifier);
  if (name == "type")
    return known_kind_ ? Value(std::string(is_cte_ ? "cte" : kind_name(relation.kind))) : Value::none();
  if (name == "is_table") return Value(known_kind_ && !is_cte_ && relation.kind == sql::RelationKind::table);
  if (name == "is_view") return Value(known_kind_ && relation.kind == sql::RelationKind::view);
  if (name == "is_cte") return Value(is_cte_);
  if (name == "is_materialized_view") return Value(relation.kind == sql::RelationKind::materialized_view);
  return std::nullopt;
}

std::optional<Value> RelationObject::method(std::string_view name, CallArguments& arguments) {
  sql::Relation next = relation;
  if (name == "include" || name == "without_identifier") {
    auto keep = [&](std::string_view part) {
      for (const jinja::NamedValue& named : arguments.named) {
        if (named.name == part) return jinja::truth(named.value);
      }
      return !(name == "without_identifier" && part == "identifier");
    };
    if (!keep("database")) next.database.clear();
    if (!keep("schema")) next.schema.clear();
    if (!keep("identifier")) return Value(dialect_.quote(next.schema));
  } else if (name == "incorporate" || name == "replace_path") {
    take_path(next, arguments);
    return Value(jinja::make_ref<RelationObject>(next, dialect_));
  } else if (name == "render") {
    return Value(str());
  } else if (name == "quote") {
    return Value(jinja::make_ref<RelationObject>(next, dialect_, known_kind_));
  } else if (name == "quoted") {
    return Value(dialect_.quote(arguments.text(0, "identifier")));
  } else {
    return std::nullopt;
  }
  return Value(jinja::make_ref<RelationObject>(next, dialect_, known_kind_));
}

bool RelationObject::equals(const Value& other) const {
  auto* relation_other = other.as<RelationObject>();
  return relation_other && relation_other->str() == str();
}

std::optional<Value> ColumnObject::attribute(std::string_view name) {
  if (name == "name" || name == "column") return Value(column_.name);
  if (name == "quoted") return Value(dialect_.quote(column_.name));
  if (name == "data_type" || name == "dtype") return Value(column_.native_type);
  return std::nullopt;
}

std::optional<Value> ColumnObject::method(std::string_view name, CallArguments&) {
  using batch::TypeKind;
  TypeKind kind = column_.type ? column_.type->kind : TypeKind::text;
  bool integer = kind == TypeKind::int16 || kind == TypeKind::int32 || kind == TypeKind::int64;
  bool real = kind == TypeKind::float32 || kind == TypeKind::float64;
  if (name == "is_string") return Value(kind == TypeKind::text);
  if (name == "is_integer") return Value(integer);
  if (name == "is_float") return Value(real);
  if (name == "is_numeric") return Value(kind == TypeKind::decimal);
  if (name == "is_number") return Value(integer || real || kind == TypeKind::decimal);
  return std::nullopt;
}

namespace {

Value cell(const batch::ColumnData& column, std::size_t row) {
  using batch::TypeKind;
  if (column.is_null(row)) return Value::none();
  switch (column.type().kind) {
    case TypeKind::boolean:
      return Value(column.value<std::uint8_t>(row) != 0);
    case TypeKind::int16:
      return Value(column.value<std::int16_t>(row));
    case TypeKind::int32:
      return Value(column.value<std::int32_t>(row));
    case TypeKind::int64:
      return Value(column.value<std::int64_t>(row));
    case TypeKind::float32:
      return Value(static_cast<double>(column.value<float>(row)));
    case TypeKind::float64:
      return Value(column.value<double>(row));
    case TypeKind::decimal: {
      // Whole numbers stay whole: they end as limits and counts in other statements.
      std::string text = column.print(row);
      if (auto whole = jinja::parse_integer(text)) return Value(*whole);
      return Value(jinja::parse_real(text).value_or(0));
    }
    default:
      return Value(column.print(row));
  }
}

class RowObject final : public jinja::Object {
 public:
  RowObject(std::shared_ptr<const std::vector<std::string>> names, std::vector<Value> values)
      : names_(std::move(names)), values_(std::move(values)) {}
  std::string_view type_name() const override { return "Row"; }
  std::string repr() const override { return jinja::to_repr(Value::tuple(values_)); }
  std::optional<Value> item(const Value& key) override {
    if (key.is_string()) return attribute(key.as_string());
    if (!key.is_integral()) return std::nullopt;
    std::int64_t at = key.as_integer() < 0 ? key.as_integer() + static_cast<std::int64_t>(values_.size())
                                           : key.as_integer();
    if (at < 0 || at >= static_cast<std::int64_t>(values_.size())) return std::nullopt;
    return values_[static_cast<std::size_t>(at)];
  }
  std::optional<Value> attribute(std::string_view name) override {
    for (std::size_t i = 0; i < names_->size(); ++i) {
      if ((*names_)[i] == name) return values_[i];
    }
    return std::nullopt;
  }
  std::optional<Value> method(std::string_view name, CallArguments&) override {
    if (name == "values") return Value::tuple(values_);
    if (name != "keys" && name != "dict" && name != "items") return std::nullopt;
    std::vector<Value> out;
    Value dict = Value::dict();
    for (std::size_t i = 0; i < names_->size(); ++i) {
      if (name == "keys") out.emplace_back((*names_)[i]);
      if (name == "items") out.push_back(Value::tuple({Value((*names_)[i]), values_[i]}));
      dict.as_dict().set((*names_)[i], values_[i]);
    }
    return name == "dict" ? dict : Value::tuple(std::move(out));
  }
  std::unique_ptr<jinja::Iterator> iterate() override { return jinja::iterate(Value::tuple(values_)); }
  std::optional<std::size_t> length() const override { return values_.size(); }
  bool is_sequence() const override { return true; }

 private:
  std::shared_ptr<const std::vector<std::string>> names_;
  std::vector<Value> values_;
};

class TableColumnObject final : public jinja::Object {
 public:
  TableColumnObject(std::string name, std::vector<Value> values)
      : name_(std::move(name)), values_(std::move(values)) {}
  std::string_view type_name() const override { return "Column"; }
  std::optional<Value> attribute(std::string_view name) override {
    if (name == "name") return Value(name_);
    return std::nullopt;
  }
  std::optional<Value> method(std::string_view name, CallArguments&) override {
    if (name == "values") return Value::tuple(values_);
    return std::nullopt;
  }
  std::optional<Value> item(const Value& key) override {
    return jinja::find_item(Value::tuple(values_), key);
  }
  std::unique_ptr<jinja::Iterator> iterate() override { return jinja::iterate(Value::tuple(values_)); }
  std::optional<std::size_t> length() const override { return values_.size(); }

 private:
  std::string name_;
  std::vector<Value> values_;
};

// A mapping by name that is also a sequence, as agate's `columns` is.
class ColumnsObject final : public jinja::Object {
 public:
  ColumnsObject(std::vector<std::string> names, std::vector<Value> columns)
      : names_(std::move(names)), columns_(std::move(columns)) {}
  std::string_view type_name() const override { return "MappedSequence"; }
  std::optional<Value> item(const Value& key) override {
    if (key.is_string()) {
      for (std::size_t i = 0; i < names_.size(); ++i) {
        if (names_[i] == key.as_string()) return columns_[i];
      }
      return std::nullopt;
    }
    return jinja::find_item(Value::tuple(columns_), key);
  }
  std::optional<Value> method(std::string_view name, CallArguments& arguments) override {
    if (name == "values") return Value::tuple(columns_);
    if (name == "get") return item(*arguments.find(0, "key"));
    if (name != "keys") return std::nullopt;
    std::vector<Value> keys(names_.begin(), names_.end());
    return Value::tuple(std::move(keys));
  }
  std::unique_ptr<jinja::Iterator> iterate() override { return jinja::iterate(Value::tuple(columns_)); }
  std::optional<std::size_t> length() const override { return columns_.size(); }
  bool is_sequence() const override { return true; }

 private:
  std::vector<std::string> names_;
  std::vector<Value> columns_;
};

class TableObject final : public jinja::Object {
 public:
  TableObject(std::vector<std::string> names, std::vector<Value> rows, Value columns)
      : names_(std::move(names)), rows_(std::move(rows)), columns_(std::move(columns)) {}
  std::string_view type_name() const override { return "Table"; }
  std::optional<Value> attribute(std::string_view name) override {
    if (name == "rows") return Value::tuple(rows_);
    if (name == "columns") return columns_;
    if (name == "column_names") return Value::tuple(std::vector<Value>(names_.begin(), names_.end()));
    return std::nullopt;
  }
  std::optional<Value> method(std::string_view name, CallArguments&) override {
    if (name == "print_table") return Value::none();
    return std::nullopt;
  }
  std::optional<Value> item(const Value& key) override { return jinja::find_item(Value::tuple(rows_), key); }
  std::unique_ptr<jinja::Iterator> iterate() override { return jinja::iterate(Value::tuple(rows_)); }
  std::optional<std::size_t> length() const override { return rows_.size(); }
  bool truth() const override { return true; }

 private:
  std::vector<std::string> names_;
  std::vector<Value> rows_;
  Value columns_;
};

}  // namespace

Value make_table(const sql::QueryResult& result) {
  auto names = std::make_shared<std::vector<std::string>>();
  for (const batch::Column& column : result.schema->columns()) names->push_back(column.name);
  std::vector<std::vector<Value>> by_column(names->size());
  std::vector<Value> rows;
  for (const batch::RecordBatch& batch : result.batches) {
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      std::vector<Value> values;
      for (std::size_t i = 0; i < names->size(); ++i) {
        values.push_back(cell(batch.column(i), row));
        by_column[i].push_back(values.back());
      }
      rows.emplace_back(jinja::make_ref<RowObject>(names, std::move(values)));
    }
  }
  std::vector<Value> columns;
  for (std::size_t i = 0; i < names->size(); ++i)
    columns.emplace_back(jinja::make_ref<TableColumnObject>((*names)[i], std::move(by_column[i])));
  return Value(jinja::make_ref<TableObject>(
      *names, std::move(rows), Value(jinja::make_ref<ColumnsObject>(*names, std::move(columns)))));
}

namespace {

class RelationClass final : public jinja::Object {
 public:
  explicit RelationClass(const sql::Dialect& dialect) : dialect_(dialect) {}
  std::string_view type_name() const override { return "type"; }
  std::optional<Value> method(std::string_view name, CallArguments& arguments) override {
    if (name != "create") return std::nullopt;
    sql::Relation relation;
    bool known = false;
    for (const jinja::NamedValue& named : arguments.named)
      known = known || (named.name == "type" && !named.value.is_none());
    if (arguments.positional.size() > 0) relation.database = text_of(arguments.positional[0]);
    if (arguments.positional.size() > 1) relation.schema = text_of(arguments.positional[1]);
    if (arguments.positional.size() > 2) relation.identifier = text_of(arguments.positional[2]);
    take_path(relation, arguments);
    return Value(jinja::make_ref<RelationObject>(relation, dialect_, known));
  }

 private:
  const sql::Dialect& dialect_;
};

}  // namespace

Value make_api(const sql::Dialect& dialect) {
  Value api = Value::dict();
  api.as_dict().set("Relation", Value(jinja::make_ref<RelationClass>(dialect)));
  api.as_dict().set("Column", jinja::make_function("Column", [&dialect](CallArguments& arguments) {
                      return Value(jinja::make_ref<ColumnObject>(
                          sql::RelationColumn{arguments.text(0, "column"), arguments.text(1, "dtype"),
                                              dialect.parse_type(arguments.text(1, "dtype"))},
                          dialect));
                    }));
  return api;
}

}  // namespace leat::dbt

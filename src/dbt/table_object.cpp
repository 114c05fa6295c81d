#include "dbt/table_object.h"

#include <algorithm>

#include "base/time.h"
#include "jinja/call.h"
#include "jinja/datetime.h"
#include "jinja/object.h"
#include "jinja/operations.h"

namespace leat::dbt {

using jinja::CallArguments;
using jinja::Value;

namespace {

Value number(const std::string& text) {
  // Whole numbers stay whole: they end as limits and counts in other statements.
  if (auto whole = jinja::parse_integer(text)) return Value(*whole);
  std::size_t point = text.find('.');
  if (point != std::string::npos && text.find_first_not_of('0', point + 1) == std::string::npos) {
    if (auto whole = jinja::parse_integer(text.substr(0, point))) return Value(*whole);
  }
  return Value(jinja::parse_real(text).value_or(0));
}

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
    case TypeKind::decimal:
      return number(column.print(row));
    case TypeKind::date:
      return jinja::make_date(column.value<std::int32_t>(row));
    case TypeKind::timestamp:
    case TypeKind::timestamptz: {
      Timestamp time{std::chrono::microseconds(column.value<std::int64_t>(row))};
      return column.type().kind == TypeKind::timestamp ? jinja::make_datetime(time)
                                                       : jinja::make_utc_datetime(time);
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
    if (name == "items") {
      std::vector<Value> items;
      for (std::size_t i = 0; i < names_.size(); ++i)
        items.push_back(Value::tuple({Value(names_[i]), columns_[i]}));
      return Value::list(std::move(items));
    }
    if (name == "get") return item(arguments.require(0, "key")).value_or(Value::none());
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
      : names_(std::move(names)), rows_(Value::tuple(std::move(rows))), columns_(std::move(columns)) {}
  std::string_view type_name() const override { return "Table"; }
  std::optional<Value> attribute(std::string_view name) override {
    if (name == "rows") return rows();
    if (name == "columns") return columns_;
    if (name == "column_names") return Value::tuple(std::vector<Value>(names_.begin(), names_.end()));
    return std::nullopt;
  }
  std::optional<Value> method(std::string_view name, CallArguments&) override {
    if (name == "print_table") return Value::none();
    return std::nullopt;
  }
  std::optional<Value> item(const Value& key) override { return jinja::find_item(rows(), key); }
  std::unique_ptr<jinja::Iterator> iterate() override { return jinja::iterate(rows()); }
  std::optional<std::size_t> length() const override { return rows_.items().size(); }
  bool truth() const override { return true; }

  const std::vector<std::string>& names() const { return names_; }
  const Value& rows() const { return rows_; }

 private:
  std::vector<std::string> names_;
  Value rows_;  // a tuple
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

Value make_empty_table() {
  return Value(jinja::make_ref<TableObject>(
      std::vector<std::string>{}, std::vector<Value>{},
      Value(jinja::make_ref<ColumnsObject>(std::vector<std::string>{}, std::vector<Value>{}))));
}

std::string print_table(const Value& value, std::size_t rows_max) {
  auto* table = value.as<TableObject>();
  if (!table) return "";
  std::vector<std::vector<std::string>> lines = {table->names()};
  for (const Value& row : table->rows().items()) {
    if (lines.size() > rows_max) break;
    std::vector<std::string> line;
    for (const Value& each : jinja::collect(row)) line.push_back(each.is_none() ? "" : jinja::to_text(each));
    lines.push_back(std::move(line));
  }
  std::vector<std::size_t> widths(table->names().size());
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], line[i].size());
  }
  std::string out;
  for (std::size_t at = 0; at < lines.size(); ++at) {
    for (std::size_t i = 0; i < widths.size(); ++i)
      out += "| " + lines[at][i] + std::string(widths[i] - lines[at][i].size() + 1, ' ');
    out += "|\n";
    if (at > 0) continue;
    for (std::size_t width : widths) out += "| " + std::string(width, '-') + " ";
    out += "|\n";
  }
  return out;
}

}  // namespace leat::dbt

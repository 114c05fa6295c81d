#include "aggregate.h"

#include <fmt/core.h>

#include <algorithm>
#include <unordered_map>

#include "problem.h"

namespace soda {
namespace {

struct Fold {
  double sum = 0;
  std::size_t count = 0;
  Value least, greatest;
  std::string least_text, greatest_text;

  void keep(Value& kept, std::string& text, const Value& value) {
    kept = value;
    if (value.kind == Value::Kind::text) text = value.text;
  }
  Value with_text(const Value& value, const std::string& text) const {
    return value.kind == Value::Kind::text ? Value::of_text(text) : value;
  }
  void add(const Value& value, std::string_view function) {
    if (value.is_null()) return;
    ++count;
    if (function == "sum" || function == "avg") sum += value.number;
    if (function == "min" && (count == 1 || compare(value, with_text(least, least_text)) < 0))
      keep(least, least_text, value);
    if (function == "max" && (count == 1 || compare(value, with_text(greatest, greatest_text)) > 0))
      keep(greatest, greatest_text, value);
  }
  Value result(std::string_view function) const {
    if (function == "count") return Value::of_number(static_cast<double>(count));
    if (count == 0) return {};
    if (function == "sum") return Value::of_number(sum);
    if (function == "avg") return Value::of_number(sum / static_cast<double>(count));
    return function == "min" ? with_text(least, least_text) : with_text(greatest, greatest_text);
  }
};

struct Group {
  std::vector<std::pair<bool, std::string>> keys;  // printed, with whether there is one
  std::vector<Fold> folds;
};

Value reread(const std::string& printed, Type type) {
  if (type == Type::number) return Value::of_number(parse_number(printed).value_or(0));
  if (type == Type::checkbox) return Value::of_bool(printed == "true");
  if (is_timestamp(type)) return Value::of_instant(parse_instant(printed).value_or(0));
  if (is_row_code(type)) {
    const auto code = parse_row_code(std::string_view(printed).substr(row_code_prefix(type).size()));
    return Value::of_code(code.value_or(0));
  }
  return Value::of_text(printed);
}

}  // namespace

bool same(const Expression& left, const Expression& right) {
  return left.op == right.op && left.name == right.name && left.text == right.text &&
         left.literal.kind == right.literal.kind && left.literal.word == right.literal.word &&
         left.literal.code == right.literal.code && left.literal.number == right.literal.number &&
         std::equal(left.args.begin(), left.args.end(), right.args.begin(), right.args.end(), same);
}

void append_value(Column& column, const Value& value) {
  if (value.is_null()) return column.append_null();
  if (column.storage == Column::Storage::heap) return column.append_text(print_value(value, column.type));
  column.append_word(value.kind == Value::Kind::code ? static_cast<std::int64_t>(value.code) : value.word);
}

void Grouping::rewrite(Expression& expression) {
  const auto replace = [&](std::string name) {
    Expression column;
    column.op = Op::column;
    column.name = std::move(name);
    column.position = expression.position;
    expression = std::move(column);
  };
  for (std::size_t i = 0; i < groups_.size(); ++i)
    if (same(expression, groups_[i])) return replace(fmt::format("group{}", i));
  if (expression.is_aggregate()) {
    for (const Expression& arg : expression.args)
      if (arg.contains_aggregate())
        throw Problem(400, "query.soql.aggregate-in-ungrouped-context",
                      "An aggregate stands within an aggregate");
    std::size_t place = 0;
    while (place < aggregates_.size() && !same(aggregates_[place], expression)) ++place;
    if (place == aggregates_.size()) aggregates_.push_back(expression);
    return replace(fmt::format("fold{}", place));
  }
  if (expression.op == Op::column)
    throw Problem(400, "query.soql.column-not-in-group-bys",
                  fmt::format("Column `{}' not in group bys", expression.name),
                  fmt::format("{{\"column\":{}}}", json_string(expression.name)));
  for (Expression& arg : expression.args) rewrite(arg);
}

std::shared_ptr<Table> Grouping::fold(const RowWindow& rows) const {
  std::unordered_map<std::string, std::size_t> places;
  std::vector<Group> groups;
  Evaluator evaluator(table_);
  if (groups_.empty()) groups.push_back({{}, std::vector<Fold>(aggregates_.size())});
  for (std::size_t i = 0; i < rows.count; ++i) {
    const std::uint32_t row = rows[i];
    std::size_t place = 0;
    if (!groups_.empty()) {
      std::string key;
      std::vector<std::pair<bool, std::string>> keys;
      for (const Expression& group : groups_) {
        const Value value = evaluator(group, row);
        keys.emplace_back(!value.is_null(), print_value(value, group.type));
        key += (value.is_null() ? '\0' : '\1') + keys.back().second + '\x1f';
      }
      const auto [entry, is_new] = places.emplace(std::move(key), groups.size());
      if (is_new) groups.push_back({std::move(keys), std::vector<Fold>(aggregates_.size())});
      place = entry->second;
    }
    for (std::size_t a = 0; a < aggregates_.size(); ++a)
      groups[place].folds[a].add(evaluator(aggregates_[a].args[0], row), aggregates_[a].name);
  }
  auto result = std::make_shared<Table>(table_.id(), table_.name());
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    Column& column = result->add_column(fmt::format("group{}", i), groups_[i].type);
    for (const Group& group : groups)
      append_value(column, group.keys[i].first ? reread(group.keys[i].second, column.type) : Value());
  }
  for (std::size_t a = 0; a < aggregates_.size(); ++a) {
    Column& column = result->add_column(fmt::format("fold{}", a), aggregates_[a].type);
    for (const Group& group : groups) append_value(column, group.folds[a].result(aggregates_[a].name));
  }
  result->set_row_count(groups.size());
  return result;
}

}  // namespace soda

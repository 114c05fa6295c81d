#include <fmt/core.h>

#include <array>

#include "problem.h"
#include "soql.h"

namespace soda {
namespace {

struct Function {
  std::string_view name;
  std::size_t args_min, args_max;
  Type result;
};
constexpr std::array<Function, 25> kFunctions{{{"count", 1, 1, Type::number},
                                               {"min", 1, 1, Type::text},  // the type of its argument
                                               {"max", 1, 1, Type::text},
                                               {"sum", 1, 1, Type::number},
                                               {"avg", 1, 1, Type::number},
                                               {"starts_with", 2, 2, Type::checkbox},
                                               {"contains", 2, 2, Type::checkbox},
                                               {"upper", 1, 1, Type::text},
                                               {"lower", 1, 1, Type::text},
                                               {"length", 1, 1, Type::number},
                                               {"coalesce", 1, 20, Type::text},
                                               {"date_trunc_y", 1, 1, Type::floating_timestamp},
                                               {"date_trunc_ym", 1, 1, Type::floating_timestamp},
                                               {"date_trunc_ymd", 1, 1, Type::floating_timestamp},
                                               {"date_extract_y", 1, 1, Type::number},
                                               {"date_extract_m", 1, 1, Type::number},
                                               {"date_extract_d", 1, 1, Type::number},
                                               {"date_extract_hh", 1, 1, Type::number},
                                               {"date_extract_mm", 1, 1, Type::number},
                                               {"date_extract_dow", 1, 1, Type::number},
                                               {"to_number", 1, 1, Type::number},
                                               {"to_text", 1, 1, Type::text},
                                               {"to_floating_timestamp", 1, 1, Type::floating_timestamp},
                                               {"to_fixed_timestamp", 1, 1, Type::fixed_timestamp},
                                               {"to_checkbox", 1, 1, Type::checkbox}}};

std::string position_json(const Expression& expression) {
  return fmt::format("{{\"row\":1,\"column\":{},\"line\":{}}}", expression.position + 1,
                     json_string(expression.name));
}

class Binder {
 public:
  explicit Binder(const Table& table) : table_(table) {}

  void bind(Expression& expression) {
    for (Expression& arg : expression.args) bind(arg);
    switch (expression.op) {
      case Op::column:
        bind_column(expression);
        break;
      case Op::literal:
        bind_literal(expression);
        break;
      case Op::star:
        expression.type = Type::number;
        break;
      case Op::call:
        bind_call(expression);
        break;
      case Op::logical_not:
      case Op::logical_and:
      case Op::logical_or:
        for (Expression& arg : expression.args) expect(arg, Type::checkbox, expression);
        expression.type = Type::checkbox;
        break;
      case Op::is_null:
        expression.type = Type::checkbox;
        break;
      case Op::like:
      case Op::concat:
        for (Expression& arg : expression.args) expect(arg, Type::text, expression);
        expression.type = expression.op == Op::like ? Type::checkbox : Type::text;
        break;
      case Op::add:
      case Op::subtract:
      case Op::multiply:
      case Op::divide:
      case Op::negate:
        for (Expression& arg : expression.args) expect(arg, Type::number, expression);
        expression.type = Type::number;
        break;
      default:
        for (std::size_t i = 1; i < expression.args.size(); ++i)
          agree(expression.args[0], expression.args[i], expression);
        expression.type = Type::checkbox;
    }
  }

 private:
  void bind_column(Expression& expression) {
    const auto found = table_.find(expression.name);
    if (!found)
      throw Problem(
          400, "query.soql.no-such-column", fmt::format("No such column: {}", expression.name),
          fmt::format("{{\"column\":{},\"dataset\":{},\"position\":{}}}", json_string(expression.name),
                      json_string(table_.id()), position_json(expression)));
    expression.column = *found;
    expression.type = table_.columns[*found].type;
  }

  static void bind_literal(Expression& expression) {
    switch (expression.literal.kind) {
      case Value::Kind::number:
        expression.type = Type::number;
        break;
      case Value::Kind::boolean:
        expression.type = Type::checkbox;
        break;
      case Value::Kind::instant:
      case Value::Kind::code:
        break;  // bound already
      default:
        expression.type = Type::text;
    }
  }

  void bind_call(Expression& expression) {
    const Function* function = nullptr;
    for (const Function& row : kFunctions)
      if (row.name == expression.name) function = &row;
    const std::size_t count = expression.args.size();
    if (!function || count < function->args_min || count > function->args_max)
      throw Problem(400, "query.soql.no-such-function",
                    fmt::format("No such function `{}/{}'", expression.name, count),
                    fmt::format("{{\"function\":{},\"position\":{}}}", json_string(expression.name),
                                position_json(expression)));
    expression.type = function->result;
    const std::string& name = expression.name;
    Expression& first = expression.args[0];
    if (name == "min" || name == "max" || name == "coalesce") expression.type = first.type;
    if (name == "coalesce")
      for (Expression& arg : expression.args) agree(first, arg, expression);
    if (name == "sum" || name == "avg") expect(first, Type::number, expression);
    if (name == "starts_with" || name == "contains" || name == "upper" || name == "lower" || name == "length")
      for (Expression& arg : expression.args) expect(arg, Type::text, expression);
    if (name.starts_with("date_") && !is_timestamp(first.type))
      expect(first, Type::floating_timestamp, expression);
  }

  // What two values must share to be compared; a row identifier of a foreign form is held as text.
  Value::Kind kind(const Expression& expression) const {
    if (expression.op == Op::literal) return expression.literal.kind;
    if (expression.type == Type::number) return Value::Kind::number;
    if (expression.type == Type::checkbox) return Value::Kind::boolean;
    if (is_timestamp(expression.type)) return Value::Kind::instant;
    if (is_row_code(expression.type)) {
      const bool words =
          expression.op != Op::column || table_.columns[expression.column].storage == Column::Storage::words;
      return words ? Value::Kind::code : Value::Kind::text;
    }
    return Value::Kind::text;
  }

  // Reads a text literal as the kind that stands beside it.
  void coerce(Expression& literal, Value::Kind wanted, Type type) const {
    if (literal.op != Op::literal || literal.literal.kind != Value::Kind::text) return;
    std::optional<Value> value;
    if (wanted == Value::Kind::number) {
      if (const auto number = parse_number(literal.text)) value = Value::of_number(*number);
    } else if (wanted == Value::Kind::instant) {
      if (const auto instant = parse_instant(literal.text)) value = Value::of_instant(*instant);
    } else if (wanted == Value::Kind::boolean) {
      if (literal.text == "true" || literal.text == "false") value = Value::of_bool(literal.text == "true");
    } else if (wanted == Value::Kind::code) {
      const std::string_view prefix = row_code_prefix(type);
      if (literal.text.starts_with(prefix))
        if (const auto code = parse_row_code(std::string_view(literal.text).substr(prefix.size())))
          value = Value::of_code(*code);
    }
    if (!value) return;
    literal.literal = *value;
    literal.type = type;
  }

  void agree(Expression& left, Expression& right, const Expression& parent) const {
    coerce(right, kind(left), left.type);
    coerce(left, kind(right), right.type);
    const Value::Kind a = kind(left), b = kind(right);
    if (a == Value::Kind::null || b == Value::Kind::null || a == b) return;
    mismatch(right, parent);
  }

  void expect(Expression& arg, Type type, const Expression& parent) const {
    Expression pattern;
    pattern.op = Op::star;  // any node that is not a literal: only its type counts
    pattern.type = type;
    coerce(arg, kind(pattern), type);
    const Value::Kind got = kind(arg);
    if (got != Value::Kind::null && got != kind(pattern)) mismatch(arg, parent);
  }

  [[noreturn]] static void mismatch(const Expression& arg, const Expression& parent) {
    constexpr std::array<std::string_view, 23> kOps{
        "column",  "literal", "*",       "not",  "and", "or", "=", "<>", "<",  "<=", ">",   ">=",
        "between", "in",      "is null", "like", "+",   "-",  "*", "/",  "||", "-",  "call"};
    const std::string function =
        parent.op == Op::call ? parent.name : fmt::format("op${}", kOps[static_cast<std::size_t>(parent.op)]);
    throw Problem(400, "query.soql.type-mismatch",
                  fmt::format("Type mismatch for {}, is {}", function, header_name(arg.type)),
                  fmt::format("{{\"function\":{},\"type\":{},\"position\":{}}}", json_string(function),
                              json_string(header_name(arg.type)), position_json(arg)));
  }

  const Table& table_;
};

}  // namespace

void bind(Expression& expression, const Table& table) {
  Binder(table).bind(expression);
}

}  // namespace soda

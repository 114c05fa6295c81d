#include <array>
#include <cctype>

#include "soql.h"

namespace soda {
namespace {

constexpr std::int64_t kDay = 86400000000;

std::int64_t floor_days(std::int64_t micros) {
  return micros / kDay - (micros % kDay < 0 ? 1 : 0);
}

std::string change_case(std::string_view text, bool upper) {
  std::string out(text);
  for (char& c : out) {
    const auto byte = static_cast<unsigned char>(c);
    c = static_cast<char>(upper ? std::toupper(byte) : std::tolower(byte));
  }
  return out;
}

unsigned digits_of(const char* text, std::size_t count) {
  unsigned value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value * 10 + static_cast<unsigned>(text[i] - '0');
  return value;
}

Value truncate(std::int64_t micros, std::string_view unit) {
  std::array<char, 24> text{};
  write_instant(text.data(), micros);
  std::string cut(text.data(), unit == "y" ? 4 : unit == "ym" ? 7 : 10);
  if (unit == "y") cut += "-01-01";
  if (unit == "ym") cut += "-01";
  return Value::of_instant(*parse_instant(cut));
}

Value extract(std::int64_t micros, std::string_view part) {
  if (part == "dow") {  // 0 is Sunday, and 1970-01-01 was a Thursday
    const std::int64_t weekday = (floor_days(micros) % 7 + 7 + 4) % 7;
    return Value::of_number(static_cast<double>(weekday));
  }
  std::array<char, 24> text{};
  write_instant(text.data(), micros);
  if (part == "y") return Value::of_number(digits_of(text.data(), 4));
  const std::size_t start = part == "m" ? 5 : part == "d" ? 8 : part == "hh" ? 11 : 14;
  return Value::of_number(digits_of(text.data() + start, 2));
}

}  // namespace

bool matches_like(std::string_view text, std::string_view pattern) {
  // Two pointers and the last % to go back to: linear in practice, no recursion.
  std::size_t t = 0, p = 0, star = std::string_view::npos, mark = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '%') {
      star = p++;
      mark = t;
    } else if (p < pattern.size() && (pattern[p] == '_' || pattern[p] == text[t])) {
      ++p, ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '%') ++p;
  return p == pattern.size();
}

Value Evaluator::evaluate(const Expression& expression, std::size_t row) {
  switch (expression.op) {
    case Op::column:
      return table_.value(expression.column, row);
    case Op::literal:
      return expression.literal_value();
    case Op::star:
      return Value::of_number(1);
    case Op::logical_not:
    case Op::logical_and:
    case Op::logical_or:
      return evaluate_logic(expression, row);
    case Op::in:
      return evaluate_in(expression, row);
    case Op::is_null:
      return Value::of_bool(evaluate(expression.args[0], row).is_null());
    case Op::call:
      return evaluate_call(expression, row);
    case Op::add:
    case Op::subtract:
    case Op::multiply:
    case Op::divide:
    case Op::negate:
    case Op::concat:
    case Op::like:
      return evaluate_arithmetic(expression, row);
    case Op::between: {
      const Value value = evaluate(expression.args[0], row);
      const Value low = evaluate(expression.args[1], row), high = evaluate(expression.args[2], row);
      if (value.is_null() || low.is_null() || high.is_null()) return {};
      return Value::of_bool(compare(value, low) >= 0 && compare(value, high) <= 0);
    }
    default:
      break;
  }
  const Value left = evaluate(expression.args[0], row), right = evaluate(expression.args[1], row);
  if (left.is_null() || right.is_null()) return {};
  const int order = compare(left, right);
  switch (expression.op) {
    case Op::equal:
      return Value::of_bool(order == 0);
    case Op::not_equal:
      return Value::of_bool(order != 0);
    case Op::less:
      return Value::of_bool(order < 0);
    case Op::less_equal:
      return Value::of_bool(order <= 0);
    case Op::greater:
      return Value::of_bool(order > 0);
    default:
      return Value::of_bool(order >= 0);
  }
}

Value Evaluator::evaluate_logic(const Expression& expression, std::size_t row) {
  const Value left = evaluate(expression.args[0], row);
  if (expression.op == Op::logical_not) return left.is_null() ? left : Value::of_bool(!left.word);
  // The value that decides alone: false for "and", true for "or".
  const bool decisive = expression.op == Op::logical_or;
  if (!left.is_null() && (left.word != 0) == decisive) return left;
  const Value right = evaluate(expression.args[1], row);
  if (!right.is_null() && (right.word != 0) == decisive) return right;
  return left.is_null() || right.is_null() ? Value() : right;
}

Value Evaluator::evaluate_in(const Expression& expression, std::size_t row) {
  const Value value = evaluate(expression.args[0], row);
  if (value.is_null()) return {};
  bool unknown = false;
  for (std::size_t i = 1; i < expression.args.size(); ++i) {
    const Value candidate = evaluate(expression.args[i], row);
    if (candidate.is_null())
      unknown = true;
    else if (compare(value, candidate) == 0)
      return Value::of_bool(true);
  }
  return unknown ? Value() : Value::of_bool(false);
}

Value Evaluator::evaluate_arithmetic(const Expression& expression, std::size_t row) {
  const Value left = evaluate(expression.args[0], row);
  if (left.is_null()) return {};
  if (expression.op == Op::negate) return Value::of_number(-left.number);
  const Value right = evaluate(expression.args[1], row);
  if (right.is_null()) return {};
  switch (expression.op) {
    case Op::add:
      return Value::of_number(left.number + right.number);
    case Op::subtract:
      return Value::of_number(left.number - right.number);
    case Op::multiply:
      return Value::of_number(left.number * right.number);
    case Op::divide:
      return right.number == 0 ? Value() : Value::of_number(left.number / right.number);
    case Op::like:
      return Value::of_bool(matches_like(left.text, right.text));
    default:
      return keep(std::string(left.text) + std::string(right.text));
  }
}

Value Evaluator::evaluate_call(const Expression& expression, std::size_t row) {
  const std::string_view name = expression.name;
  const Value first = evaluate(expression.args[0], row);
  if (name == "coalesce") {
    for (const Expression& arg : expression.args)
      if (const Value value = evaluate(arg, row); !value.is_null()) return value;
    return {};
  }
  if (first.is_null()) return {};
  if (name == "starts_with" || name == "contains") {
    const Value part = evaluate(expression.args[1], row);
    if (part.is_null()) return {};
    return Value::of_bool(name == "contains" ? first.text.find(part.text) != std::string_view::npos
                                             : first.text.starts_with(part.text));
  }
  if (name == "upper" || name == "lower") return keep(change_case(first.text, name == "upper"));
  if (name == "length") return Value::of_number(static_cast<double>(first.text.size()));
  if (name.starts_with("date_trunc_")) return truncate(first.word, name.substr(11));
  if (name.starts_with("date_extract_")) return extract(first.word, name.substr(13));
  const std::string text = print_value(first, expression.args[0].type);
  if (name == "to_number") {
    const auto number = parse_number(text);
    return number ? Value::of_number(*number) : Value();
  }
  if (is_timestamp(expression.type)) {
    const auto instant = parse_instant(text);
    return instant ? Value::of_instant(*instant) : Value();
  }
  if (name == "to_checkbox") return Value::of_bool(text == "true");
  return keep(text);
}

}  // namespace soda

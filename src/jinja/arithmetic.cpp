#include <cmath>

#include "base/error.h"
#include "jinja/operations.h"

namespace leat::jinja {
namespace {

constexpr std::size_t kSizeMax = 512u << 20;

std::string_view sign_of(Operator op) {
  switch (op) {
    case Operator::add:
      return "+";
    case Operator::subtract:
      return "-";
    case Operator::multiply:
      return "*";
    case Operator::divide:
      return "/";
    case Operator::floor_divide:
      return "//";
    case Operator::modulo:
      return "%";
    case Operator::power:
      return "** or pow()";
  }
  return "?";
}

[[noreturn]] void refuse(Operator op, const Value& left, const Value& right) {
  if (left.is_undefined()) raise_undefined(left);
  if (right.is_undefined()) raise_undefined(right);
  if (op == Operator::add && left.is_string())
    raise_type(fmt::format("can only concatenate str (not \"{}\") to str", type_name(right)));
  raise_type(fmt::format("unsupported operand type(s) for {}: '{}' and '{}'", sign_of(op), type_name(left),
                         type_name(right)));
}

[[noreturn]] void overflow() {
  raise_type("The integer result does not fit in 64 bits");
}
[[noreturn]] void zero_division() {
  raise_type("division by zero");
}

Value integer_power(std::int64_t base, std::int64_t exponent) {
  if (exponent < 0) {
    if (base == 0) raise_type("0.0 cannot be raised to a negative power");
    return Value(std::pow(static_cast<double>(base), static_cast<double>(exponent)));
  }
  std::int64_t result = 1;
  for (;;) {
    if ((exponent & 1) && __builtin_mul_overflow(result, base, &result)) overflow();
    exponent >>= 1;
    if (exponent == 0) return Value(result);
    if (__builtin_mul_overflow(base, base, &base)) {
      overflow();
    }
  }
}

Value integer_arithmetic(Operator op, std::int64_t left, std::int64_t right) {
  std::int64_t result = 0;
  switch (op) {
    case Operator::add:
      if (__builtin_add_overflow(left, right, &result)) overflow();
      return Value(result);
    case Operator::subtract:
      if (__builtin_sub_overflow(left, right, &result)) overflow();
      return Value(result);
    case Operator::multiply:
      if (__builtin_mul_overflow(left, right, &result)) overflow();
      return Value(result);
    case Operator::divide:
      if (right == 0) zero_division();
      return Value(static_cast<double>(left) / static_cast<double>(right));
    case Operator::floor_divide:
      if (right == 0) zero_division();
      if (right == -1) {
        if (__builtin_sub_overflow(std::int64_t{0}, left, &result)) overflow();
        return Value(result);
      }
      return Value(left / right - ((left % right != 0 && (left < 0) != (right < 0)) ? 1 : 0));
    case Operator::modulo:
      if (right == 0) zero_division();
      if (right == -1) return Value(0);
      result = left % right;
      return Value(result != 0 && (result < 0) != (right < 0) ? result + right : result);
    case Operator::power:
      return integer_power(left, right);
  }
  return Value();
}

double real_modulo(double left, double right) {
  double rest = std::fmod(left, right);
  if (rest != 0) {
    if ((right < 0) != (rest < 0)) rest += right;
  } else {
    rest = std::copysign(0.0, right);
  }
  return rest;
}

double real_floor_divide(double left, double right) {
  double quotient = (left - real_modulo(left, right)) / right;
  if (quotient == 0) return std::copysign(0.0, left / right);
  double whole = std::floor(quotient);
  if (quotient - whole > 0.5) whole += 1.0;
  return whole;
}

Value real_arithmetic(Operator op, double left, double right) {
  switch (op) {
    case Operator::add:
      return Value(left + right);
    case Operator::subtract:
      return Value(left - right);
    case Operator::multiply:
      return Value(left * right);
    case Operator::divide:
      if (right == 0) raise_type("float division by zero");
      return Value(left / right);
    case Operator::floor_divide:
      if (right == 0) raise_type("float floor division by zero");
      return Value(real_floor_divide(left, right));
    case Operator::modulo:
      if (right == 0) raise_type("float modulo");
      return Value(real_modulo(left, right));
    case Operator::power:
      if (left == 0 && right < 0) raise_type("0.0 cannot be raised to a negative power");
      return Value(std::pow(left, right));
  }
  return Value();
}

// `count` copies of a string, list or tuple.
Value repeat(const Value& value, std::int64_t count) {
  const std::size_t times = count < 0 ? 0 : static_cast<std::size_t>(count);
  const std::size_t size =
      value.is_string() ? value.as_string().size() : value.items().size() * sizeof(Value);
  if (size != 0 && times > kSizeMax / size)
    throw Error(ErrorCode::jinja_limit, fmt::format("A repetition by {} is too large", times));
  if (value.is_string()) {
    std::string text;
    text.reserve(size * times);
    for (std::size_t at = 0; at < times; ++at) text += value.as_string();
    return Value(std::move(text));
  }
  std::vector<Value> items;
  items.reserve(value.items().size() * times);
  for (std::size_t at = 0; at < times && size != 0; ++at)
    items.insert(items.end(), value.items().begin(), value.items().end());
  return value.is_list() ? Value::list(std::move(items)) : Value::tuple(std::move(items));
}

Value concatenate(const Value& left, const Value& right) {
  std::vector<Value> items;
  items.reserve(left.items().size() + right.items().size());
  items.insert(items.end(), left.items().begin(), left.items().end());
  items.insert(items.end(), right.items().begin(), right.items().end());
  return left.is_list() ? Value::list(std::move(items)) : Value::tuple(std::move(items));
}

std::optional<Value> sequence_arithmetic(Operator op, const Value& left, const Value& right) {
  const bool sequence = left.is_string() || left.is_list() || left.is_tuple();
  if (op == Operator::add && left.kind() == right.kind()) {
    if (left.is_string()) {
      if (left.as_string().size() + right.as_string().size() > kSizeMax)
        throw Error(ErrorCode::jinja_limit, "A string is longer than 512 MB");
      return Value(left.as_string() + right.as_string());
    }
    if (left.is(Kind::bytes)) return Value::bytes(left.as_bytes() + right.as_bytes());
    if (sequence) return concatenate(left, right);
  }
  if (op == Operator::multiply) {
    if (sequence && right.is_integral()) return repeat(left, right.as_integer());
    if (left.is_integral() && (right.is_string() || right.is_list() || right.is_tuple()))
      return repeat(right, left.as_integer());
  }
  if (op == Operator::modulo && left.is_string()) return Value(printf_format(left.as_string(), right));
  if (op == Operator::subtract && left.is(Kind::set) && right.is(Kind::set)) {
    Ref<Set> rest = make_ref<Set>();
    left.as_set().members.each([&](const Value& key, const Value&) {
      if (!right.as_set().members.find(key)) rest->members.set(key, Value::none());
    });
    return Value(rest);
  }
  return std::nullopt;
}

}  // namespace

Value arithmetic(Operator op, const Value& left, const Value& right) {
  if (left.is_integral() && right.is_integral())
    return integer_arithmetic(op, left.as_integer(), right.as_integer());
  if (left.is_number() && right.is_number()) return real_arithmetic(op, left.as_real(), right.as_real());
  if (left.is_undefined() && left.absence()) raise_undefined(left);
  if (auto result = sequence_arithmetic(op, left, right)) return *result;
  if (left.is_object()) {
    if (auto result = left.as_object().binary(op, right, false)) return *result;
  }
  if (right.is_object()) {
    if (auto result = right.as_object().binary(op, left, true)) return *result;
  }
  refuse(op, left, right);
}

Value negate(const Value& value) {
  if (value.is_integral()) return integer_arithmetic(Operator::subtract, 0, value.as_integer());
  if (value.is_number()) return Value(-value.as_real());
  if (value.is_object()) {
    if (auto result = value.as_object().binary(Operator::multiply, Value(-1), false)) return *result;
  }
  if (value.is_undefined()) raise_undefined(value);
  raise_type(fmt::format("bad operand type for unary -: '{}'", type_name(value)));
}

}  // namespace leat::jinja

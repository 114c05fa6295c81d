// The tests behind `is`.
#include "jinja/builtins.h"
#include "jinja/operations.h"
#include "jinja/utf8.h"

namespace leat::jinja {
namespace {

Value defined(CallArguments& a) {
  return Value(!a.self.is_undefined());
}
Value undefined(CallArguments& a) {
  return Value(a.self.is_undefined());
}
Value none(CallArguments& a) {
  return Value(a.self.is_none());
}
Value boolean(CallArguments& a) {
  return Value(a.self.is(Kind::boolean));
}
Value is_true(CallArguments& a) {
  return Value(a.self.is(Kind::boolean) && a.self.as_bool());
}
Value is_false(CallArguments& a) {
  return Value(a.self.is(Kind::boolean) && !a.self.as_bool());
}
Value integer(CallArguments& a) {
  return Value(a.self.is(Kind::integer));
}
Value real(CallArguments& a) {
  return Value(a.self.is(Kind::real));
}
Value number(CallArguments& a) {
  if (a.self.is_object()) return Value(a.self.as_object().attribute("__float__").has_value());
  return Value(a.self.is_number());
}
Value string(CallArguments& a) {
  return Value(a.self.is_string());
}
Value mapping(CallArguments& a) {
  return Value(a.self.is_dict() || (a.self.is_object() && a.self.as_object().is_mapping()));
}
Value iterable(CallArguments& a) {
  return Value(try_iterate(a.self) != nullptr);
}
Value sequence(CallArguments& a) {
  switch (a.self.kind()) {
    case Kind::string:
    case Kind::bytes:
    case Kind::list:
    case Kind::tuple:
    case Kind::dict:
      return Value(true);
    case Kind::undefined:
      return Value(true);
    case Kind::object:
      return Value(a.self.as_object().is_sequence() || a.self.as_object().is_mapping());
    default:
      return Value(false);
  }
}
Value callable(CallArguments& a) {
  return Value(is_callable(a.self));
}
Value lower(CallArguments& a) {
  CallArguments inner;
  inner.self = Value(to_text(a.self));
  return call_builtin(*find_methods("islower")->of(inner.self), inner);
}
Value upper(CallArguments& a) {
  CallArguments inner;
  inner.self = Value(to_text(a.self));
  return call_builtin(*find_methods("isupper")->of(inner.self), inner);
}
Value rest_is(CallArguments& a, std::int64_t divisor, std::int64_t rest) {
  return Value(equals(arithmetic(Operator::modulo, a.self, Value(divisor)), Value(rest)));
}
Value odd(CallArguments& a) {
  return rest_is(a, 2, 1);
}
Value even(CallArguments& a) {
  return rest_is(a, 2, 0);
}
Value divisibleby(CallArguments& a) {
  return Value(equals(arithmetic(Operator::modulo, a.self, a.require(0, "num")), Value(0)));
}
Value sameas(CallArguments& a) {
  const Value& other = a.require(0, "other");
  return Value(a.self.same_as(other) || (a.self.is_string() && other.is_string() && equals(a.self, other)));
}
template <Comparison C>
Value compares(CallArguments& a) {
  return Value(compare(C, a.self, a.require(0, "other")));
}
Value escaped(CallArguments&) {
  return Value(false);
}
Value filter(CallArguments& a) {
  return Value(a.self.is_string() && has_filter(*a.session, a.self.as_string()));
}
Value test(CallArguments& a) {
  return Value(a.self.is_string() && has_test(*a.session, a.self.as_string()));
}

}  // namespace

const std::vector<Builtin>& builtin_tests() {
  static const std::vector<Builtin> rows = {
      {"defined", "()", defined, "The name or attribute exists.", "{{ x is defined }} {{ 1 is defined }}",
       "False True"},
      {"undefined", "()", undefined, "It does not exist.", "{{ x is undefined }}", "True"},
      {"none", "()", none, "It is None.", "{{ none is none }} {{ 0 is none }}", "True False"},
      {"boolean", "()", boolean, "It is true or false.", "{{ true is boolean }} {{ 1 is boolean }}",
       "True False"},
      {"true", "()", is_true, "It is True itself.", "{{ true is true }} {{ 1 is true }}", "True False"},
      {"false", "()", is_false, "It is False itself.", "{{ false is false }} {{ 0 is false }}", "True False"},
      {"integer", "()", integer, "An int, not a bool.", "{{ 1 is integer }} {{ true is integer }}",
       "True False"},
      {"float", "()", real, "A float.", "{{ 1.0 is float }} {{ 1 is float }}", "True False"},
      {"number", "()", number, "A number; bools are numbers.", "{{ 1.5 is number }} {{ '1' is number }}",
       "True False"},
      {"string", "()", string, "Text.", "{{ 'a' is string }} {{ 1 is string }}", "True False"},
      {"mapping", "()", mapping, "A dict or the like.", "{{ {} is mapping }} {{ [] is mapping }}",
       "True False"},
      {"iterable", "()", iterable, "It can be looped over.", "{{ 'a' is iterable }} {{ 1 is iterable }}",
       "True False"},
      {"sequence", "()", sequence, "It has a length and items.", "{{ [] is sequence }} {{ 1 is sequence }}",
       "True False"},
      {"callable", "()", callable, "It can be called.", "{{ range is callable }} {{ 1 is callable }}",
       "True False"},
      {"lower", "()", lower, "Letters, all small.", "{{ 'ab' is lower }}", "True"},
      {"upper", "()", upper, "Letters, all capital.", "{{ 'Ab' is upper }}", "False"},
      {"odd", "()", odd, "Odd.", "{{ 3 is odd }}", "True"},
      {"even", "()", even, "Even.", "{{ 3 is even }}", "False"},
      {"divisibleby", "(num)", divisibleby, "Divisible without rest.", "{{ 9 is divisibleby 3 }}", "True"},
      {"sameas", "(other)", sameas, "The very same object.",
       "{% set a = [] %}{{ a is sameas a }} {{ a is sameas [] }}", "True False"},
      {"eq", "(other)", compares<Comparison::equal>, "Equal.", "{{ 1 is eq 1.0 }}", "True"},
      {"equalto", "(other)", compares<Comparison::equal>, "Equal.", "{{ 'a' is equalto 'a' }}", "True"},
      {"==", "(other)", compares<Comparison::equal>, "Equal.", "{{ [1, 2] | select('==', 2) | list }}",
       "[2]"},
      {"ne", "(other)", compares<Comparison::not_equal>, "Not equal.", "{{ 1 is ne 2 }}", "True"},
      {"!=", "(other)", compares<Comparison::not_equal>, "Not equal.",
       "{{ [1, 2] | select('!=', 2) | list }}", "[1]"},
      {"gt", "(other)", compares<Comparison::greater>, "Greater.", "{{ 2 is gt 1 }}", "True"},
      {"greaterthan", "(other)", compares<Comparison::greater>, "Greater.", "{{ 2 is greaterthan 3 }}",
       "False"},
      {">", "(other)", compares<Comparison::greater>, "Greater.", "{{ [1, 2] | select('>', 1) | list }}",
       "[2]"},
      {"ge", "(other)", compares<Comparison::greater_equal>, "Greater or equal.", "{{ 2 is ge 2 }}", "True"},
      {">=", "(other)", compares<Comparison::greater_equal>, "Greater or equal.",
       "{{ [1, 2] | select('>=', 2) | list }}", "[2]"},
      {"lt", "(other)", compares<Comparison::less>, "Less.", "{{ 1 is lt 2 }}", "True"},
      {"lessthan", "(other)", compares<Comparison::less>, "Less.", "{{ 1 is lessthan 1 }}", "False"},
      {"<", "(other)", compares<Comparison::less>, "Less.", "{{ [1, 2] | select('<', 2) | list }}", "[1]"},
      {"le", "(other)", compares<Comparison::less_equal>, "Less or equal.", "{{ 1 is le 1 }}", "True"},
      {"<=", "(other)", compares<Comparison::less_equal>, "Less or equal.",
       "{{ [1, 2] | select('<=', 1) | list }}", "[1]"},
      {"in", "(other)", compares<Comparison::in>, "Contained in the other.", "{{ 1 is in [1, 2] }}", "True"},
      {"escaped", "()", escaped, "Marked as safe HTML; nothing is, here.", "{{ 'a' is escaped }}", "False"},
      {"filter", "()", filter, "The name of a filter.", "{{ 'upper' is filter }} {{ 'x' is filter }}",
       "True False"},
      {"test", "()", test, "The name of a test.", "{{ 'odd' is test }}", "True"},
  };
  return rows;
}

}  // namespace leat::jinja

// Filters that apply a filter, test or attribute to each item; default and attr; numbers.
#include <cmath>

#include "base/error.h"
#include "jinja/builtins.h"
#include "jinja/iteration.h"
#include "jinja/operations.h"
#include "jinja/sorting.h"

namespace leat::jinja {
namespace {

Value default_value(CallArguments& a) {
  if (a.self.is_undefined() || (a.truth_or(1, "boolean", false) && !truth(a.self)))
    return a.get(0, "default_value", Value(""));
  return a.self;
}

Value attr(CallArguments& a) {
  const Value name(to_text(a.require(0, "name")));
  if (a.self.is_undefined()) raise_undefined(a.self);
  std::optional<Value> found;
  if (a.self.is_object()) {
    found = a.self.as_object().attribute(name.as_string());
  } else if (const MethodSet* methods = find_methods(name.as_string())) {
    if (const BuiltinEntry* method = methods->of(a.self)) found = bound_method(a.self, *method);
  }
  return found ? *found : missing_attribute(undefined_policy_of(*a.session), a.self, name);
}

// The arguments behind the first `from`, for the filter or test that is applied to each item.
CallArguments rest(const CallArguments& a, std::size_t from, const Value& item) {
  CallArguments inner;
  inner.self = item;
  inner.session = a.session;
  for (std::size_t at = from; at < a.positional.size(); ++at) inner.positional.push_back(a.positional[at]);
  inner.named = a.named;
  return inner;
}

Value map(CallArguments& a) {
  std::vector<Value> mapped;
  if (!truth(a.self)) return make_generator("sync_do_map", {});  // None as well
  auto walk = iterate(a.self);
  if (a.positional.empty()) {
    const Value* attribute = nullptr;
    const Value* fallback = nullptr;
    for (const NamedValue& named : a.named) {
      if (named.name == "attribute")
        attribute = &named.value;
      else if (named.name == "default")
        fallback = &named.value;
      else
        a.fail(fmt::format("got an unexpected keyword argument '{}'", named.name));
    }
    if (!attribute) raise_type("map requires a filter argument");
    const std::string path = to_text(*attribute);
    for (Value item; walk->next(item);) mapped.push_back(dig(item, path, fallback));
    return make_generator("sync_do_map", std::move(mapped));
  }
  const std::string& name = a.text(0, "filter");
  for (Value item; walk->next(item);) {
    CallArguments inner = rest(a, 1, item);
    mapped.push_back(apply_filter(*a.session, name, inner));
  }
  return make_generator("sync_do_map", std::move(mapped));
}

// select, reject (by_attribute: selectattr, rejectattr): the items for which a test, or their truth, is
// `wanted`.
Value choose(CallArguments& a, bool wanted, bool by_attribute) {
  const std::size_t first = by_attribute ? 1 : 0;
  if (by_attribute && a.positional.empty()) raise_type("Missing parameter for attribute name");
  const std::string path = by_attribute ? to_text(a.positional[0]) : "";
  std::vector<Value> chosen;
  if (!truth(a.self)) return make_generator("select_or_reject", {});  // None as well
  auto walk = iterate(a.self);
  for (Value item; walk->next(item);) {
    const Value tested = by_attribute ? dig(item, path) : item;
    bool passes = false;
    if (a.positional.size() <= first) {
      passes = truth(tested);
    } else {
      CallArguments inner = rest(a, first + 1, tested);
      passes = apply_test(*a.session, to_text(a.positional[first]), inner);
    }
    if (passes == wanted) chosen.push_back(item);
  }
  return make_generator("select_or_reject", std::move(chosen));
}
Value select(CallArguments& a) {
  return choose(a, true, false);
}
Value reject(CallArguments& a) {
  return choose(a, false, false);
}
Value selectattr(CallArguments& a) {
  return choose(a, true, true);
}
Value rejectattr(CallArguments& a) {
  return choose(a, false, true);
}

Value sum(CallArguments& a) {
  const Value attribute = a.get(0, "attribute");
  Value total = a.get(1, "start", Value(0));
  auto walk = iterate(a.self);
  for (Value item; walk->next(item);)
    total = arithmetic(Operator::add, total, attribute.is_none() ? item : dig(item, to_text(attribute)));
  return total;
}

Value abs(CallArguments& a) {
  if (a.self.is_undefined()) raise_undefined(a.self);
  if (!a.self.is_number()) raise_type(fmt::format("bad operand type for abs(): '{}'", type_name(a.self)));
  if (a.self.is(Kind::real)) return Value(std::fabs(a.self.as_real()));
  return a.self.as_integer() < 0 ? negate(a.self) : Value(a.self.as_integer());
}

std::optional<Value> whole(double value) {
  if (!(std::fabs(value) < 9.2e18)) return std::nullopt;
  return Value(static_cast<std::int64_t>(value));
}
Value to_int(CallArguments& a) {
  const Value fallback = a.get(0, "default", Value(0));
  if (a.self.is_undefined()) raise_undefined(a.self);
  if (a.self.is_integral()) return Value(a.self.as_integer());
  if (a.self.is(Kind::real)) return whole(a.self.as_real()).value_or(fallback);
  if (a.self.is_object()) {
    if (auto number = a.self.as_object().attribute("__int__")) return *number;
  }
  if (!a.self.is_string()) return fallback;
  const std::string& text = a.self.as_string();
  if (auto number = parse_integer(text, static_cast<int>(a.integer_or(1, "base", 10)))) return Value(*number);
  const auto real = parse_real(text);
  if (real && !whole(*real) && std::isfinite(*real))
    raise_type(fmt::format("The integer {} does not fit in 64 bits", text));
  return real ? whole(*real).value_or(fallback) : fallback;
}
Value to_float(CallArguments& a) {
  const Value fallback = a.get(0, "default", Value(0.0));
  if (a.self.is_undefined()) raise_undefined(a.self);
  if (a.self.is_number()) return Value(a.self.as_real());
  if (a.self.is_object()) {
    if (auto number = a.self.as_object().attribute("__float__")) return *number;
  }
  if (!a.self.is_string()) return fallback;
  const auto number = parse_real(a.self.as_string());
  return number ? Value(*number) : fallback;
}

Value round_half_even(double value, std::int64_t precision) {
  if (!std::isfinite(value) || precision > 17) return Value(value);
  if (precision < 0) {
    const double unit = std::pow(10.0, static_cast<double>(-std::max<std::int64_t>(precision, -300)));
    return Value(std::nearbyint(value / unit) * unit);
  }
  return Value(parse_real(fmt::format("{:.{}f}", value, precision)).value_or(value));
}
Value round(CallArguments& a) {
  if (a.self.is_undefined()) raise_undefined(a.self);
  if (!a.self.is_number())
    raise_type(fmt::format("type {} doesn't define __round__ method", type_name(a.self)));
  const std::int64_t precision = a.integer_or(0, "precision", 0);
  const std::string method = a.text_or(1, "method", "common");
  if (method == "common") {
    if (a.self.is_integral() && precision >= 0) return Value(a.self.as_integer());
    const Value rounded = round_half_even(a.self.as_real(), precision);
    return a.self.is_integral() ? whole(rounded.as_real()).value_or(rounded) : rounded;
  }
  if (method != "ceil" && method != "floor") raise_type("method must be common, ceil or floor");
  const double unit = std::pow(10.0, static_cast<double>(std::clamp<std::int64_t>(precision, -300, 300)));
  const double scaled = a.self.as_real() * unit;
  return Value((method == "ceil" ? std::ceil(scaled) : std::floor(scaled)) / unit);
}

}  // namespace

const std::vector<Builtin> kSelectionFilters = {
    {"default", "(default_value='', boolean=False)", default_value,
     "A value in place of an undefined (or, if asked, false) one.",
     "{{ x | default('d') }} {{ '' | default('e', true) }}", "d e"},
    {"d", "(default_value='', boolean=False)", default_value, "As default.", "{{ x | d(1) }}", "1"},
    {"attr", "(name)", attr, "An attribute, never an item.", "{{ {'get': 1} | attr('nothing') is defined }}",
     "False"},
    {"map", "(*args, **kwargs)", map, "A filter applied to, or an attribute of, each item.",
     "{{ ['a', 'b'] | map('upper') | join }} {{ [{'n': 1}] | map(attribute='n') | list }}", "AB [1]"},
    {"select", "(*args, **kwargs)", select, "Items that pass a test.",
     "{{ [1, 2, 3] | select('odd') | list }}", "[1, 3]"},
    {"reject", "(*args, **kwargs)", reject, "Items that do not pass a test.",
     "{{ [1, 2, 3] | reject('odd') | list }}", "[2]"},
    {"selectattr", "(*args, **kwargs)", selectattr, "Items whose attribute passes a test.",
     "{{ [{'n': 1}, {'n': 2}] | selectattr('n', 'equalto', 2) | list }}", "[{'n': 2}]"},
    {"rejectattr", "(*args, **kwargs)", rejectattr, "Items whose attribute does not pass a test.",
     "{{ [{'n': 1}, {'n': none}] | rejectattr('n', 'none') | list }}", "[{'n': 1}]"},
    {"sum", "(attribute=None, start=0)", sum, "The sum of the items.",
     "{{ [1, 2] | sum }} {{ [{'n': 2.5}] | sum(attribute='n') }}", "3 2.5"},
    {"abs", "()", abs, "Without sign.", "{{ -3 | abs }} {{ (-2.5) | abs }}", "3 2.5"},
    {"int", "(default=0, base=10)", to_int, "As an integer, or the default.",
     "{{ '42' | int }} {{ '3.9' | int }} {{ 'x' | int(-1) }} {{ '0x1F' | int(base=16) }}", "42 3 -1 31"},
    {"float", "(default=0.0)", to_float, "As a number, or the default.",
     "{{ '1.5' | float }} {{ 'x' | float }}", "1.5 0.0"},
    {"round", "(precision=0, method='common')", round, "Rounded; half goes to the even neighbour.",
     "{{ 42.55 | round(1) }} {{ 2.5 | round }} {{ 2.1 | round(method='ceil') }}", "42.5 2.0 3.0"},
};

const std::vector<Builtin>& builtin_filters() {
  static const std::vector<Builtin> all = [] {
    std::vector<Builtin> rows = kTextFilters;
    for (const auto* part : {&kMarkupFilters, &kSequenceFilters, &kSelectionFilters})
      rows.insert(rows.end(), part->begin(), part->end());
    return rows;
  }();
  return all;
}

}  // namespace leat::jinja

#include "jinja/operations.h"

#include <cmath>

#include "jinja/depth_guard.h"

namespace leat::jinja {

void raise_type(std::string message) {
  throw Error(ErrorCode::jinja_type, std::move(message));
}

void raise_undefined(const Value& value) {
  const Absence* absence = value.absence();
  if (!absence) throw Error(ErrorCode::jinja_undefined, "An argument was not given");
  throw Error(ErrorCode::jinja_undefined,
              absence->hint.empty() ? fmt::format("'{}' is undefined", absence->name) : absence->hint);
}

namespace {
void refuse_strict(const Value& value) {
  if (value.is_undefined() && value.absence() && value.absence()->policy == UndefinedPolicy::strict)
    raise_undefined(value);
}
}  // namespace

bool truth(const Value& value) {
  switch (value.kind()) {
    case Kind::undefined:
      refuse_strict(value);
      return false;
    case Kind::none:
      return false;
    case Kind::boolean:
    case Kind::integer:
      return value.as_integer() != 0;
    case Kind::real:
      return value.as_real() != 0;
    case Kind::string:
    case Kind::bytes:
      return !value.as_string().empty();
    case Kind::list:
    case Kind::tuple:
      return !value.items().empty();
    case Kind::dict:
      return !value.as_dict().empty();
    case Kind::set:
      return !value.as_set().members.empty();
    case Kind::object:
      break;
  }
  return value.as_object().truth();
}

namespace {

bool equal_items(const std::vector<Value>& left, const std::vector<Value>& right) {
  if (left.size() != right.size()) return false;
  DepthGuard guard;
  for (std::size_t at = 0; at < left.size(); ++at)
    if (!left[at].same_as(right[at]) && !equals(left[at], right[at])) return false;
  return true;
}

bool equal_dicts(const Dict& left, const Dict& right, bool values) {
  if (left.size() != right.size()) return false;
  DepthGuard guard;
  bool same = true;
  left.each([&](const Value& key, const Value& value) {
    if (!same) return;
    const Value* other = right.find(key);
    same = other && (!values || value.same_as(*other) || equals(value, *other));
  });
  return same;
}

// int against float without losing digits: beyond 2^53 a double is a whole number.
int order_mixed(std::int64_t left, double right) {
  if (right >= 9223372036854775808.0) return -1;
  if (right < -9223372036854775808.0) return 1;
  const auto whole = static_cast<std::int64_t>(right);
  if (left != whole) return left < whole ? -1 : 1;
  const double rest = right - static_cast<double>(whole);
  return rest > 0 ? -1 : rest < 0 ? 1 : 0;
}

int order_numbers(const Value& left, const Value& right) {
  if (left.is_integral() && right.is_integral())
    return left.as_integer() < right.as_integer() ? -1 : left.as_integer() > right.as_integer() ? 1 : 0;
  if (left.is_integral()) return order_mixed(left.as_integer(), right.as_real());
  if (right.is_integral()) return -order_mixed(right.as_integer(), left.as_real());
  return left.as_real() < right.as_real() ? -1 : left.as_real() > right.as_real() ? 1 : 0;
}

bool is_nan(const Value& value) {
  return value.is(Kind::real) && std::isnan(value.as_real());
}

[[noreturn]] void refuse_order(const Value& left, const Value& right, std::string_view sign) {
  if (left.is_undefined()) raise_undefined(left);
  if (right.is_undefined()) raise_undefined(right);
  raise_type(fmt::format("'{}' not supported between instances of '{}' and '{}'", sign, type_name(left),
                         type_name(right)));
}

std::optional<int> try_order(const Value& left, const Value& right) {
  if (left.is_number() && right.is_number()) return order_numbers(left, right);
  if (left.kind() == right.kind()) {
    if (left.is_string() || left.is(Kind::bytes)) {
      const int result = left.as_string().compare(right.as_string());
      return result < 0 ? -1 : result > 0;
    }
    if (left.is_list() || left.is_tuple()) {
      DepthGuard guard;
      const auto& a = left.items();
      const auto& b = right.items();
      for (std::size_t at = 0; at < a.size() && at < b.size(); ++at)
        if (!equals(a[at], b[at])) return order(a[at], b[at]);
      return a.size() < b.size() ? -1 : a.size() > b.size();
    }
  }
  if (left.is_object()) return left.as_object().compare(right);
  if (right.is_object()) {
    if (auto result = right.as_object().compare(left)) return -*result;
  }
  return std::nullopt;
}

}  // namespace

bool equals(const Value& left, const Value& right) {
  if (left.is_number() && right.is_number())
    return !is_nan(left) && !is_nan(right) && order_numbers(left, right) == 0;
  if (left.is_undefined() || right.is_undefined()) {
    refuse_strict(left);
    refuse_strict(right);
    return left.is_undefined() && right.is_undefined();
  }
  if (left.is_object()) return left.as_object().equals(right);
  if (right.is_object()) return right.as_object().equals(left);
  if (left.kind() != right.kind()) return false;
  switch (left.kind()) {
    case Kind::none:
      return true;
    case Kind::string:
    case Kind::bytes:
      return left.as_string() == right.as_string();
    case Kind::list:
    case Kind::tuple:
      return equal_items(left.items(), right.items());
    case Kind::dict:
      return equal_dicts(left.as_dict(), right.as_dict(), true);
    case Kind::set:
      return equal_dicts(left.as_set().members, right.as_set().members, false);
    default:
      return false;
  }
}

int order(const Value& left, const Value& right) {
  if (auto result = try_order(left, right)) return *result;
  refuse_order(left, right, "<");
}

namespace {
// Python orders sets by inclusion.
bool compare_sets(Comparison comparison, const Dict& left, const Dict& right) {
  const auto within = [](const Dict& inner, const Dict& outer) {
    bool all = inner.size() <= outer.size();
    inner.each([&](const Value& key, const Value&) { all = all && outer.find(key); });
    return all;
  };
  const bool larger = comparison == Comparison::greater || comparison == Comparison::greater_equal;
  const bool strict = comparison == Comparison::less || comparison == Comparison::greater;
  return (!strict || left.size() != right.size()) && (larger ? within(right, left) : within(left, right));
}
}  // namespace

bool compare(Comparison comparison, const Value& left, const Value& right) {
  switch (comparison) {
    case Comparison::equal:
      return equals(left, right);
    case Comparison::not_equal:
      return !equals(left, right);
    case Comparison::in:
      return contains(right, left);
    case Comparison::not_in:
      return !contains(right, left);
    default:
      break;
  }
  if (is_nan(left) || is_nan(right)) {
    if (left.is_number() && right.is_number()) return false;
  }
  if (left.is(Kind::set) && right.is(Kind::set))
    return compare_sets(comparison, left.as_set().members, right.as_set().members);
  const std::optional<int> result = try_order(left, right);
  switch (comparison) {
    case Comparison::less:
      return result ? *result < 0 : (refuse_order(left, right, "<"), false);
    case Comparison::less_equal:
      return result ? *result <= 0 : (refuse_order(left, right, "<="), false);
    case Comparison::greater:
      return result ? *result > 0 : (refuse_order(left, right, ">"), false);
    default:
      return result ? *result >= 0 : (refuse_order(left, right, ">="), false);
  }
}

std::size_t hash_of(const Value& value) {
  switch (value.kind()) {
    case Kind::undefined:
      refuse_strict(value);
      return 0x9d1;
    case Kind::none:
      return 0x5f1;
    case Kind::boolean:
    case Kind::integer:
      return std::hash<std::int64_t>()(value.as_integer()) * 0x9E3779B97F4A7C15ull;
    case Kind::real: {
      const double real = value.as_real();
      if (real == std::floor(real) && std::fabs(real) < 9.2e18)
        return hash_of(Value(static_cast<std::int64_t>(real)));
      return std::hash<double>()(real);
    }
    case Kind::string:
    case Kind::bytes:
      return value.string_box().hash();
    case Kind::tuple: {
      DepthGuard guard;
      std::size_t hash = 0x345678;
      for (const Value& item : value.as_tuple().items) hash = (hash ^ hash_of(item)) * 1000003;
      return hash;
    }
    case Kind::object:
      return value.as_object().hash();
    default:
      break;
  }
  raise_type(fmt::format("unhashable type: '{}'", type_name(value)));
}

bool contains(const Value& container, const Value& item) {
  switch (container.kind()) {
    case Kind::undefined:
      refuse_strict(container);
      return false;
    case Kind::string:
      if (item.is_undefined()) raise_undefined(item);
      if (!item.is_string())
        raise_type(fmt::format("'in <string>' requires string as left operand, not {}", type_name(item)));
      return container.as_string().find(item.as_string()) != std::string::npos;
    case Kind::list:
    case Kind::tuple: {
      // By index: a comparison of an object may run code that changes the list.
      const std::vector<Value>& items = container.items();
      for (std::size_t at = 0; at < items.size(); ++at)
        if (items[at].same_as(item) || equals(items[at], item)) return true;
      return false;
    }
    case Kind::dict:
      return container.as_dict().find(item) != nullptr;
    case Kind::set:
      return container.as_set().members.find(item) != nullptr;
    case Kind::object: {
      if (auto result = container.as_object().contains(item)) return *result;
      break;
    }
    default:
      break;
  }
  auto items = try_iterate(container);
  if (!items) raise_type(fmt::format("argument of type '{}' is not iterable", type_name(container)));
  for (Value other; items->next(other);)
    if (equals(other, item)) return true;
  return false;
}

std::size_t length_of(const Value& value) {
  switch (value.kind()) {
    case Kind::undefined:
      refuse_strict(value);
      return 0;
    case Kind::string:
      return value.string_box().length();
    case Kind::bytes:
      return value.as_bytes().size();
    case Kind::list:
    case Kind::tuple:
      return value.items().size();
    case Kind::dict:
      return value.as_dict().size();
    case Kind::set:
      return value.as_set().members.size();
    case Kind::object:
      if (auto length = value.as_object().length()) return *length;
      break;
    default:
      break;
  }
  raise_type(fmt::format("object of type '{}' has no len()", type_name(value)));
}

bool is_callable(const Value& value) {
  return value.is_object() && value.as_object().is_callable();
}

}  // namespace leat::jinja

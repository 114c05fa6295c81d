#include "base/error.h"
#include "jinja/builtins.h"
#include "jinja/operations.h"
#include "jinja/utf8.h"

namespace leat::jinja {

namespace {

class BoundMethod final : public Object {
 public:
  BoundMethod(Value receiver, const BuiltinEntry& method)
      : receiver_(std::move(receiver)), method_(&method) {}
  std::string_view type_name() const override { return "builtin_function_or_method"; }
  std::string repr() const override {
    return fmt::format("<built-in method {} of {} object>", method_->row->name, jinja::type_name(receiver_));
  }
  Value call(CallArguments& arguments) override {
    arguments.self = receiver_;
    return call_builtin(*method_, arguments);
  }
  bool is_callable() const override { return true; }

 private:
  Value receiver_;
  const BuiltinEntry* method_;
};

// The index in [0, size), or nullopt.
std::optional<std::size_t> index_in(const Value& key, std::size_t size) {
  if (!key.is_integral()) return std::nullopt;
  std::int64_t index = key.as_integer();
  if (index < 0) index += static_cast<std::int64_t>(size);
  if (index < 0 || static_cast<std::uint64_t>(index) >= size) return std::nullopt;
  return static_cast<std::size_t>(index);
}

bool is_hashable(const Value& key) {
  return !key.is_list() && !key.is_dict() && !key.is(Kind::set);
}

std::optional<Value> subscript(const Value& value, const Value& key) {
  switch (value.kind()) {
    case Kind::list:
    case Kind::tuple:
      if (auto index = index_in(key, value.items().size())) return value.items()[*index];
      return std::nullopt;
    case Kind::dict:
      if (!is_hashable(key)) return std::nullopt;
      if (Value* found = value.as_dict().find(key)) return *found;
      return std::nullopt;
    case Kind::string: {
      auto index = index_in(key, length_of(value));
      if (!index) return std::nullopt;
      const std::string& text = value.as_string();
      std::size_t begin = text.size() == length_of(value) ? *index : offset_of(text, *index);
      std::size_t end = begin;
      next_code_point(text, end);
      return Value(text.substr(begin, end - begin));
    }
    case Kind::bytes:
      if (auto index = index_in(key, value.as_bytes().size()))
        return Value(static_cast<int>(static_cast<unsigned char>(value.as_bytes()[*index])));
      return std::nullopt;
    case Kind::object:
      return value.as_object().item(key);
    default:
      return std::nullopt;
  }
}

std::optional<Value> attribute(const Value& value, const Value& name) {
  if (value.is_object()) return value.as_object().attribute(name.as_string());
  if (const MethodSet* methods = find_methods(name.as_string()))
    if (const BuiltinEntry* method = methods->of(value)) return bound_method(value, *method);
  return std::nullopt;
}

}  // namespace

Value bound_method(const Value& receiver, const BuiltinEntry& method) {
  return Value(make_ref<BoundMethod>(receiver, method));
}

std::optional<Value> find_attribute(const Value& value, const Value& name) {
  if (auto found = attribute(value, name)) return found;
  return subscript(value, name);
}

std::optional<Value> find_item(const Value& value, const Value& key) {
  if (auto found = subscript(value, key)) return found;
  if (key.is_string()) return attribute(value, key);
  return std::nullopt;
}

namespace {

struct Bounds {
  std::int64_t start, stop, step;
};

// Python's slice.indices().
Bounds slice_bounds(const Value& start, const Value& stop, const Value& step, std::size_t length) {
  const auto size = static_cast<std::int64_t>(length);
  const auto number = [](const Value& value) {
    if (value.is_undefined()) raise_undefined(value);
    if (!value.is_integral())
      raise_type("slice indices must be integers or None or have an __index__ method");
    return value.as_integer();
  };
  Bounds bounds{0, 0, step.is_none() ? 1 : number(step)};
  if (bounds.step == 0) raise_type("slice step cannot be zero");
  if (bounds.step == INT64_MIN) bounds.step = -INT64_MAX;
  const bool back = bounds.step < 0;
  const std::int64_t low = back ? -1 : 0, high = back ? size - 1 : size;
  const auto clamp = [&](const Value& value, std::int64_t fallback) {
    if (value.is_none()) return fallback;
    const std::int64_t at = number(value);
    if (at < 0) return at < -size ? low : std::max(at + size, low);
    return std::min(at, high);
  };
  bounds.start = clamp(start, back ? high : low);
  bounds.stop = clamp(stop, back ? low : high);
  return bounds;
}

std::vector<std::size_t> indices(const Bounds& bounds) {
  std::vector<std::size_t> at;
  if (bounds.step > 0) {
    for (std::int64_t i = bounds.start; i < bounds.stop; i += std::min(bounds.step, bounds.stop - i))
      at.push_back(static_cast<std::size_t>(i));
  } else {
    for (std::int64_t i = bounds.start; i > bounds.stop; i += std::max(bounds.step, bounds.stop - i))
      at.push_back(static_cast<std::size_t>(i));
  }
  return at;
}

Value slice_text(const Value& value, const Value& start, const Value& stop, const Value& step) {
  const std::string& text = value.as_string();
  const bool plain = value.is(Kind::bytes) || length_of(value) == text.size();
  std::string out;
  if (plain) {
    const Bounds bounds = slice_bounds(start, stop, step, text.size());
    if (bounds.step == 1) {
      if (bounds.start < bounds.stop)
        out = text.substr(static_cast<std::size_t>(bounds.start),
                          static_cast<std::size_t>(bounds.stop - bounds.start));
    } else {
      for (std::size_t at : indices(bounds)) out += text[at];
    }
    return value.is(Kind::bytes) ? Value::bytes(std::move(out)) : Value(std::move(out));
  }
  std::vector<std::size_t> offsets;
  for (std::size_t at = 0; at < text.size();) {
    offsets.push_back(at);
    next_code_point(text, at);
  }
  const Bounds bounds = slice_bounds(start, stop, step, offsets.size());
  offsets.push_back(text.size());
  for (std::size_t at : indices(bounds)) out.append(text, offsets[at], offsets[at + 1] - offsets[at]);
  return Value(std::move(out));
}

}  // namespace

Value slice(const Value& value, const Value& start, const Value& stop, const Value& step) {
  if (value.is_string() || value.is(Kind::bytes)) return slice_text(value, start, stop, step);
  if (value.is_undefined()) {
    if (value.absence() && value.absence()->policy >= UndefinedPolicy::chainable) return value;
    raise_undefined(value);
  }
  std::vector<Value> source;
  const bool range = value.is_object() && value.as_object().is_sequence();
  if (!value.is_list() && !value.is_tuple() && !range)
    raise_type(fmt::format("'{}' object is not subscriptable", type_name(value)));
  if (range) source = collect(value);
  const std::vector<Value>& items = range ? source : value.items();
  const Bounds bounds = slice_bounds(start, stop, step, items.size());
  std::vector<Value> out;
  for (std::size_t at : indices(bounds)) out.push_back(items[at]);
  return value.is_tuple() ? Value::tuple(std::move(out)) : Value::list(std::move(out));
}

Value missing_name(UndefinedPolicy policy, std::string name, std::string hint) {
  Ref<Absence> absence = make_ref<Absence>();
  absence->name = std::move(name);
  absence->hint = std::move(hint);
  absence->policy = policy;
  return Value::undefined(std::move(absence));
}

Value missing_attribute(UndefinedPolicy policy, const Value& owner, const Value& name) {
  std::string text = name.is_string() ? name.as_string() : to_repr(name);
  std::string hint;
  const std::string type = owner.is_none() ? "None" : fmt::format("{} object", type_name(owner));
  if (name.is_string()) {
    hint = fmt::format("'{}' has no attribute {}", type, to_repr(name));
  } else {
    hint = fmt::format("{} has no element {}", type, text);
  }
  return missing_name(policy, std::move(text), std::move(hint));
}

}  // namespace leat::jinja

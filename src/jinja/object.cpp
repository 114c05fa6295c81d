#include "jinja/object.h"

#include "jinja/call.h"
#include "jinja/operations.h"

namespace leat::jinja {

std::optional<Value> Object::attribute(std::string_view) {
  return std::nullopt;
}
std::optional<Value> Object::item(const Value&) {
  return std::nullopt;
}
bool Object::set_attribute(std::string_view, Value) {
  return false;
}
std::optional<Value> Object::method(std::string_view, CallArguments&) {
  return std::nullopt;
}
Value Object::call(CallArguments&) {
  raise_type(fmt::format("'{}' object is not callable", type_name()));
}
std::unique_ptr<Iterator> Object::iterate() {
  return nullptr;
}
bool Object::equals(const Value& other) const {
  return other.is_object() && &other.as_object() == this;
}
std::size_t Object::hash() const {
  return std::hash<const void*>()(this);
}

std::optional<Value> NativeFunction::attribute(std::string_view name) {
  if (name == "__name__" || name == "name") return Value(name_);
  return std::nullopt;
}

Value make_function(std::string name, Function function) {
  return Value(make_ref<NativeFunction>(std::move(name), std::move(function)));
}

std::string Namespace::repr() const {
  return "<Namespace " + to_repr(Value(attributes)) + ">";
}
std::optional<Value> Namespace::attribute(std::string_view name) {
  if (Value* found = attributes->find(name)) return *found;
  return std::nullopt;
}
std::optional<Value> Namespace::item(const Value& key) {
  if (Value* found = attributes->find(key)) return *found;
  return std::nullopt;
}
bool Namespace::set_attribute(std::string_view name, Value value) {
  attributes->set(name, std::move(value));
  return true;
}

}  // namespace leat::jinja

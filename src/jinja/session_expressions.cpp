#include "jinja/session.h"

namespace leat::jinja {

using Kind_ = Expression::Kind;

Value Session::evaluate(const Expression& node, Frame& frame) {
  switch (node.kind) {
    case Kind_::constant:
      return static_cast<const Constant&>(node).value;
    case Kind_::name:
      return load(static_cast<const Name&>(node).reference, frame);
    default:
      break;
  }
  check_stack();
  tick();
  switch (node.kind) {
    case Kind_::attribute:
      return attribute(static_cast<const Attribute&>(node), frame);
    case Kind_::item:
      return item(static_cast<const Item&>(node), frame);
    case Kind_::slice:
      return slice_of(static_cast<const Slice&>(node), frame);
    case Kind_::call:
      return call(static_cast<const Call&>(node), frame);
    case Kind_::filter:
      return filter(static_cast<const Filter&>(node), frame);
    case Kind_::test:
      return Value(test(static_cast<const Test&>(node), frame));
    case Kind_::negate:
    case Kind_::plus:
    case Kind_::negation:
      return unary(static_cast<const Unary&>(node), frame);
    case Kind_::arithmetic: {
      const auto& binary = static_cast<const Binary&>(node);
      const Value left = evaluate(*binary.left, frame);
      const Value right = evaluate(*binary.right, frame);
      at(node);
      return arithmetic(binary.op, left, right);
    }
    case Kind_::conjunction:
    case Kind_::disjunction: {
      const auto& binary = static_cast<const Binary&>(node);
      Value left = evaluate(*binary.left, frame);
      at(node);
      if (truth(left) == (node.kind == Kind_::disjunction)) return left;
      return evaluate(*binary.right, frame);
    }
    case Kind_::concatenation:
      return concatenation(static_cast<const Sequence&>(node), frame);
    case Kind_::comparison:
      return comparisons(static_cast<const Comparisons&>(node), frame);
    case Kind_::conditional:
      return conditional(static_cast<const Conditional&>(node), frame);
    case Kind_::dict:
      return dict(static_cast<const DictLiteral&>(node), frame);
    default:
      return sequence(static_cast<const Sequence&>(node), frame);
  }
}

const Value* Session::find_slot(const NameReference& reference, Frame& frame) const {
  for (const SlotReference& place : reference.slots) {
    Frame* holder = &frame;
    for (std::uint16_t up = place.depth; up > 0 && holder; --up) holder = holder->parent.get();
    if (!holder) continue;
    const Value& value = holder->slots[place.slot];
    if (!value.is_absent()) return &value;
  }
  return nullptr;
}

Value Session::load(const NameReference& reference, Frame& frame) {
  if (!reference.slots.empty())
    if (const Value* value = find_slot(reference, frame)) return *value;
  Value found;
  if (context_->find(reference.text, found) || tables().globals.find(reference.text, found)) return found;
  return missing_name(environment_.options().undefined, reference.text.as_string());
}

Value Session::missing(const Value& owner, const Value& name) {
  if (!owner.is_undefined()) return missing_attribute(environment_.options().undefined, owner, name);
  if (owner.absence() && owner.absence()->policy >= UndefinedPolicy::chainable) return owner;
  raise_undefined(owner);
}

Value Session::attribute(const Attribute& node, Frame& frame) {
  const Value object = evaluate(*node.object, frame);
  at(node);
  return attribute_of(object, node);
}

Value Session::attribute_of(const Value& object, const Attribute& node) {
  if (object.is_dict()) {
    if (node.methods)
      if (const BuiltinEntry* method = node.methods->of(object)) return bound_method(object, *method);
    if (Value* found = object.as_dict().find(node.name)) return *found;
    return missing(object, node.name);
  }
  if (auto found = find_attribute(object, node.name)) return std::move(*found);
  return missing(object, node.name);
}

Value Session::item(const Item& node, Frame& frame) {
  const Value object = evaluate(*node.object, frame);
  const Value key = evaluate(*node.key, frame);
  at(node);
  if (object.is_undefined()) return missing(object, key);
  if (key.is_undefined() && key.absence() && key.absence()->policy == UndefinedPolicy::strict)
    raise_undefined(key);
  if (auto found = find_item(object, key)) return std::move(*found);
  return missing(object, key);
}

Value Session::slice_of(const Slice& node, Frame& frame) {
  const Value object = evaluate(*node.object, frame);
  const Value start = node.start ? evaluate(*node.start, frame) : Value::none();
  const Value stop = node.stop ? evaluate(*node.stop, frame) : Value::none();
  const Value step = node.step ? evaluate(*node.step, frame) : Value::none();
  at(node);
  return slice(object, start, stop, step);
}

Value Session::unary(const Unary& node, Frame& frame) {
  const Value operand = evaluate(*node.operand, frame);
  at(node);
  switch (node.kind) {
    case Kind_::negation:
      return Value(!truth(operand));
    case Kind_::negate:
      return negate(operand);
    default:
      break;
  }
  if (operand.is_undefined()) raise_undefined(operand);
  if (!operand.is_number()) raise_type(fmt::format("bad operand type for unary +: '{}'", type_name(operand)));
  return operand.is(Kind::boolean) ? Value(operand.as_integer()) : operand;
}

Value Session::concatenation(const Sequence& node, Frame& frame) {
  std::string text;
  for (const ExpressionPtr& item : node.items) {
    const Value value = evaluate(*item, frame);
    at(*item);
    append_text(text, value);
    check_size(text);
  }
  return Value(std::move(text));
}

Value Session::sequence(const Sequence& node, Frame& frame) {
  std::vector<Value> items;
  items.reserve(node.items.size());
  for (const ExpressionPtr& item : node.items) items.push_back(evaluate(*item, frame));
  return node.kind == Kind_::list ? Value::list(std::move(items)) : Value::tuple(std::move(items));
}

Value Session::comparisons(const Comparisons& node, Frame& frame) {
  Value left = evaluate(*node.left, frame);
  for (const auto& [comparison, expression] : node.rest) {
    Value right = evaluate(*expression, frame);
    at(node);
    if (!compare(comparison, left, right)) return Value(false);
    left = std::move(right);
  }
  return Value(true);
}

Value Session::conditional(const Conditional& node, Frame& frame) {
  const Value condition = evaluate(*node.condition, frame);
  at(node);
  if (truth(condition)) return evaluate(*node.chosen, frame);
  if (node.otherwise) return evaluate(*node.otherwise, frame);
  return missing_name(environment_.options().undefined, "",
                      "the inline if-expression evaluated to false and no else section was defined.");
}

Value Session::dict(const DictLiteral& node, Frame& frame) {
  Ref<Dict> dict = make_ref<Dict>();
  for (const auto& [key, value] : node.entries) {
    Value name = evaluate(*key, frame);
    Value content = evaluate(*value, frame);
    at(*key);
    dict->set(std::move(name), std::move(content));
  }
  return Value(std::move(dict));
}

}  // namespace leat::jinja

#include "jinja/session.h"

namespace leat::jinja {

using Kind_ = Statement::Kind;

Session::Flow Session::execute(const Body& body, Frame& frame, std::string& out) {
  for (const StatementPtr& statement : body.statements) {
    const Flow flow = execute(*statement, frame, out);
    if (flow != Flow::normal) return flow;
  }
  return Flow::normal;
}

Session::Flow Session::execute(const Statement& node, Frame& frame, std::string& out) {
  if (node.kind == Kind_::text) {
    out += static_cast<const Text&>(node).content;
    check_size(out);
    return Flow::normal;
  }
  check_stack();
  tick();
  position_ = node.position;
  switch (node.kind) {
    case Kind_::output:
      output(*static_cast<const ExpressionStatement&>(node).expression, frame, out);
      break;
    case Kind_::branch:
      return branch(static_cast<const Branch&>(node), frame, out);
    case Kind_::loop:
      return loop(static_cast<const Loop&>(node), frame, out);
    case Kind_::set: {
      const auto& set = static_cast<const Set_&>(node);
      Value value = evaluate(*set.value, frame);
      position_ = set.target.position;
      assign(set.target, std::move(value), frame);
      break;
    }
    case Kind_::set_block:
      return set_block(static_cast<const SetBlock&>(node), frame);
    case Kind_::macro:
      define(static_cast<const MacroNode&>(node), frame);
      break;
    case Kind_::call_block:
      return call_block(static_cast<const CallBlock&>(node), frame, out);
    case Kind_::filter_block:
      return filter_block(static_cast<const FilterBlock&>(node), frame, out);
    case Kind_::evaluate:
      evaluate(*static_cast<const ExpressionStatement&>(node).expression, frame);
      break;
    case Kind_::give_back:
      returned_ = evaluate(*static_cast<const ExpressionStatement&>(node).expression, frame);
      return Flow::give_back;
    case Kind_::with:
    case Kind_::scope:
      return with(static_cast<const With&>(node), frame, out);
    case Kind_::include:
      include(static_cast<const Include&>(node), frame, out);
      break;
    case Kind_::import:
    case Kind_::import_names:
      import(static_cast<const Import&>(node), frame);
      break;
    case Kind_::block:
      run_block(static_cast<const Block&>(node), frame, out);
      break;
    case Kind_::break_loop:
      return Flow::break_loop;
    case Kind_::continue_loop:
      return Flow::continue_loop;
    case Kind_::extends:
      raise_type("extends has to stand at the top level of its template");
    case Kind_::text:
      break;
  }
  return Flow::normal;
}

// {{ macro(…) }} writes straight into the output: no text is built only to be copied.
void Session::output(const Expression& node, Frame& frame, std::string& out) {
  if (node.kind == Expression::Kind::call) {
    const auto& call = static_cast<const Call&>(node);
    if (call.callee->kind == Expression::Kind::name) {
      const Value callee = evaluate(*call.callee, frame);
      if (const Macro* macro = callee.as<Macro>()) {
        CallArguments values;
        arguments(call.arguments, frame, values);
        at(node);
        const Value result = run_macro(*macro, values, out);
        if (!result.is_absent()) append_text(out, result);
        check_size(out);
        return;
      }
    }
  }
  const Value value = evaluate(node, frame);
  at(node);
  append_text(out, value);
  check_size(out);
}

Session::Flow Session::branch(const Branch& node, Frame& frame, std::string& out) {
  for (const auto& [condition, body] : node.cases) {
    const Value value = evaluate(*condition, frame);
    at(*condition);
    if (truth(value)) return execute(body, frame, out);
  }
  return execute(node.otherwise, frame, out);
}

Session::Flow Session::set_block(const SetBlock& node, Frame& frame) {
  std::string text;
  clear(node.scope, frame);
  const Flow flow = execute(node.body, frame, text);
  if (flow != Flow::normal) return flow;
  Value value(std::move(text));
  if (node.filter) value = filter(static_cast<const Filter&>(*node.filter), frame, &value);
  assign(node.target, std::move(value), frame);
  return Flow::normal;
}

Session::Flow Session::filter_block(const FilterBlock& node, Frame& frame, std::string& out) {
  std::string text;
  clear(node.scope, frame);
  const Flow flow = execute(node.body, frame, text);
  if (flow != Flow::normal) return flow;
  const Value body(std::move(text));
  append_text(out, filter(static_cast<const Filter&>(*node.filter), frame, &body));
  check_size(out);
  return Flow::normal;
}

Session::Flow Session::with(const With& node, Frame& frame, std::string& out) {
  std::vector<Value> values;
  for (const auto& [target, value] : node.assignments) values.push_back(evaluate(*value, frame));
  clear(node.scope, frame);
  for (std::size_t index = 0; index < values.size(); ++index)
    assign(node.assignments[index].first, std::move(values[index]), frame);
  return execute(node.body, frame, out);
}

Session::Flow Session::call_block(const CallBlock& node, Frame& frame, std::string& out) {
  const auto& call_node = static_cast<const Call&>(*node.call);
  if (!frame.captured) {
    frame.captured = true;
    captured_.emplace_back(&frame);
  }
  const Value caller(make_ref<Macro>(*node.body, template_->shared_from_this(), Ref<Frame>(&frame)));
  const Value callee = evaluate(*call_node.callee, frame);
  CallArguments values;
  arguments(call_node.arguments, frame, values);
  values.named.push_back({"caller", caller});
  at(call_node);
  if (const Macro* macro = callee.as<Macro>()) {
    const Value result = run_macro(*macro, values, out);
    if (!result.is_absent()) append_text(out, result);
  } else {
    append_text(out, call(callee, values));
  }
  check_size(out);
  return Flow::normal;
}

void Session::define(const MacroNode& node, Frame& frame) {
  if (node.type != "macro") return;  // dbt's blocks are definitions for their project, not for this text
  if (!frame.captured) {
    frame.captured = true;
    captured_.emplace_back(&frame);
  }
  frame.slots[node.slot] = Value(make_ref<Macro>(node, template_->shared_from_this(), Ref<Frame>(&frame)));
}

void Session::assign(const Target& target, Value value, Frame& frame) {
  switch (target.kind) {
    case Target::Kind::name:
      // An absent value in a slot would mean "not set".
      if (value.is_absent()) value = missing_name(environment_.options().undefined, target.name.as_string());
      frame.slots[target.slot] = std::move(value);
      return;
    case Target::Kind::attribute: {
      const Value object = load(target.object, frame);
      if (object.is_undefined()) raise_undefined(object);
      if (!object.is_object() || !object.as_object().set_attribute(target.name.as_string(), std::move(value)))
        raise_type("cannot assign attribute on non-namespace object");
      return;
    }
    case Target::Kind::tuple:
      return unpack(target, value, frame);
  }
}

void Session::unpack(const Target& target, const Value& value, Frame& frame) {
  auto items = try_iterate(value);
  if (!items) raise_type(fmt::format("cannot unpack non-iterable {} object", type_name(value)));
  std::vector<Value> values;
  const std::size_t wanted = target.parts.size();
  for (Value item; values.size() <= wanted && items->next(item);) values.push_back(std::move(item));
  if (values.size() > wanted) raise_type(fmt::format("too many values to unpack (expected {})", wanted));
  if (values.size() < wanted)
    raise_type(fmt::format("not enough values to unpack (expected {}, got {})", wanted, values.size()));
  for (std::size_t at = 0; at < wanted; ++at) assign(target.parts[at], std::move(values[at]), frame);
}

}  // namespace leat::jinja

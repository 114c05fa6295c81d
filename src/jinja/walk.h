// Walk: the children of tree nodes, for passes that look at every expression.
//
// Guarantees: children come in the order of the text.
// Threads: as the tree.
// Errors: none of its own.
#pragma once
#include "jinja/ast.h"

namespace leat::jinja {

template <class F>
void each_argument(const ArgumentList& list, F&& f) {
  for (const ExpressionPtr& argument : list.positional) f(*argument);
  for (const auto& [name, argument] : list.named) f(*argument);
  if (list.spread) f(*list.spread);
  if (list.named_spread) f(*list.named_spread);
}

/// Calls `f(const Expression&)` for each direct child.
template <class F>
void each_child(const Expression& node, F&& f) {
  const auto maybe = [&](const ExpressionPtr& child) {
    if (child) f(*child);
  };
  switch (node.kind) {
    case Expression::Kind::constant:
    case Expression::Kind::name:
      return;
    case Expression::Kind::attribute:
      return f(*static_cast<const Attribute&>(node).object);
    case Expression::Kind::item:
      f(*static_cast<const Item&>(node).object);
      return f(*static_cast<const Item&>(node).key);
    case Expression::Kind::slice: {
      const auto& slice = static_cast<const Slice&>(node);
      for (const ExpressionPtr* child : {&slice.object, &slice.start, &slice.stop, &slice.step})
        maybe(*child);
      return;
    }
    case Expression::Kind::call:
      f(*static_cast<const Call&>(node).callee);
      return each_argument(static_cast<const Call&>(node).arguments, f);
    case Expression::Kind::filter:
      maybe(static_cast<const Filter&>(node).object);
      return each_argument(static_cast<const Filter&>(node).arguments, f);
    case Expression::Kind::test:
      f(*static_cast<const Test&>(node).object);
      return each_argument(static_cast<const Test&>(node).arguments, f);
    case Expression::Kind::negate:
    case Expression::Kind::plus:
    case Expression::Kind::negation:
      return f(*static_cast<const Unary&>(node).operand);
    case Expression::Kind::arithmetic:
    case Expression::Kind::conjunction:
    case Expression::Kind::disjunction:
      f(*static_cast<const Binary&>(node).left);
      return f(*static_cast<const Binary&>(node).right);
    case Expression::Kind::concatenation:
    case Expression::Kind::list:
    case Expression::Kind::tuple:
      for (const ExpressionPtr& item : static_cast<const Sequence&>(node).items) f(*item);
      return;
    case Expression::Kind::comparison:
      f(*static_cast<const Comparisons&>(node).left);
      for (const auto& [comparison, right] : static_cast<const Comparisons&>(node).rest) f(*right);
      return;
    case Expression::Kind::conditional: {
      const auto& choice = static_cast<const Conditional&>(node);
      for (const ExpressionPtr* child : {&choice.chosen, &choice.condition, &choice.otherwise}) maybe(*child);
      return;
    }
    case Expression::Kind::dict:
      for (const auto& [key, value] : static_cast<const DictLiteral&>(node).entries) {
        f(*key);
        f(*value);
      }
      return;
  }
}

/// Calls `on_expression` for the expressions of the statement itself and `on_body` for the bodies in it.
template <class E, class B>
void each_part(const Statement& node, E&& on_expression, B&& on_body) {
  const auto maybe = [&](const ExpressionPtr& child) {
    if (child) on_expression(*child);
  };
  switch (node.kind) {
    case Statement::Kind::text:
    case Statement::Kind::break_loop:
    case Statement::Kind::continue_loop:
      return;
    case Statement::Kind::output:
    case Statement::Kind::evaluate:
    case Statement::Kind::extends:
    case Statement::Kind::give_back:
      return maybe(static_cast<const ExpressionStatement&>(node).expression);
    case Statement::Kind::branch:
      for (const auto& [condition, body] : static_cast<const Branch&>(node).cases) {
        on_expression(*condition);
        on_body(body);
      }
      return on_body(static_cast<const Branch&>(node).otherwise);
    case Statement::Kind::loop: {
      const auto& loop = static_cast<const Loop&>(node);
      maybe(loop.items);
      maybe(loop.condition);
      on_body(loop.body);
      return on_body(loop.otherwise);
    }
    case Statement::Kind::set:
      return maybe(static_cast<const Set_&>(node).value);
    case Statement::Kind::set_block:
      maybe(static_cast<const SetBlock&>(node).filter);
      return on_body(static_cast<const SetBlock&>(node).body);
    case Statement::Kind::macro:
      for (const Parameter& parameter : static_cast<const MacroNode&>(node).parameters)
        maybe(parameter.fallback);
      return on_body(static_cast<const MacroNode&>(node).body);
    case Statement::Kind::call_block: {
      const auto& call = static_cast<const CallBlock&>(node);
      maybe(call.call);
      for (const Parameter& parameter : call.body->parameters) maybe(parameter.fallback);
      return on_body(call.body->body);
    }
    case Statement::Kind::filter_block:
      maybe(static_cast<const FilterBlock&>(node).filter);
      return on_body(static_cast<const FilterBlock&>(node).body);
    case Statement::Kind::with:
    case Statement::Kind::scope:
      for (const auto& [target, value] : static_cast<const With&>(node).assignments) maybe(value);
      return on_body(static_cast<const With&>(node).body);
    case Statement::Kind::include:
      return maybe(static_cast<const Include&>(node).name);
    case Statement::Kind::import:
    case Statement::Kind::import_names:
      return maybe(static_cast<const Import&>(node).name);
    case Statement::Kind::block:
      return on_body(static_cast<const Block&>(node).body->body);
  }
}

}  // namespace leat::jinja

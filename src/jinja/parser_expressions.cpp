#include <charconv>

#include "base/error.h"
#include "jinja/builtins.h"
#include "jinja/parser.h"
#include "jinja/string_literal.h"
#include "jinja/utf8.h"

namespace leat::jinja {

Attribute::Attribute(Position p, ExpressionPtr o, std::string_view n)
    : Expression(Kind::attribute, p), object(std::move(o)), name(n), methods(find_methods(n)) {}

using Kind_ = Expression::Kind;

void Parser::deepen(Expression& parent, const ExpressionPtr& child) const {
  if (!child || child->depth < parent.depth) return;
  if (child->depth >= 1500) fail("The expression is more than 1500 operations deep", peek());
  parent.depth = static_cast<std::uint16_t>(child->depth + 1);
}

ExpressionPtr Parser::expression() {
  Nesting nesting(*this);
  ExpressionPtr value = disjunction();
  while (at_name("if")) {
    auto choice = std::make_unique<Conditional>(here());
    take();
    choice->condition = disjunction();
    if (skip_name("else")) choice->otherwise = expression();
    choice->chosen = std::move(value);
    deepen(*choice, choice->chosen);
    deepen(*choice, choice->condition);
    deepen(*choice, choice->otherwise);
    value = std::move(choice);
  }
  return value;
}

ExpressionPtr Parser::disjunction() {
  ExpressionPtr left = conjunction();
  while (at_name("or")) {
    const Position where = here();
    take();
    auto node = std::make_unique<Binary>(Kind_::disjunction, where, std::move(left), conjunction());
    deepen(*node, node->left);
    deepen(*node, node->right);
    left = std::move(node);
  }
  return left;
}

ExpressionPtr Parser::conjunction() {
  ExpressionPtr left = negation();
  while (at_name("and")) {
    const Position where = here();
    take();
    auto node = std::make_unique<Binary>(Kind_::conjunction, where, std::move(left), negation());
    deepen(*node, node->left);
    deepen(*node, node->right);
    left = std::move(node);
  }
  return left;
}

ExpressionPtr Parser::negation() {
  if (!at_name("not")) return comparison();
  Nesting nesting(*this);
  const Position where = here();
  take();
  auto node = std::make_unique<Unary>(Kind_::negation, where, negation());
  deepen(*node, node->operand);
  return node;
}

ExpressionPtr Parser::comparison() {
  static constexpr std::pair<std::string_view, Comparison> kSigns[] = {
      {"==", Comparison::equal},      {"!=", Comparison::not_equal}, {"<", Comparison::less},
      {"<=", Comparison::less_equal}, {">", Comparison::greater},    {">=", Comparison::greater_equal}};
  const Position where = here();
  ExpressionPtr left = sum();
  std::unique_ptr<Comparisons> chain;
  for (;;) {
    std::optional<Comparison> found;
    for (const auto& [sign, comparison] : kSigns)
      if (at_symbol(sign)) found = comparison;
    if (at_name("in")) found = Comparison::in;
    if (at_name("not") && peek(1).kind == Token::Kind::name && peek(1).text == "in") {
      take();
      found = Comparison::not_in;
    }
    if (!found) break;
    take();
    if (!chain) {
      chain = std::make_unique<Comparisons>(where, std::move(left));
      deepen(*chain, chain->left);
    }
    chain->rest.emplace_back(*found, sum());
    deepen(*chain, chain->rest.back().second);
  }
  if (chain) return chain;
  return left;
}

ExpressionPtr Parser::sum() {
  ExpressionPtr left = concatenation();
  while (at_symbol("+") || at_symbol("-")) {
    const Position where = here();
    const Operator op = take().text == "+" ? Operator::add : Operator::subtract;
    auto node = std::make_unique<Binary>(Kind_::arithmetic, where, std::move(left), concatenation(), op);
    deepen(*node, node->left);
    deepen(*node, node->right);
    left = std::move(node);
  }
  return left;
}

ExpressionPtr Parser::concatenation() {
  ExpressionPtr first = product();
  if (!at_symbol("~")) return first;
  auto node = std::make_unique<Sequence>(Kind_::concatenation, here());
  node->items.push_back(std::move(first));
  while (skip_symbol("~")) node->items.push_back(product());
  for (const ExpressionPtr& item : node->items) deepen(*node, item);
  return node;
}

ExpressionPtr Parser::product() {
  static constexpr std::pair<std::string_view, Operator> kSigns[] = {{"*", Operator::multiply},
                                                                     {"/", Operator::divide},
                                                                     {"//", Operator::floor_divide},
                                                                     {"%", Operator::modulo}};
  ExpressionPtr left = power();
  for (;;) {
    std::optional<Operator> found;
    for (const auto& [sign, op] : kSigns)
      if (at_symbol(sign)) found = op;
    if (!found) return left;
    const Position where = here();
    take();
    auto node = std::make_unique<Binary>(Kind_::arithmetic, where, std::move(left), power(), *found);
    deepen(*node, node->left);
    deepen(*node, node->right);
    left = std::move(node);
  }
}

ExpressionPtr Parser::power() {
  ExpressionPtr left = unary();
  while (at_symbol("**")) {
    const Position where = here();
    take();
    auto node = std::make_unique<Binary>(Kind_::arithmetic, where, std::move(left), unary(), Operator::power);
    deepen(*node, node->left);
    deepen(*node, node->right);
    left = std::move(node);
  }
  return left;
}

ExpressionPtr Parser::unary(bool with_filter) {
  ExpressionPtr node;
  if (at_symbol("-") || at_symbol("+")) {
    Nesting nesting(*this);
    const Position where = here();
    const Kind_ kind = take().text == "-" ? Kind_::negate : Kind_::plus;
    auto sign = std::make_unique<Unary>(kind, where, unary(false));
    deepen(*sign, sign->operand);
    node = std::move(sign);
  } else {
    node = primary();
  }
  node = postfix(std::move(node));
  return with_filter ? filters_and_tests(std::move(node)) : std::move(node);
}

ExpressionPtr Parser::primary() {
  const Token& token = peek();
  const Position where = here();
  switch (token.kind) {
    case Token::Kind::name: {
      take();
      if (token.text == "true" || token.text == "True") return std::make_unique<Constant>(where, Value(true));
      if (token.text == "false" || token.text == "False")
        return std::make_unique<Constant>(where, Value(false));
      if (token.text == "none" || token.text == "None")
        return std::make_unique<Constant>(where, Value::none());
      return std::make_unique<Name>(where, token.text);
    }
    case Token::Kind::string:
      return text();
    case Token::Kind::integer:
    case Token::Kind::real:
      return number();
    case Token::Kind::symbol:
      if (skip_symbol("(")) {
        ExpressionPtr inner = tuple(true);
        expect_symbol(")");
        return inner;
      }
      if (at_symbol("[")) return list();
      if (at_symbol("{")) return dict();
      break;
    default:
      break;
  }
  unexpected(token, "an expression");
}

ExpressionPtr Parser::number() {
  const Token& token = take();
  if (token.kind == Token::Kind::real)
    return std::make_unique<Constant>(position(token), Value(*parse_real(token.text)));
  const auto value = parse_integer(token.text, 0);
  if (!value) fail("The integer does not fit in 64 bits", token);
  return std::make_unique<Constant>(position(token), Value(*value));
}

ExpressionPtr Parser::text() {
  const Token& first = peek();
  std::string content;
  while (peek().kind == Token::Kind::string) {
    const Token& token = take();
    if (auto problem = unescape_string(token.text.substr(1, token.text.size() - 2), content))
      fail(*problem, token);
  }
  return std::make_unique<Constant>(position(first), Value(std::move(content)));
}

bool Parser::at_tuple_end(std::string_view end_name) const {
  const Token::Kind kind = peek().kind;
  return kind == Token::Kind::output_end || kind == Token::Kind::tag_end || kind == Token::Kind::end ||
         at_symbol(")") || (!end_name.empty() && at_name(end_name));
}

// Comma-separated expressions: one without comma stays itself.
ExpressionPtr Parser::tuple(bool parenthesized, bool with_condition, std::string_view end_name) {
  auto node = std::make_unique<Sequence>(Kind_::tuple, here());
  bool comma = false;
  while (!at_tuple_end(end_name)) {
    node->items.push_back(with_condition ? expression() : expression_without_condition());
    if (!at_symbol(",")) break;
    take();
    comma = true;
  }
  if (!comma && !node->items.empty()) return std::move(node->items.front());
  if (!comma && !parenthesized) unexpected(peek(), "an expression");
  for (const ExpressionPtr& item : node->items) deepen(*node, item);
  return node;
}

ExpressionPtr Parser::list() {
  auto node = std::make_unique<Sequence>(Kind_::list, here());
  expect_symbol("[");
  while (!at_symbol("]")) {
    if (!node->items.empty()) {
      expect_symbol(",");
      if (at_symbol("]")) break;
    }
    node->items.push_back(expression());
    deepen(*node, node->items.back());
  }
  expect_symbol("]");
  return node;
}

ExpressionPtr Parser::dict() {
  auto node = std::make_unique<DictLiteral>(here());
  expect_symbol("{");
  while (!at_symbol("}")) {
    if (!node->entries.empty()) {
      expect_symbol(",");
      if (at_symbol("}")) break;
    }
    ExpressionPtr key = expression();
    expect_symbol(":");
    node->entries.emplace_back(std::move(key), expression());
    deepen(*node, node->entries.back().first);
    deepen(*node, node->entries.back().second);
  }
  expect_symbol("}");
  return node;
}

ExpressionPtr Parser::postfix(ExpressionPtr object) {
  for (;;) {
    if (at_symbol(".")) {
      object = dotted(std::move(object));
    } else if (at_symbol("[")) {
      object = subscript(std::move(object));
    } else if (at_symbol("(")) {
      object = call(std::move(object));
    } else {
      return object;
    }
  }
}

ExpressionPtr Parser::filters_and_tests(ExpressionPtr object) {
  for (;;) {
    if (at_symbol("|")) {
      object = filter(std::move(object));
    } else if (at_name("is")) {
      object = test(std::move(object));
    } else if (at_symbol("(")) {
      object = call(std::move(object));
    } else {
      return object;
    }
  }
}

ExpressionPtr Parser::dotted(ExpressionPtr object) {
  expect_symbol(".");
  const Token& token = take();
  const Position where = position(token);
  if (token.kind == Token::Kind::name) {
    auto node = std::make_unique<Attribute>(where, std::move(object), token.text);
    deepen(*node, node->object);
    return node;
  }
  if (token.kind != Token::Kind::integer) unexpected(token, "a name or a number");
  auto key = std::make_unique<Constant>(where, Value(parse_integer(token.text, 0).value_or(0)));
  auto node = std::make_unique<Item>(where, std::move(object), std::move(key));
  deepen(*node, node->object);
  return node;
}

ExpressionPtr Parser::subscript(ExpressionPtr object) {
  const Position where = here();
  expect_symbol("[");
  ExpressionPtr first;
  if (!at_symbol(":")) first = expression();
  if (at_symbol(":")) {
    auto node = std::make_unique<Slice>(where, std::move(object));
    take();
    node->start = std::move(first);
    if (!at_symbol(":") && !at_symbol("]")) node->stop = expression();
    if (skip_symbol(":") && !at_symbol("]")) node->step = expression();
    expect_symbol("]");
    for (const ExpressionPtr* child : {&node->object, &node->start, &node->stop, &node->step})
      deepen(*node, *child);
    return node;
  }
  if (at_symbol(",")) {
    auto key = std::make_unique<Sequence>(Kind_::tuple, where);
    key->items.push_back(std::move(first));
    while (skip_symbol(",")) key->items.push_back(expression());
    for (const ExpressionPtr& item : key->items) deepen(*key, item);
    first = std::move(key);
  }
  expect_symbol("]");
  auto node = std::make_unique<Item>(where, std::move(object), std::move(first));
  deepen(*node, node->object);
  deepen(*node, node->key);
  return node;
}

ExpressionPtr Parser::call(ExpressionPtr callee) {
  auto node = std::make_unique<Call>(callee->position, std::move(callee));
  deepen(*node, node->callee);
  arguments(node->arguments, *node);
  return node;
}

void Parser::arguments(ArgumentList& list, Expression& owner) {
  expect_symbol("(");
  bool comma = true;
  while (!at_symbol(")")) {
    const Token& token = peek();
    if (!comma) unexpected(token, "',' or ')'");
    if (skip_symbol("*")) {
      if (list.spread || list.named_spread) fail("invalid syntax for function call expression", token);
      list.spread = expression();
      deepen(owner, list.spread);
    } else if (skip_symbol("**")) {
      if (list.named_spread) fail("invalid syntax for function call expression", token);
      list.named_spread = expression();
      deepen(owner, list.named_spread);
    } else if (token.kind == Token::Kind::name && peek(1).kind == Token::Kind::symbol &&
               peek(1).text == "=") {
      if (list.named_spread) fail("invalid syntax for function call expression", token);
      take();
      take();
      list.named.emplace_back(std::string(token.text), expression());
      deepen(owner, list.named.back().second);
    } else {
      if (list.spread || list.named_spread || !list.named.empty())
        fail("A positional argument stands behind a named one", token);
      list.positional.push_back(expression());
      deepen(owner, list.positional.back());
    }
    comma = skip_symbol(",");
  }
  expect_symbol(")");
}

std::string Parser::dotted_name() {
  std::string name(expect_name());
  while (skip_symbol(".")) name += "." + std::string(expect_name());
  return name;
}

ExpressionPtr Parser::filter(ExpressionPtr object) {
  expect_symbol("|");
  return filter_named(std::move(object));
}

// The filters of a filter block or a block set: the innermost filters the body's text.
ExpressionPtr Parser::filter_chain(bool inline_first) {
  ExpressionPtr chain;
  if (inline_first) chain = filter_named(nullptr);
  while (at_symbol("|")) chain = filter(std::move(chain));
  return chain;
}

ExpressionPtr Parser::filter_named(ExpressionPtr object) {
  const Position where = here();
  auto node = std::make_unique<Filter>(where, std::move(object), dotted_name());
  deepen(*node, node->object);
  if (at_symbol("(")) arguments(node->arguments, *node);
  return node;
}

ExpressionPtr Parser::test(ExpressionPtr object) {
  take();
  const bool negated = skip_name("not");
  const Position where = here();
  auto node = std::make_unique<Test>(where, std::move(object), dotted_name());
  node->negated = negated;
  deepen(*node, node->object);
  const Token& token = peek();
  const bool name = token.kind == Token::Kind::name && token.text != "else" && token.text != "or" &&
                    token.text != "and" && token.text != "if";
  const bool literal = token.kind == Token::Kind::string || token.kind == Token::Kind::integer ||
                       token.kind == Token::Kind::real || at_symbol("[") || at_symbol("{");
  if (at_symbol("(")) {
    arguments(node->arguments, *node);
  } else if (name || literal) {
    if (token.text == "is") fail("You cannot chain multiple tests with is", token);
    node->arguments.positional.push_back(postfix(primary()));
    deepen(*node, node->arguments.positional.back());
  }
  return node;
}

}  // namespace leat::jinja

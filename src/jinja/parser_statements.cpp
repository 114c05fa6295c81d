#include "base/error.h"
#include "jinja/parser.h"

namespace leat::jinja {

StatementPtr Parser::branch(Position where) {
  auto node = std::make_unique<Branch>(where);
  std::string_view end = "elif";
  while (end == "elif") {
    ExpressionPtr condition = tuple(false, false);
    node->cases.emplace_back(std::move(condition), Body());
    node->cases.back().second = body({"elif", "else", "endif"});
    end = take().text;
  }
  if (end == "else") {
    node->otherwise = body({"endif"});
    take();
  }
  return node;
}

Target Parser::single_target(bool with_attribute) {
  const Nesting nesting(*this);
  if (skip_symbol("(")) {
    Target inner = target(with_attribute, ")");
    expect_symbol(")");
    return inner;
  }
  Target out;
  const Token& token = peek();
  out.position = position(token);
  const std::string_view name = expect_name();
  static constexpr std::string_view kConstants[] = {"true", "false", "none", "True", "False", "None"};
  if (std::find(std::begin(kConstants), std::end(kConstants), name) != std::end(kConstants))
    fail(fmt::format("can't assign to '{}'", name), token);
  out.name = Value(name);
  if (with_attribute && at_symbol(".")) {
    take();
    out.kind = Target::Kind::attribute;
    out.object.text = std::move(out.name);
    out.name = Value(expect_name());
  }
  return out;
}

Target Parser::target(bool with_attribute, std::string_view end_name) {
  Target first = single_target(with_attribute);
  if (!at_symbol(",")) return first;
  Target all;
  all.kind = Target::Kind::tuple;
  all.position = first.position;
  all.parts.push_back(std::move(first));
  while (skip_symbol(",")) {
    if (at_symbol("=") || at_symbol(")") || (!end_name.empty() && at_name(end_name))) break;
    all.parts.push_back(single_target(with_attribute));
  }
  return all;
}

StatementPtr Parser::loop(Position where) {
  auto node = std::make_unique<Loop>(where);
  node->target = target(false, "in");
  if (!skip_name("in")) unexpected(peek(), "'in'");
  node->items = tuple(false, false, "recursive");
  if (skip_name("if")) node->condition = expression();
  node->recursive = skip_name("recursive");
  ++loops_;
  node->body = body({"else", "endfor"});
  --loops_;
  if (take().text == "else") {
    node->otherwise = body({"endfor"});
    take();
  }
  return node;
}

StatementPtr Parser::set(Position where) {
  Target to = target(true);
  if (skip_symbol("=")) {
    auto node = std::make_unique<Set_>(where);
    node->target = std::move(to);
    node->value = tuple(false);
    return node;
  }
  auto node = std::make_unique<SetBlock>(where);
  node->target = std::move(to);
  node->filter = filter_chain(false);
  node->body = body({"endset"});
  take();
  return node;
}

void Parser::annotation() {
  dotted_name();
  if (!skip_symbol("[")) return;
  const Nesting nesting(*this);
  do annotation();
  while (skip_symbol(","));
  expect_symbol("]");
}

void Parser::parameters(MacroNode& macro) {
  expect_symbol("(");
  while (!at_symbol(")")) {
    if (!macro.parameters.empty()) {
      expect_symbol(",");
      if (at_symbol(")")) break;
    }
    const Token& token = peek();
    Parameter parameter;
    parameter.name = Value(expect_name());
    if (options_.dbt && skip_symbol(":")) annotation();
    if (skip_symbol("=")) {
      parameter.fallback = expression();
    } else if (!macro.parameters.empty() && macro.parameters.back().fallback) {
      fail("non-default argument follows default argument", token);
    }
    macro.parameters.push_back(std::move(parameter));
  }
  expect_symbol(")");
}

StatementPtr Parser::macro(Position where, std::string_view type) {
  auto node = std::make_unique<MacroNode>(where);
  const int loops = std::exchange(loops_, 0);
  node->name = expect_name();
  parameters(*node);
  if (type == "macro") {
    node->body = body({"endmacro"});
  } else if (type == "test") {
    node->type = "test";
    node->body = body({"endtest"});
  } else {
    node->type = "test";
    node->body = body({"enddata_test"});
  }
  take();
  loops_ = loops;
  return node;
}

StatementPtr Parser::materialization(Position where) {
  auto node = std::make_unique<MacroNode>(where);
  node->type = "materialization";
  node->name = expect_name();
  node->adapter = "default";
  node->supported_languages = {"sql"};
  while (skip_symbol(",")) {
    const Token& token = peek();
    const std::string_view word = expect_name();
    if (word == "default") continue;
    expect_symbol("=");
    ExpressionPtr value = expression();
    if (word == "adapter" && value->kind == Expression::Kind::constant) {
      const Value& adapter = static_cast<const Constant&>(*value).value;
      if (!adapter.is_string()) fail("'adapter' needs a string", token);
      node->adapter = adapter.as_string();
    } else if (word == "supported_languages" && value->kind == Expression::Kind::list) {
      node->supported_languages.clear();
      for (const ExpressionPtr& item : static_cast<const Sequence&>(*value).items)
        if (item->kind == Expression::Kind::constant)
          node->supported_languages.push_back(to_text(static_cast<const Constant&>(*item).value));
    } else {
      fail(fmt::format("A materialization has no setting '{}' of this form", word), token);
    }
  }
  const int loops = std::exchange(loops_, 0);
  node->body = body({"endmaterialization"});
  take();
  loops_ = loops;
  return node;
}

StatementPtr Parser::named_block(Position where, std::string_view type) {
  auto node = std::make_unique<MacroNode>(where);
  node->type = type;
  node->name = expect_name();
  const int loops = std::exchange(loops_, 0);
  if (type == "docs") {
    node->body = body({"enddocs"});
  } else {
    node->body = body({"endsnapshot"});
  }
  take();
  loops_ = loops;
  return node;
}

StatementPtr Parser::call_block(Position where) {
  auto node = std::make_unique<CallBlock>(where);
  node->body = std::make_unique<MacroNode>(where);
  node->body->name = "caller";
  node->body->type = "caller";
  if (at_symbol("(")) parameters(*node->body);
  const Token& token = peek();
  node->call = expression();
  if (node->call->kind != Expression::Kind::call) fail("expected call", token);
  const int loops = std::exchange(loops_, 0);
  node->body->body = body({"endcall"});
  loops_ = loops;
  take();
  return node;
}

StatementPtr Parser::filter_block(Position where) {
  auto node = std::make_unique<FilterBlock>(where);
  node->filter = filter_chain(true);
  node->body = body({"endfilter"});
  take();
  return node;
}

StatementPtr Parser::with(Position where) {
  auto node = std::make_unique<With>(Statement::Kind::with, where);
  while (peek().kind != Token::Kind::tag_end) {
    if (!node->assignments.empty()) expect_symbol(",");
    Target to = single_target(false);
    expect_symbol("=");
    node->assignments.emplace_back(std::move(to), expression());
  }
  node->body = body({"endwith"});
  take();
  return node;
}

StatementPtr Parser::autoescape(Position where) {
  auto node = std::make_unique<With>(Statement::Kind::scope, where);
  expression();  // escaping is off in SQL, whatever this says
  node->body = body({"endautoescape"});
  take();
  return node;
}

bool Parser::import_context(bool fallback) {
  const bool with = at_name("with");
  if ((with || at_name("without")) && peek(1).kind == Token::Kind::name && peek(1).text == "context") {
    take();
    take();
    return with;
  }
  return fallback;
}

StatementPtr Parser::include(Position where) {
  auto node = std::make_unique<Include>(where);
  node->name = expression();
  if (at_name("ignore") && peek(1).text == "missing") {
    take();
    take();
    node->ignore_missing = true;
  }
  node->with_context = import_context(true);
  return node;
}

StatementPtr Parser::import(Position where) {
  auto node = std::make_unique<Import>(Statement::Kind::import, where);
  node->name = expression();
  if (!skip_name("as")) unexpected(peek(), "'as'");
  node->target = single_target(false);
  node->with_context = import_context(false);
  return node;
}

StatementPtr Parser::import_names(Position where) {
  auto node = std::make_unique<Import>(Statement::Kind::import_names, where);
  node->name = expression();
  if (!skip_name("import")) unexpected(peek(), "'import'");
  while (peek().kind == Token::Kind::name) {
    if (at_name("with") || at_name("without")) {
      if (peek(1).text == "context") break;
    }
    Target to = single_target(false);
    Value name = to.name;
    if (skip_name("as")) to = single_target(false);
    node->names.emplace_back(std::move(name), std::move(to));
    if (!skip_symbol(",")) break;
  }
  if (node->names.empty()) unexpected(peek(), "a name");
  node->with_context = import_context(false);
  return node;
}

StatementPtr Parser::block(Position where) {
  auto node = std::make_unique<Block>(where);
  node->body = std::make_unique<MacroNode>(where);
  node->body->type = "block";
  node->body->name = expect_name();
  node->scoped = skip_name("scoped");
  node->required = skip_name("required");
  const int loops = std::exchange(loops_, 0);
  node->body->body = body({"endblock"});
  loops_ = loops;
  take();
  if (peek().kind == Token::Kind::name) {
    const Token& token = take();
    if (token.text != node->body->name)
      fail(fmt::format("The block '{}' is closed as '{}'", node->body->name, token.text), token);
  }
  return node;
}

}  // namespace leat::jinja

#include "jinja/parser.h"

#include "base/error.h"

namespace leat::jinja {

Parser::Parser(std::string_view source, std::string_view name, const ParseOptions& options)
    : source_(source), name_(name), options_(options) {}

std::unique_ptr<MacroNode> Parser::parse_template() {
  tokens_ = tokenize(source_, name_, options_);
  auto root = std::make_unique<MacroNode>(here());
  root->type = "template";
  root->name = name_;
  root->body = body({});
  return root;
}

std::unique_ptr<MacroNode> Parser::parse_bare_expression() {
  tokens_ = tokenize_expression(source_, name_, options_);
  auto root = std::make_unique<MacroNode>(here());
  root->type = "expression";
  root->name = name_;
  const Position where = here();
  ExpressionPtr value = tuple(false);
  if (peek().kind != Token::Kind::end) unexpected(peek(), "the end of the expression");
  root->body.statements.push_back(
      std::make_unique<ExpressionStatement>(Statement::Kind::give_back, where, std::move(value)));
  return root;
}

const Token& Parser::take() {
  const Token& token = peek();
  if (token.kind != Token::Kind::end) ++next_;
  return token;
}
bool Parser::at_symbol(std::string_view symbol) const {
  return peek().kind == Token::Kind::symbol && peek().text == symbol;
}
bool Parser::at_name(std::string_view name) const {
  return peek().kind == Token::Kind::name && peek().text == name;
}
bool Parser::skip_symbol(std::string_view symbol) {
  if (!at_symbol(symbol)) return false;
  take();
  return true;
}
bool Parser::skip_name(std::string_view name) {
  if (!at_name(name)) return false;
  take();
  return true;
}
void Parser::expect_symbol(std::string_view symbol) {
  if (!skip_symbol(symbol)) unexpected(peek(), fmt::format("'{}'", symbol));
}
std::string_view Parser::expect_name() {
  if (peek().kind != Token::Kind::name) unexpected(peek(), "a name");
  return take().text;
}

Position Parser::position(const Token& token) const {
  if (token.at < line_at_) line_at_ = line_ = 0;
  line_ +=
      static_cast<std::size_t>(std::count(source_.begin() + static_cast<std::ptrdiff_t>(line_at_),
                                          source_.begin() + static_cast<std::ptrdiff_t>(token.at), '\n'));
  line_at_ = token.at;
  const std::size_t begin = token.at == 0 ? 0 : source_.rfind('\n', token.at - 1) + 1;
  return {static_cast<std::uint32_t>(options_.first_line + line_),
          static_cast<std::uint32_t>(token.at - begin + 1)};
}

void Parser::fail(std::string message, const Token& token) const {
  raise_syntax(std::move(message), source_, token.at, name_, options_.first_line);
}

void Parser::unexpected(const Token& token, std::string_view wanted) const {
  std::string got = fmt::format("'{}'", token.text.substr(0, 40));
  if (token.kind == Token::Kind::end) got = "the end of the template";
  if (token.kind == Token::Kind::tag_end) got = "the end of the tag";
  if (token.kind == Token::Kind::output_end) got = "the end of the output";
  fail(fmt::format("Expected {}, got {}", wanted, got), token);
}

bool Parser::at_end_tag(std::initializer_list<std::string_view> ends) const {
  return std::any_of(ends.begin(), ends.end(), [this](std::string_view end) { return at_name(end); });
}

// Statements up to one of `ends`, whose name is not taken yet; without ends, up to the end of the template.
Body Parser::body(std::initializer_list<std::string_view> ends) {
  Body out;
  skip_symbol(":");  // Python's habit, which Jinja tolerates
  if (ends.size() != 0) close_tag();
  for (;;) {
    const Token& token = peek();
    if (token.kind == Token::Kind::end) {
      if (ends.size() == 0) return out;
      fail(fmt::format("Unexpected end of template; '{}' is missing (for the tag '{}')", *(ends.end() - 1),
                       open_tags_.empty() ? "" : open_tags_.back()),
           token);
    }
    if (token.kind == Token::Kind::tag_begin) {
      take();
      if (at_end_tag(ends)) return out;
    }
    statement(out);
  }
}

void Parser::close_tag() {
  if (peek().kind != Token::Kind::tag_end) unexpected(peek(), "the end of the tag '%}'");
  take();
}

// One piece: text, an output, or a tag whose opening delimiter is taken.
void Parser::statement(Body& into) {
  const Token& token = peek();
  if (token.kind == Token::Kind::text) {
    take();
    into.statements.push_back(std::make_unique<Text>(position(token), std::string(token.text)));
    return;
  }
  if (token.kind == Token::Kind::output_begin) {
    take();
    into.statements.push_back(output());
    if (peek().kind != Token::Kind::output_end) unexpected(peek(), "the end of the output '}}'");
    take();
    return;
  }
  const Nesting nesting(*this);
  const std::string_view word = expect_name();
  open_tags_.push_back(word);
  StatementPtr node = tag(word);
  open_tags_.pop_back();
  close_tag();
  if (node) into.statements.push_back(std::move(node));
}

StatementPtr Parser::tag(std::string_view word) {
  const Position where = position(tokens_[next_ - 1]);
  if (word == "if") return branch(where);
  if (word == "for") return loop(where);
  if (word == "set") return set(where);
  if (word == "macro") return macro(where, word);
  if (word == "call") return call_block(where);
  if (word == "filter") return filter_block(where);
  if (word == "do") return evaluate(where);
  if (word == "print") return print(where);
  if (word == "with") return with(where);
  if (word == "include") return include(where);
  if (word == "import") return import(where);
  if (word == "from") return import_names(where);
  if (word == "block") return block(where);
  if (word == "autoescape") return autoescape(where);
  if (word == "extends")
    return std::make_unique<ExpressionStatement>(Statement::Kind::extends, where, expression());
  if (word == "break" || word == "continue") {
    if (loops_ == 0) fail(fmt::format("'{}' outside a loop", word), tokens_[next_ - 1]);
    return std::make_unique<Jump>(
        word == "break" ? Statement::Kind::break_loop : Statement::Kind::continue_loop, where);
  }
  if (options_.dbt)
    if (StatementPtr node = dbt_tag(word, where)) return node;
  std::string message = fmt::format("Encountered unknown tag '{}'.", word);
  open_tags_.pop_back();
  if (!open_tags_.empty())
    message += fmt::format(" The innermost tag that is still open is '{}', which needs 'end{}'.",
                           open_tags_.back(), open_tags_.back());
  fail(std::move(message), tokens_[next_ - 1]);
}

StatementPtr Parser::dbt_tag(std::string_view word, Position where) {
  if (word == "test" || word == "data_test") return macro(where, word);
  if (word == "materialization") return materialization(where);
  if (word == "snapshot" || word == "docs") return named_block(where, word);
  return nullptr;
}

// {{ return(x) }} and {% do return(x) %} end a dbt macro with a value that keeps its type.
StatementPtr Parser::expression_statement(Statement::Kind kind, Position where, ExpressionPtr value) {
  if (options_.dbt && value->kind == Expression::Kind::call) {
    auto& call = static_cast<Call&>(*value);
    if (call.callee->kind == Expression::Kind::name && call.arguments.named.empty() &&
        !call.arguments.spread && !call.arguments.named_spread && call.arguments.positional.size() == 1 &&
        static_cast<const Name&>(*call.callee).reference.text.as_string() == "return")
      return std::make_unique<ExpressionStatement>(Statement::Kind::give_back, where,
                                                   std::move(call.arguments.positional.front()));
  }
  return std::make_unique<ExpressionStatement>(kind, where, std::move(value));
}

StatementPtr Parser::output() {
  const Position where = here();
  return expression_statement(Statement::Kind::output, where, tuple(false));
}
// Several values are written one behind the other.
StatementPtr Parser::print(Position where) {
  auto all = std::make_unique<Sequence>(Expression::Kind::concatenation, where);
  do {
    all->items.push_back(expression());
    deepen(*all, all->items.back());
  } while (skip_symbol(","));
  return std::make_unique<ExpressionStatement>(Statement::Kind::output, where, std::move(all));
}
StatementPtr Parser::evaluate(Position where) {
  return expression_statement(Statement::Kind::evaluate, where, tuple(false));
}

}  // namespace leat::jinja

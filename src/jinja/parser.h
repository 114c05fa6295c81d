// Parser: tokens to syntax tree.
//
// Guarantees: accepts what Jinja2 3.1 accepts (tags: if, for, set, macro, call, filter, do, with,
//   include, import, from, extends, block, break, continue, print, autoescape, raw) and, with
//   ParseOptions::dbt, dbt's tags. Trees are at most 1500 levels deep.
// Threads: one parser per thread.
// Owns: nothing but the tree it returns.
// Errors: Error(jinja_syntax) at name:line:column.
// Source: Jinja2 3.1 template designer documentation; dbt-core's materialization, test and docs
//   tags.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "jinja/ast.h"
#include "jinja/lexer.h"
#include "jinja/template.h"

namespace leat::jinja {

class Parser {
 public:
  Parser(std::string_view source, std::string_view name, const ParseOptions& options);
  /// The whole template as one function.
  std::unique_ptr<MacroNode> parse_template();
  /// A bare expression as a template that gives it back.
  std::unique_ptr<MacroNode> parse_bare_expression();

 private:
  /// Counts brackets and tags inside one another, so that the parser's own recursion is bounded.
  class Nesting {
   public:
    explicit Nesting(Parser& parser) : parser_(parser) {
      if (++parser_.nesting_ > 150)
        parser_.fail("The template is nested more than 150 levels deep", parser_.peek());
    }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;
    ~Nesting() { --parser_.nesting_; }

   private:
    Parser& parser_;
  };
  // Tokens.
  const Token& peek(std::size_t ahead = 0) const {
    return tokens_[std::min(next_ + ahead, tokens_.size() - 1)];
  }
  const Token& take();
  bool at_symbol(std::string_view symbol) const;
  bool at_name(std::string_view name) const;
  bool skip_symbol(std::string_view symbol);
  bool skip_name(std::string_view name);
  void expect_symbol(std::string_view symbol);
  std::string_view expect_name();
  Position position(const Token& token) const;
  Position here() const { return position(peek()); }
  [[noreturn]] void fail(std::string message, const Token& token) const;
  [[noreturn]] void unexpected(const Token& token, std::string_view wanted) const;

  // Expressions, from the loosest to the tightest binding.
  ExpressionPtr expression();
  ExpressionPtr expression_without_condition() { return disjunction(); }
  ExpressionPtr disjunction();
  ExpressionPtr conjunction();
  ExpressionPtr negation();
  ExpressionPtr comparison();
  ExpressionPtr sum();
  ExpressionPtr concatenation();
  ExpressionPtr product();
  ExpressionPtr power();
  ExpressionPtr unary(bool with_filter = true);
  ExpressionPtr primary();
  ExpressionPtr postfix(ExpressionPtr object);
  ExpressionPtr filters_and_tests(ExpressionPtr object);
  ExpressionPtr dotted(ExpressionPtr object);
  ExpressionPtr subscript(ExpressionPtr object);
  ExpressionPtr call(ExpressionPtr callee);
  ExpressionPtr filter(ExpressionPtr object);
  ExpressionPtr filter_chain(bool inline_first);
  ExpressionPtr filter_named(ExpressionPtr object);
  ExpressionPtr test(ExpressionPtr object);
  ExpressionPtr tuple(bool parenthesized, bool with_condition = true, std::string_view end_name = {});
  ExpressionPtr list();
  ExpressionPtr dict();
  ExpressionPtr number();
  ExpressionPtr text();
  void arguments(ArgumentList& list, Expression& owner);
  std::string dotted_name();
  bool at_tuple_end(std::string_view end_name) const;
  void deepen(Expression& parent, const ExpressionPtr& child) const;

  // Statements.
  Body body(std::initializer_list<std::string_view> ends);
  void statement(Body& into);
  StatementPtr tag(std::string_view word);
  StatementPtr dbt_tag(std::string_view word, Position where);
  StatementPtr output();
  StatementPtr print(Position where);
  StatementPtr branch(Position where);
  StatementPtr loop(Position where);
  StatementPtr set(Position where);
  StatementPtr macro(Position where, std::string_view type);
  StatementPtr materialization(Position where);
  StatementPtr named_block(Position where, std::string_view type);
  StatementPtr call_block(Position where);
  StatementPtr filter_block(Position where);
  StatementPtr evaluate(Position where);
  StatementPtr with(Position where);
  StatementPtr include(Position where);
  StatementPtr import(Position where);
  StatementPtr import_names(Position where);
  StatementPtr block(Position where);
  StatementPtr autoescape(Position where);
  StatementPtr expression_statement(Statement::Kind kind, Position where, ExpressionPtr value);
  bool import_context(bool fallback);
  Target target(bool with_attribute, std::string_view end_name = {});
  Target single_target(bool with_attribute);
  void parameters(MacroNode& macro);
  void annotation();
  void close_tag();
  bool at_end_tag(std::initializer_list<std::string_view> ends) const;

  std::string_view source_, name_;
  const ParseOptions& options_;
  std::vector<Token> tokens_;
  std::size_t next_ = 0;
  int nesting_ = 0, loops_ = 0;
  std::vector<std::string_view> open_tags_;
  mutable std::size_t line_at_ = 0,
                      line_ = 0;  // where the last position was computed, to count on from there
};

/// Decides where each variable of a function lives, and which names come from the context.
void resolve_names(MacroNode& root);

}  // namespace leat::jinja

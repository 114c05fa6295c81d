#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "problem.h"
#include "soql.h"
#include "soql_lexer.h"

namespace soda {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

constexpr std::array<std::string_view, 21> kKeywords{
    "and", "or",   "not",    "between", "in",    "is",     "null",  "like",  "true",   "false", "as",
    "asc", "desc", "select", "where",   "group", "having", "order", "limit", "offset", "search"};
constexpr int kNestingMax = 200;

class Parser {
 public:
  explicit Parser(std::string_view text) : tokens_(split_tokens(text)) {}

  Expression expression() { return disjunction(); }

  Selected selected() {
    Selected item;
    if (accept_mark("*")) {
      item.kind = Selected::Kind::all_user;
      return item;
    }
    if (accept_mark(":*")) {
      item.kind = Selected::Kind::all_system;
      return item;
    }
    item.expression = expression();
    if (accept_word("as")) item.alias = name();
    return item;
  }

  Ordered ordered() {
    Ordered item;
    item.expression = expression();
    item.descending = accept_word("desc");
    if (!item.descending) accept_word("asc");
    if (accept_word("null") || accept_word("nulls")) {
      if (!accept_word("last")) fail();
    }
    return item;
  }

  template <typename Read>
  auto list(Read read) {
    std::vector<decltype(read())> items;
    do items.push_back(read());
    while (accept_mark(","));
    return items;
  }

  void finish() const {
    if (token().kind != Token::Kind::end) fail();
  }
  [[noreturn]] void fail() const {
    if (token().kind == Token::Kind::end)
      throw Problem(400, "query.soql.unexpected-eof", "Unexpected end of input");
    throw Problem(
        400, "query.soql.bad-parse",
        fmt::format("Expected another word, but got `{}' at position {}", token().text, token().position + 1),
        fmt::format("{{\"position\":{{\"row\":1,\"column\":{}}}}}", token().position + 1));
  }

 private:
  const Token& token() const { return tokens_[at_]; }
  bool is_mark(std::string_view mark) const {
    return token().kind == Token::Kind::mark && token().text == mark;
  }
  bool accept_mark(std::string_view mark) {
    if (!is_mark(mark)) return false;
    ++at_;
    return true;
  }
  bool is_word(std::string_view word) const {
    return token().kind == Token::Kind::name && !token().quoted && lower(token().text) == word;
  }
  bool accept_word(std::string_view word) {
    if (!is_word(word)) return false;
    ++at_;
    return true;
  }
  void expect_mark(std::string_view mark) {
    if (!accept_mark(mark)) fail();
  }
  void expect_word(std::string_view word) {
    if (!accept_word(word)) fail();
  }
  std::string name() {
    if (token().kind != Token::Kind::name) fail();
    return tokens_[at_++].text;
  }

  Expression make(Op op, std::vector<Expression> args, std::size_t position) const {
    Expression made;
    made.op = op;
    made.args = std::move(args);
    made.position = position;
    return made;
  }
  Expression binary(Op op, Expression left, Expression right) const {
    const std::size_t position = left.position;
    std::vector<Expression> args;
    args.push_back(std::move(left));
    args.push_back(std::move(right));
    return make(op, std::move(args), position);
  }
  Expression unary(Op op, Expression only) const {
    const std::size_t position = only.position;
    std::vector<Expression> args;
    args.push_back(std::move(only));
    return make(op, std::move(args), position);
  }
  Expression negated(bool negate, Expression inner) const {
    return negate ? unary(Op::logical_not, std::move(inner)) : inner;
  }

  Expression disjunction() {
    if (++depth_ > kNestingMax)
      throw Problem(400, "query.soql.bad-parse", "The expression is nested too deeply");
    Expression left = conjunction();
    while (accept_word("or")) left = binary(Op::logical_or, std::move(left), conjunction());
    --depth_;
    return left;
  }
  Expression conjunction() {
    Expression left = negation();
    while (accept_word("and")) left = binary(Op::logical_and, std::move(left), negation());
    return left;
  }
  Expression negation() {
    std::size_t count = 0;
    while (accept_word("not")) ++count;
    return negated(count % 2 == 1, predicate());
  }

  Expression predicate() {
    Expression left = sum();
    while (true) {
      constexpr std::array<std::pair<std::string_view, Op>, 8> kComparisons{{{"=", Op::equal},
                                                                             {"==", Op::equal},
                                                                             {"!=", Op::not_equal},
                                                                             {"<>", Op::not_equal},
                                                                             {"<=", Op::less_equal},
                                                                             {">=", Op::greater_equal},
                                                                             {"<", Op::less},
                                                                             {">", Op::greater}}};
      const auto found = std::find_if(kComparisons.begin(), kComparisons.end(),
                                      [&](const auto& row) { return is_mark(row.first); });
      if (found != kComparisons.end()) {
        ++at_;
        left = binary(found->second, std::move(left), sum());
      } else if (accept_word("is")) {
        const bool negate = accept_word("not");
        expect_word("null");
        left = negated(negate, unary(Op::is_null, std::move(left)));
      } else if (!worded_predicate(left)) {
        return left;
      }
    }
  }
  bool worded_predicate(Expression& left) {
    const std::size_t start = at_;
    const bool negate = accept_word("not");
    if (accept_word("between")) {
      std::vector<Expression> args;
      args.push_back(std::move(left));
      args.push_back(sum());
      expect_word("and");
      args.push_back(sum());
      left = negated(negate, make(Op::between, std::move(args), tokens_[start].position));
    } else if (accept_word("in")) {
      expect_mark("(");
      std::vector<Expression> args;
      args.push_back(std::move(left));
      do args.push_back(sum());
      while (accept_mark(","));
      expect_mark(")");
      left = negated(negate, make(Op::in, std::move(args), tokens_[start].position));
    } else if (accept_word("like")) {
      left = negated(negate, binary(Op::like, std::move(left), sum()));
    } else {
      at_ = start;
      return false;
    }
    return true;
  }

  Expression sum() {
    Expression left = product();
    while (true) {
      if (accept_mark("+"))
        left = binary(Op::add, std::move(left), product());
      else if (accept_mark("-"))
        left = binary(Op::subtract, std::move(left), product());
      else if (accept_mark("||"))
        left = binary(Op::concat, std::move(left), product());
      else
        return left;
    }
  }
  Expression product() {
    Expression left = factor();
    while (true) {
      if (accept_mark("*"))
        left = binary(Op::multiply, std::move(left), factor());
      else if (accept_mark("/"))
        left = binary(Op::divide, std::move(left), factor());
      else
        return left;
    }
  }

  Expression factor() {
    if (is_mark("-")) {
      if (++depth_ > kNestingMax) fail();
      ++at_;
      Expression negative = unary(Op::negate, factor());
      --depth_;
      return negative;
    }
    Expression value = primary();
    if (accept_mark("::")) {
      // A cast is a call, to_number(x) and so on.
      const std::string type = lower(name());
      value = unary(Op::call, std::move(value));
      value.name = "to_" + type;
    }
    return value;
  }

  Expression primary() {
    Expression leaf;
    leaf.position = token().position;
    if (accept_mark("(")) {
      leaf = disjunction();
      expect_mark(")");
      return leaf;
    }
    if (token().kind == Token::Kind::text) {
      leaf.text = tokens_[at_++].text;
      leaf.literal.kind = Value::Kind::text;
      return leaf;
    }
    if (token().kind == Token::Kind::number) {
      const auto number = parse_number(token().text);
      if (!number) fail();
      leaf.literal = Value::of_number(*number);
      leaf.text = tokens_[at_++].text;
      return leaf;
    }
    if (is_word("true") || is_word("false")) {
      leaf.literal = Value::of_bool(is_word("true"));
      ++at_;
      return leaf;
    }
    if (accept_word("null")) return leaf;
    return named();
  }

  Expression named() {
    Expression leaf;
    leaf.position = token().position;
    const bool reserved =
        token().kind == Token::Kind::name && !token().quoted &&
        std::find(kKeywords.begin(), kKeywords.end(), lower(token().text)) != kKeywords.end();
    if (token().kind != Token::Kind::name || reserved) fail();
    leaf.name = name();
    leaf.op = Op::column;
    if (!accept_mark("(")) return leaf;
    leaf.op = Op::call;
    leaf.name = lower(leaf.name);
    if (accept_mark("*")) {
      leaf.args.emplace_back().op = Op::star;
    } else if (!is_mark(")")) {
      do leaf.args.push_back(disjunction());
      while (accept_mark(","));
    }
    expect_mark(")");
    return leaf;
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

template <typename Read>
auto parse_list(std::string_view text, Read read) {
  Parser parser(text);
  auto items = parser.list([&] { return read(parser); });
  parser.finish();
  return items;
}

bool is_aggregate_name(std::string_view name) {
  return name == "count" || name == "min" || name == "max" || name == "sum" || name == "avg";
}

}  // namespace

Expression parse_where(std::string_view text) {
  Parser parser(text);
  Expression expression = parser.expression();
  parser.finish();
  return expression;
}
std::vector<Selected> parse_select(std::string_view text) {
  return parse_list(text, [](Parser& parser) { return parser.selected(); });
}
std::vector<Ordered> parse_order(std::string_view text) {
  return parse_list(text, [](Parser& parser) { return parser.ordered(); });
}
std::vector<Expression> parse_group(std::string_view text) {
  return parse_list(text, [](Parser& parser) { return parser.expression(); });
}

bool Expression::is_aggregate() const {
  return op == Op::call && is_aggregate_name(name);
}
bool Expression::contains_aggregate() const {
  return is_aggregate() || std::any_of(args.begin(), args.end(),
                                       [](const Expression& arg) { return arg.contains_aggregate(); });
}

std::string implicit_alias(const Expression& expression) {
  std::string words;
  const auto add = [&](const auto& self, const Expression& part) -> void {
    if (part.op == Op::column || part.op == Op::call) words += "_" + part.name;
    if (part.op == Op::literal) words += "_" + part.text;
    for (const Expression& arg : part.args) self(self, arg);
  };
  add(add, expression);
  std::string alias;
  for (char c : words) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c));
    if (plain)
      alias += c;
    else if (!alias.empty() && alias.back() != '_')
      alias += '_';
  }
  while (!alias.empty() && alias.back() == '_') alias.pop_back();
  return alias.empty() ? "expression" : alias;
}

Statement split_statement(std::string_view text) {
  const std::vector<Token> tokens = split_tokens(text);
  Statement statement;
  std::optional<std::string>* clause = nullptr;
  std::size_t start = 0;
  const auto close = [&](std::size_t end) {
    if (clause) *clause = std::string(text.substr(start, end - start));
  };
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].kind != Token::Kind::name || tokens[i].quoted) continue;
    const std::string word = lower(tokens[i].text);
    std::optional<std::string>* next = word == "select"   ? &statement.select
                                       : word == "where"  ? &statement.where
                                       : word == "group"  ? &statement.group
                                       : word == "having" ? &statement.having
                                       : word == "order"  ? &statement.order
                                       : word == "limit"  ? &statement.limit
                                       : word == "offset" ? &statement.offset
                                       : word == "search" ? &statement.search
                                                          : nullptr;
    if (!next) continue;
    close(tokens[i].position);
    clause = next;
    const bool with_by = (word == "group" || word == "order") && lower(tokens[i + 1].text) == "by";
    start = tokens[with_by ? i + 1 : i].end;
  }
  close(text.size());
  return statement;
}

}  // namespace soda

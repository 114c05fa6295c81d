#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "pages/expression_tree.h"

namespace leat::pages {
namespace {

using NodePtr = std::unique_ptr<ExpressionNode>;
using Kind = ExpressionNode::Kind;

// Operators from the loosest to the tightest; a longer symbol stands before its beginnings.
const std::vector<std::vector<std::string_view>>& levels() {
  static const std::vector<std::vector<std::string_view>> all = {{"??"},
                                                                 {"||"},
                                                                 {"&&"},
                                                                 {"|"},
                                                                 {"&"},
                                                                 {"===", "!==", "==", "!="},
                                                                 {"<=", ">=", "<", ">", "instanceof", "in"},
                                                                 {"+", "-"},
                                                                 {"*", "/", "%"},
                                                                 {"**"}};
  return all;
}

class ExpressionParser {
 public:
  ExpressionParser(std::string_view text, const std::string& where) : text_(text), where_(where) {}

  NodePtr run() {
    if (text_.size() > kExpressionBytesMax) fail("The expression is too long");
    NodePtr node = expression();
    skip();
    if (at_ != text_.size()) fail(fmt::format("`{}` is not understood", text_.substr(at_, 40)));
    return node;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorCode::page_syntax, fmt::format("{} in {{{}}}", what, text_.substr(0, 200)), where_);
  }
  // Counts nesting for as long as it lives.
  class Nesting {
   public:
    explicit Nesting(ExpressionParser& parser) : parser_(parser) {
      if (++parser_.depth_ > kExpressionDepthMax) parser_.fail("The expression is nested too deeply");
    }
    ~Nesting() { --parser_.depth_; }

   private:
    ExpressionParser& parser_;
  };

  void skip() { at_ = after_blanks(text_, at_); }
  bool follows(std::string_view symbol) {
    skip();
    return text_.substr(at_).starts_with(symbol);
  }
  bool take(std::string_view symbol) {
    if (!follows(symbol)) return false;
    at_ += symbol.size();
    return true;
  }
  void expect(std::string_view symbol, const char* what) {
    if (!take(symbol)) fail(what);
  }
  static NodePtr make(Kind kind, std::string text = {}) {
    auto node = std::make_unique<ExpressionNode>();
    node->kind = kind;
    node->text = std::move(text);
    return node;
  }
  static NodePtr make(Kind kind, std::string text, NodePtr first, NodePtr second = nullptr) {
    NodePtr node = make(kind, std::move(text));
    node->parts.push_back(std::move(first));
    if (second) node->parts.push_back(std::move(second));
    return node;
  }
  static NodePtr constant(Cell cell) {
    NodePtr node = make(Kind::literal);
    node->literal = std::move(cell);
    return node;
  }
  static bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$'; }

  NodePtr expression() {
    Nesting nesting(*this);
    if (NodePtr function = arrow()) return function;
    NodePtr value = operation(0);
    if (!follows("?") || follows("?.")) return value;
    take("?");
    NodePtr node = make(Kind::conditional, {}, std::move(value), expression());
    expect(":", "A `?` needs its `:`");
    node->parts.push_back(expression());
    return node;
  }

  // `d => …` or `(a, b) => …`; nothing is taken where no arrow follows.
  NodePtr arrow() {
    skip();
    std::size_t start = at_;
    std::vector<std::string> names;
    std::vector<NodePtr> defaults;
    bool plain = true, begins = true;
    if (take("(")) {
      begins = parameters(names, defaults, plain);
    } else {
      names.push_back(word());
      begins = !names[0].empty();
    }
    if (begins && take("=>")) return body(start, std::move(names), std::move(defaults), plain);
    at_ = start;
    return nullptr;
  }

  // What stands between the brackets of a function; `plain` where it is names alone.
  bool parameters(std::vector<std::string>& names, std::vector<NodePtr>& defaults, bool& plain) {
    std::size_t open = at_ - 1;
    for (;;) {
      skip();
      if (take("...")) break;
      std::string name = word();
      if (name.empty() && at_ < text_.size() && (text_[at_] == '{' || text_[at_] == '[')) {
        std::size_t close = closing(at_);
        if (close == std::string_view::npos) return false;
        name = text_.substr(at_, close + 1 - at_);
        if (name.find_first_of(":=.") != std::string::npos) break;
        at_ = close + 1;
      }
      if (!name.empty()) names.push_back(name);
      if (!name.empty() && follows("=") && !follows("=>")) {
        take("=");
        defaults.resize(names.size() - 1);
        defaults.push_back(expression());
      }
      if (take(")")) return true;
      if (name.empty() || !take(",")) break;
    }
    // ({ a, b }) => … is a function too, which only the reader's runtime takes.
    std::size_t close = closing(open);
    if (close == std::string_view::npos) return false;
    std::size_t next = text_.find_first_not_of(" \t\n", close + 1);
    if (next == std::string_view::npos || !text_.substr(next).starts_with("=>")) return false;
    at_ = close + 1;
    plain = false;
    names = {"_"};
    return true;
  }

  NodePtr body(std::size_t start, std::vector<std::string> names, std::vector<NodePtr> defaults, bool plain) {
    NodePtr node = make(Kind::arrow);
    node->names = std::move(names);
    if (follows("{")) {
      std::size_t close = closing(at_);
      if (close == std::string_view::npos) fail("A `{` is not closed");
      std::string_view inside = text_.substr(at_ + 1, close - at_ - 1);
      at_ = close + 1;
      if (plain) add_statements(*node, inside);
    } else {
      NodePtr value = expression();
      if (plain) node->parts.push_back(std::move(value));
    }
    for (NodePtr& value : defaults) {
      if (!node->parts.empty()) node->parts.push_back(std::move(value));
    }
    node->text = text_.substr(start, at_ - start);
    return node;
  }
  // Statements beyond these are for the reader's runtime.
  void add_statements(ExpressionNode& node, std::string_view inside) {
    try {
      node.parts.push_back(ExpressionParser(inside, where_).statements());
    } catch (const Error&) {
      node.parts.clear();
    }
  }
  NodePtr statements() {
    NodePtr block = make(Kind::block);
    for (skip(); at_ < text_.size(); skip()) {
      if (!take(";")) block->parts.push_back(statement());
    }
    return block;
  }
  NodePtr statement() {
    Nesting nesting(*this);
    if (keyword("return")) {
      NodePtr value = follows(";") || follows("}") ? constant(Cell()) : expression();
      return make(Kind::give_back, {}, std::move(value));
    }
    if (keyword("const") || keyword("let") || keyword("var")) {
      std::string name = this->name();
      expect("=", "A declaration needs its value");
      return make(Kind::declare, std::move(name), expression());
    }
    if (keyword("if")) {
      expect("(", "An if needs its condition in brackets");
      NodePtr condition = expression();
      expect(")", "A `(` is not closed");
      NodePtr node = make(Kind::branch, {}, std::move(condition), branch());
      take(";");
      if (keyword("else")) node->parts.push_back(branch());
      return node;
    }
    fail("A statement is not understood");
  }
  NodePtr branch() {
    NodePtr block = make(Kind::block);
    if (!take("{")) {
      block->parts.push_back(statement());
      return block;
    }
    while (!take("}")) {
      if (!take(";")) block->parts.push_back(statement());
    }
    return block;
  }
  bool keyword(std::string_view wanted) {
    if (!follows(wanted)) return false;
    std::size_t end = at_ + wanted.size();
    if (end < text_.size() && is_name(text_[end])) return false;
    at_ = end;
    return true;
  }
  // The bracket that closes the one at `open`.
  std::size_t closing(std::size_t open) const { return closing_bracket(text_, open); }
  std::string word() {
    skip();
    std::size_t from = at_;
    while (at_ < text_.size() && is_name(text_[at_])) ++at_;
    return std::string(text_.substr(from, at_ - from));
  }

  NodePtr operation(std::size_t level) {
    if (level == levels().size()) return unary();
    NodePtr left = operation(level + 1);
    for (;;) {
      std::string_view taken;
      for (std::string_view symbol : levels()[level]) {
        if (!follows(symbol)) continue;
        bool is_doubled = symbol.size() == 1 && text_.substr(at_ + 1).starts_with(symbol);
        if (is_doubled && (symbol == "|" || symbol == "&" || symbol == "*")) continue;
        bool is_word = is_name(symbol[0]),
             goes_on = at_ + symbol.size() < text_.size() && is_name(text_[at_ + symbol.size()]);
        if (is_word && goes_on) continue;
        taken = symbol;
        break;
      }
      if (taken.empty()) break;
      take(taken);
      left = make(Kind::binary, std::string(taken == "instanceof" ? taken : taken.substr(0, 3)),
                  std::move(left), operation(level + 1));
    }
    return left;
  }

  NodePtr unary() {
    Nesting nesting(*this);
    if (keyword("typeof")) return make(Kind::unary, "typeof", unary());
    if (keyword("await")) return unary();
    for (const char* symbol : {"!", "-", "+"}) {
      if (take(symbol)) return make(Kind::unary, symbol, unary());
    }
    return postfix();
  }

  NodePtr postfix() {
    NodePtr value = primary();
    for (int links = 0;; ++links) {
      if (links > kExpressionDepthMax) fail("The expression is nested too deeply");
      if (take("?.")) {
        if (take("(")) {
          value = make(Kind::call, {}, std::move(value));
          arguments(*value, ")");
        } else {
          value = make(take("[") ? Kind::index : Kind::member, {}, std::move(value));
          finish_access(*value);
        }
        value->optional = true;
      } else if (take(".")) {
        value = make(Kind::member, {}, std::move(value));
        finish_access(*value);
      } else if (take("[")) {
        value = make(Kind::index, {}, std::move(value));
        finish_access(*value);
      } else if (take("(")) {
        value = make(Kind::call, {}, std::move(value));
        arguments(*value, ")");
      } else {
        return value;
      }
    }
  }
  void finish_access(ExpressionNode& node) {
    if (node.kind == Kind::member) {
      node.text = name();
    } else {
      node.parts.push_back(expression());
      expect("]", "A `[` is not closed");
    }
  }
  void arguments(ExpressionNode& node, std::string_view close) {
    if (take(close)) return;
    do {
      if (follows(close)) break;  // a comma behind the last one
      if (follows(",")) {         // a hole: [a, , b]
        node.parts.push_back(constant(Cell()));
        continue;
      }
      node.parts.push_back(take("...") ? make(Kind::spread, {}, expression()) : expression());
    } while (take(","));
    expect(close, close == ")" ? "A `(` is not closed" : "A `[` is not closed");
  }

  std::string name() {
    skip();
    std::size_t from = at_;
    while (at_ < text_.size() && is_name(text_[at_])) ++at_;
    if (from == at_) fail("A name is missing");
    return std::string(text_.substr(from, at_ - from));
  }

  NodePtr primary() {
    skip();
    if (at_ >= text_.size()) fail("Something is missing at the end");
    char c = text_[at_];
    if (take("(")) {
      NodePtr value = expression();
      expect(")", "A `(` is not closed");
      return value;
    }
    if (take("[")) {
      NodePtr list = make(Kind::list);
      arguments(*list, "]");
      return list;
    }
    if (c == '{') return object();
    if (c == '`') return text_template();
    if (c == '\'' || c == '"') return constant(Cell::of(quoted(c)));
    if (c == '/') return pattern();
    if (std::isdigit(static_cast<unsigned char>(c)) || c == '.') return number();
    if (!is_name(c)) fail(fmt::format("`{}` is not understood", text_.substr(at_, 40)));
    std::string word = name();
    if (word == "true" || word == "false") return constant(Cell::of(word == "true"));
    if (word == "null" || word == "undefined") return constant(Cell());
    if (word == "new") {
      NodePtr made = make(Kind::made, name());
      while (take(".")) made->text += "." + name();
      if (take("(")) arguments(*made, ")");
      return made;
    }
    if (word == "function") {
      std::size_t start = at_ - word.size();
      this->word();
      std::vector<std::string> names;
      std::vector<NodePtr> defaults;
      bool plain = true;
      expect("(", "A function needs its brackets");
      if (!parameters(names, defaults, plain)) fail("The names of a function are not understood");
      return body(start, std::move(names), std::move(defaults), plain);
    }
    return make(Kind::name, std::move(word));
  }

  NodePtr pattern() {
    NodePtr node = make(Kind::pattern);
    bool in_class = false;
    for (++at_; at_ < text_.size() && (text_[at_] != '/' || in_class); ++at_) {
      if (text_[at_] == '[') in_class = true;
      if (text_[at_] == ']') in_class = false;
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) node->text.push_back(text_[at_++]);
      node->text.push_back(text_[at_]);
    }
    if (at_ >= text_.size()) fail("A pattern is not closed");
    ++at_;
    node->names.push_back(word());
    return node;
  }

  NodePtr number() {
    double value = 0;
    auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    if (error != std::errc()) fail("A number is not understood");
    at_ = static_cast<std::size_t>(end - text_.data());
    return constant(Cell::of(value));
  }

  std::string quoted(char quote) {
    std::string out;
    for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_)
      out.push_back(text_[at_] == '\\' ? escaped() : text_[at_]);
    if (at_ >= text_.size()) fail("A text is not closed");
    ++at_;
    return out;
  }
  char escaped() {
    if (at_ + 1 >= text_.size()) fail("A text is not closed");
    char c = text_[++at_];
    return c == 'n' ? '\n' : c == 't' ? '\t' : c;
  }

  NodePtr text_template() {
    NodePtr node = make(Kind::text);
    std::string plain;
    for (++at_; at_ < text_.size() && text_[at_] != '`';) {
      if (text_.substr(at_).starts_with("${")) {
        node->parts.push_back(constant(Cell::of(std::exchange(plain, {}))));
        at_ += 2;
        node->parts.push_back(expression());
        expect("}", "A `${` is not closed");
      } else {
        plain.push_back(text_[at_] == '\\' ? escaped() : text_[at_]);
        ++at_;
      }
    }
    if (at_ >= text_.size()) fail("A text is not closed");
    ++at_;
    node->parts.push_back(constant(Cell::of(std::move(plain))));
    return node;
  }

  NodePtr object() {
    expect("{", "An object begins with `{`");
    NodePtr node = make(Kind::object);
    while (!take("}")) {
      skip();
      if (at_ >= text_.size()) fail("A `{` is not closed");
      if (take("...")) {
        node->names.emplace_back();
        node->parts.push_back(make(Kind::spread, {}, expression()));
        if (!take(",") && !follows("}")) fail("A `{` is not closed");
        continue;
      }
      char c = text_[at_];
      std::string key = c == '\'' || c == '"' ? quoted(c) : name();
      node->names.push_back(key);
      node->parts.push_back(take(":") ? expression() : make(Kind::name, key));
      if (!take(",") && !follows("}")) fail("A `{` is not closed");
    }
    return node;
  }

  std::string_view text_;
  const std::string& where_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

std::size_t after_blanks(std::string_view text, std::size_t at, std::string_view also) {
  auto is_skipped = [&](char c) {
    return std::isspace(static_cast<unsigned char>(c)) || also.find(c) != std::string_view::npos;
  };
  for (;;) {
    while (at < text.size() && is_skipped(text[at])) ++at;
    std::string_view rest = text.substr(std::min(at, text.size()));
    if (rest.starts_with("//")) {
      at = std::min(text.find('\n', at), text.size());
    } else if (rest.starts_with("/*")) {
      at = std::min(text.find("*/", at + 2), text.size() - 2) + 2;
    } else {
      return at;
    }
  }
}

std::size_t closing_bracket(std::string_view text, std::size_t open) {
  std::string stack;  // what is open: ( [ { or a quote
  for (std::size_t i = open; i < text.size(); ++i) {
    char c = text[i], inner = stack.empty() ? '\0' : stack.back();
    if (inner == '"' || inner == '\'' || inner == '`') {
      if (c == '\\') {
        ++i;
      } else if (c == inner) {
        stack.pop_back();
      } else if (inner == '`' && c == '$' && i + 1 < text.size() && text[i + 1] == '{') {
        stack.push_back('{');
        ++i;
      }
    } else if (c == '/' && i + 1 < text.size() && text[i + 1] == '/') {
      i = std::min(text.find('\n', i), text.size());
    } else if (c == '/' && i + 1 < text.size() && text[i + 1] == '*') {
      i = std::min(text.find("*/", i + 2), text.size() - 2) + 1;
    } else if (std::string_view("\"'`([{").find(c) != std::string_view::npos) {
      stack.push_back(c);
    } else if (c == ')' || c == ']' || c == '}') {
      if (!stack.empty()) stack.pop_back();
      if (stack.empty()) return i;
    }
  }
  return std::string_view::npos;
}

std::unique_ptr<ExpressionNode> parse_expression(std::string_view text, const std::string& where) {
  auto parsed = ExpressionParser(text, where).run();
  mark_fixed(*parsed);
  return parsed;
}

}  // namespace leat::pages

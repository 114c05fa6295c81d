#include "soql_lexer.h"

#include <fmt/core.h>

#include <cctype>

#include "problem.h"

namespace soda {
namespace {

bool starts_name(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) || c == '_' || c == ':' || c == '@';
}
bool continues_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '@';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  std::vector<Token> run() {
    std::vector<Token> tokens;
    while (true) {
      while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
      Token token;
      token.position = at_;
      if (at_ < text_.size()) read(token);
      token.end = at_;
      tokens.push_back(token);
      if (token.kind == Token::Kind::end) return tokens;
    }
  }

 private:
  void read(Token& token) {
    const char c = text_[at_];
    const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (c == '\'' || c == '"' || c == '`') {
      read_quoted(token, c);
    } else if (is_digit(c) || (c == '.' && is_digit(next))) {
      token.kind = Token::Kind::number;
      while (at_ < text_.size() && (is_digit(text_[at_]) || text_[at_] == '.' || is_exponent())) ++at_;
      token.text = text_.substr(token.position, at_ - token.position);
    } else if (c == ':' && next == ':') {
      take_mark(token, 2);
    } else if (c == ':' && next == '*') {
      take_mark(token, 2);
    } else if (starts_name(c)) {
      token.kind = Token::Kind::name;
      ++at_;
      if (c == ':' && at_ < text_.size() && text_[at_] == '@') ++at_;
      while (at_ < text_.size() && continues_name(text_[at_])) ++at_;
      token.text = text_.substr(token.position, at_ - token.position);
    } else {
      read_mark(token, c, next);
    }
  }
  bool is_exponent() const {
    return (text_[at_] == 'e' || text_[at_] == 'E') && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]);
  }
  void read_quoted(Token& token, char quote) {
    token.kind = quote == '`' ? Token::Kind::name : Token::Kind::text;
    token.quoted = true;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == quote) {
        const bool doubled = at_ + 1 < text_.size() && text_[at_ + 1] == quote;
        if (!doubled) {
          ++at_;
          return;
        }
        ++at_;
      }
      token.text += text_[at_];
    }
    throw Problem(400, "query.soql.unterminated-string",
                  fmt::format("Unterminated string at position {}", token.position + 1));
  }
  void read_mark(Token& token, char c, char next) {
    const std::string two{c, next};
    if (two == "<=" || two == ">=" || two == "<>" || two == "!=" || two == "||" || two == "==") {
      take_mark(token, 2);
    } else if (std::string_view("()=<>,*+-/%").find(c) != std::string_view::npos) {
      take_mark(token, 1);
    } else {
      throw Problem(400, "query.soql.unexpected-character",
                    fmt::format("Unexpected character '{}' at position {}", c, at_ + 1));
    }
  }
  void take_mark(Token& token, std::size_t length) {
    token.kind = Token::Kind::mark;
    token.text = text_.substr(at_, length);
    at_ += length;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::vector<Token> split_tokens(std::string_view text) {
  return Lexer(text).run();
}

}  // namespace soda

#include "server/pgwire/tokens.h"

#include <algorithm>

namespace leat::server::pgwire {
namespace {

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool starts_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80);
}
bool continues_word(char c) {
  return starts_word(c) || is_digit(c) || c == '$';
}

class Lexer {
 public:
  explicit Lexer(std::string_view sql) : sql_(sql) {}

  std::vector<Token> run() {
    while (skip_blanks(), at_ < sql_.size()) {
      std::size_t begin = at_;
      TokenKind kind = next();
      tokens_.push_back({kind, std::move(text_), begin, at_});
      text_.clear();
    }
    return std::move(tokens_);
  }

 private:
  char peek(std::size_t ahead = 0) const { return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0'; }

  void skip_blanks() {
    for (;;) {
      while (at_ < sql_.size() && is_space(sql_[at_])) ++at_;
      if (peek() == '-' && peek(1) == '-') {
        at_ = std::min(sql_.find('\n', at_), sql_.size());
      } else if (peek() == '/' && peek(1) == '*') {
        skip_comment();
      } else {
        return;
      }
    }
  }

  void skip_comment() {
    int depth = 0;
    do {
      bool opens = peek() == '/' && peek(1) == '*', closes = peek() == '*' && peek(1) == '/';
      depth += opens ? 1 : closes ? -1 : 0;
      at_ += opens || closes ? 2 : 1;
    } while (depth > 0 && at_ < sql_.size());
  }

  TokenKind next() {
    char c = peek();
    if (c == '\'' || c == '"') {
      read_quoted(c, false);
      return c == '"' ? TokenKind::quoted_name : TokenKind::text;
    }
    if ((c == 'e' || c == 'E') && peek(1) == '\'') {
      ++at_;
      read_quoted('\'', true);
      return TokenKind::text;
    }
    if (c == '$' && read_dollar_quoted()) return TokenKind::text;
    std::size_t begin = at_++;
    TokenKind kind = TokenKind::symbol;
    if (starts_word(c)) {
      while (continues_word(peek())) ++at_;
      kind = TokenKind::word;
    } else if (is_digit(c)) {
      while (continues_word(peek()) || peek() == '.') ++at_;
      kind = TokenKind::number;
    }
    text_ = sql_.substr(begin, at_ - begin);
    return kind;
  }

  void read_quoted(char mark, bool has_escapes) {
    for (++at_; at_ < sql_.size(); ++at_) {
      char c = sql_[at_];
      if (c == mark) {
        if (peek(1) != mark) break;
        ++at_;
      } else if (has_escapes && c == '\\' && at_ + 1 < sql_.size()) {
        constexpr std::string_view kLetters = "nrtbf", kMeant = "\n\r\t\b\f";
        c = sql_[++at_];
        if (std::size_t known = kLetters.find(c); known != std::string_view::npos) c = kMeant[known];
      }
      text_ += c;
    }
    at_ = std::min(at_ + 1, sql_.size());
  }

  bool read_dollar_quoted() {
    std::size_t close = at_ + 1;
    if (close < sql_.size() && is_digit(sql_[close])) return false;  // a parameter
    while (close < sql_.size() && continues_word(sql_[close]) && sql_[close] != '$') ++close;
    if (close >= sql_.size() || sql_[close] != '$') return false;
    std::string_view tag = sql_.substr(at_, close - at_ + 1);
    std::size_t end = std::min(sql_.find(tag, close + 1), sql_.size());
    text_ = sql_.substr(close + 1, end - close - 1);
    at_ = std::min(end + tag.size(), sql_.size());
    return true;
  }

  std::string_view sql_;
  std::size_t at_ = 0;
  std::string text_;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokenize(std::string_view sql) {
  return Lexer(sql).run();
}

}  // namespace leat::server::pgwire

#include "token.h"

#include <algorithm>
#include <cctype>

#include "refusal.h"

namespace snowflake {
namespace {

bool starts_word(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) || c == '_' || (c & 0x80);
}
bool continues_word(char c) {
  return starts_word(c) || std::isdigit(static_cast<unsigned char>(c)) || c == '$';
}

class Lexer {
 public:
  explicit Lexer(std::string_view sql) : sql_(sql) {}
  Tokens run() {
    for (skip(); at_ < sql_.size(); skip()) next();
    return std::move(tokens_);
  }

 private:
  bool follows(std::string_view mark) const { return sql_.substr(at_).starts_with(mark); }
  char peek(std::size_t ahead) const { return at_ + ahead < sql_.size() ? sql_[at_ + ahead] : '\0'; }

  void skip() {
    for (;;) {
      while (at_ < sql_.size() && std::isspace(static_cast<unsigned char>(sql_[at_]))) ++at_;
      if (follows("--") || follows("//")) {
        at_ = std::min(sql_.find('\n', at_), sql_.size());
      } else if (follows("/*")) {
        std::size_t end = sql_.find("*/", at_ + 2);
        at_ = end == std::string_view::npos ? sql_.size() : end + 2;
      } else {
        return;
      }
    }
  }

  void next() {
    char c = sql_[at_];
    if (c == '\'') {
      read_text();
    } else if (c == '"') {
      read_name();
    } else if (follows("$$")) {
      std::size_t end = sql_.find("$$", at_ + 2);
      if (end == std::string_view::npos)
        throw Refusal("001003", "SQL compilation error: a text does not end");
      push(Token::Kind::text, std::string(sql_.substr(at_ + 2, end - at_ - 2)));
      at_ = end + 2;
    } else if (starts_word(c)) {
      std::size_t from = at_;
      while (at_ < sql_.size() && continues_word(sql_[at_])) ++at_;
      std::string word(sql_.substr(from, at_ - from));
      std::transform(word.begin(), word.end(), word.begin(), [](unsigned char x) { return std::toupper(x); });
      push(Token::Kind::word, std::move(word));
    } else if (std::isdigit(static_cast<unsigned char>(c)) ||
               (c == '.' && std::isdigit(static_cast<unsigned char>(peek(1))))) {
      read_number();
    } else {
      read_symbol();
    }
  }

  void read_number() {
    std::size_t from = at_;
    while (std::isdigit(static_cast<unsigned char>(peek(0))) || peek(0) == '.') ++at_;
    bool has_exponent =
        (peek(0) | 32) == 'e' &&
        (std::isdigit(static_cast<unsigned char>(peek(1))) ||
         ((peek(1) == '-' || peek(1) == '+') && std::isdigit(static_cast<unsigned char>(peek(2)))));
    if (has_exponent) {
      at_ += 2;
      while (std::isdigit(static_cast<unsigned char>(peek(0)))) ++at_;
    }
    push(Token::Kind::number, std::string(sql_.substr(from, at_ - from)));
  }

  void read_symbol() {
    for (std::string_view pair : {"::", "||", "<>", "!=", "<=", ">=", "=>", "->"}) {
      if (!follows(pair)) continue;
      push(Token::Kind::symbol, std::string(pair));
      at_ += pair.size();
      return;
    }
    push(Token::Kind::symbol, std::string(1, sql_[at_++]));
  }

  void read_name() {
    std::string out;
    for (++at_;; ++at_) {
      if (at_ >= sql_.size()) throw Refusal("001003", "SQL compilation error: a quoted name does not end");
      if (sql_[at_] == '"' && peek(1) == '"')
        ++at_;
      else if (sql_[at_] == '"')
        break;
      out.push_back(sql_[at_]);
    }
    ++at_;
    push(Token::Kind::name, std::move(out));
  }

  void read_text() {
    std::string out;
    for (++at_;; ++at_) {
      if (at_ >= sql_.size()) throw Refusal("001003", "SQL compilation error: a text does not end");
      char c = sql_[at_];
      if (c == '\'' && peek(1) != '\'') break;
      if (c == '\'') {
        ++at_;
      } else if (c == '\\') {
        ++at_;
        constexpr std::string_view kLetters = "nrtbf0", kMeant("\n\r\t\b\f\0", 6);
        std::size_t which = kLetters.find(peek(0));
        c = which == std::string_view::npos ? peek(0) : kMeant[which];
      }
      out.push_back(c);
    }
    ++at_;
    push(Token::Kind::text, std::move(out));
  }

  void push(Token::Kind kind, std::string content) { tokens_.push_back({kind, std::move(content)}); }

  std::string_view sql_;
  std::size_t at_ = 0;
  Tokens tokens_;
};

std::string doubled(const std::string& content, char mark) {
  std::string out(1, mark);
  for (char c : content) {
    if (c == mark) out.push_back(c);
    out.push_back(c);
  }
  return out + mark;
}

// DuckDB has no NUL in a literal.
std::string literal(const std::string& content) {
  std::size_t nul = content.find('\0');
  if (nul == std::string::npos) return doubled(content, '\'');
  return "(" + doubled(content.substr(0, nul), '\'') + " || chr(0) || " + literal(content.substr(nul + 1)) +
         ")";
}

}  // namespace

Tokens tokenize(std::string_view sql) {
  return Lexer(sql).run();
}

std::string print(const Token& token) {
  switch (token.kind) {
    case Token::Kind::name:
      return doubled(token.text, '"');
    case Token::Kind::text:
      return literal(token.text);
    default:
      return token.text;
  }
}

std::string print(const Tokens& tokens) {
  std::string out;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    bool joins = i == 0 || tokens[i].is(".") || tokens[i - 1].is(".") || tokens[i].is("::") ||
                 tokens[i - 1].is("::") || (tokens[i].is("(") && tokens[i - 1].kind == Token::Kind::word);
    // A word before "(" may be a function or a keyword; DuckDB takes "IN(" as well.
    out += (joins ? "" : " ") + print(tokens[i]);
  }
  return out;
}

Token word(std::string content) {
  return {Token::Kind::word, std::move(content)};
}
Token symbol(std::string content) {
  return {Token::Kind::symbol, std::move(content)};
}
Token text(std::string content) {
  return {Token::Kind::text, std::move(content)};
}
Token verbatim(std::string sql) {
  return {Token::Kind::word, std::move(sql)};
}

}  // namespace snowflake

#include "sql/tokenizer.h"

#include <algorithm>
#include <cctype>

namespace leat::sql {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool starts_word(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) || c == '_' || (c & 0x80);
}
bool continues_word(char c) {
  return starts_word(c) || is_digit(c) || c == '$';
}

class Scanner {
 public:
  Scanner(std::string_view sql, Spelling spelling) : sql_(sql), spelling_(spelling) {}

  std::vector<Token> run() {
    while (skip_blanks(), at_ < sql_.size()) {
      std::size_t from = at_;
      TokenKind kind = next();
      tokens_.push_back({kind, std::move(text_), from, at_});
      text_.clear();
    }
    return std::move(tokens_);
  }

 private:
  bool follows(std::string_view text) const { return sql_.substr(at_).starts_with(text); }

  void skip_blanks() {
    for (;;) {
      while (at_ < sql_.size() && std::isspace(static_cast<unsigned char>(sql_[at_]))) ++at_;
      if (follows("--")) {
        at_ = std::min(sql_.find('\n', at_), sql_.size());
      } else if (follows("/*")) {
        skip_comment();
      } else {
        return;
      }
    }
  }

  void skip_comment() {
    int depth = 0;
    do {
      if (follows("/*")) {
        ++depth;
        at_ += 2;
      } else if (follows("*/")) {
        --depth;
        at_ += 2;
      } else {
        ++at_;
      }
    } while (depth > 0 && at_ < sql_.size());
  }

  // Reads the token that begins here; its text is in text_.
  TokenKind next() {
    char c = sql_[at_];
    if (c == '\'' || c == '"') {
      read_quoted(c, false);
      return c == '"' ? TokenKind::quoted_name : TokenKind::text;
    }
    if (spelling_ == Spelling::postgres && (follows("E'") || follows("e'"))) {
      ++at_;
      read_quoted('\'', true);
      return TokenKind::text;
    }
    if (c == '$' && read_dollar_quoted()) return TokenKind::text;
    std::size_t from = at_++;
    TokenKind kind = TokenKind::symbol;
    if (starts_word(c)) {
      while (at_ < sql_.size() && continues_word(sql_[at_])) ++at_;
      kind = TokenKind::word;
    } else if (is_digit(c)) {
      while (at_ < sql_.size() && (continues_word(sql_[at_]) || sql_[at_] == '.')) ++at_;
      kind = TokenKind::number;
    }
    text_ = sql_.substr(from, at_ - from);
    return kind;
  }

  void read_quoted(char mark, bool has_escapes) {
    for (++at_; at_ < sql_.size(); ++at_) {
      char c = sql_[at_];
      bool has_next = at_ + 1 < sql_.size();
      if (c == mark) {
        if (!has_next || sql_[at_ + 1] != mark) break;
        ++at_;
      } else if (has_escapes && c == '\\' && has_next) {
        constexpr std::string_view kLetters = "nrtbf", kMeant = "\n\r\t\b\f";
        c = sql_[++at_];
        if (std::size_t known = kLetters.find(c); known != std::string_view::npos) c = kMeant[known];
      }
      text_ += c;
    }
    at_ = std::min(at_ + 1, sql_.size());
  }

  bool read_dollar_quoted() {
    std::size_t from = at_, close = from + 1;
    bool begins_parameter = close < sql_.size() && is_digit(sql_[close]);
    if (spelling_ == Spelling::postgres && begins_parameter) return false;
    while (close < sql_.size() && continues_word(sql_[close]) && sql_[close] != '$') ++close;
    if (close >= sql_.size() || sql_[close] != '$') return false;
    std::string_view tag = sql_.substr(from, close - from + 1);
    std::size_t end = std::min(sql_.find(tag, close + 1), sql_.size());
    text_ = sql_.substr(close + 1, end - close - 1);
    at_ = std::min(end + tag.size(), sql_.size());
    return true;
  }

  std::string_view sql_;
  const Spelling spelling_;
  std::size_t at_ = 0;
  std::string text_;
  std::vector<Token> tokens_;
};

bool is_word(const Token& token, std::string_view word) {
  return token.kind == TokenKind::word &&
         std::equal(token.text.begin(), token.text.end(), word.begin(), word.end(),
                    [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; });
}

bool is_symbol(const Token& token, char c) {
  return token.kind == TokenKind::symbol && token.text[0] == c;
}
bool is_name(const Token& token) {
  return token.kind == TokenKind::word || token.kind == TokenKind::quoted_name;
}

}  // namespace

std::vector<Token> tokenize(std::string_view sql, Spelling spelling) {
  return Scanner(sql, spelling).run();
}

namespace {

// Walks the tokens and knows, for each level of parentheses, whether it stands in a FROM list.
class RelationFinder {
 public:
  explicit RelationFinder(const std::vector<Token>& tokens) : tokens_(tokens) {
    for (std::size_t i = 0; i + 2 < tokens.size(); ++i) {
      // name AS ( … : a common table expression.
      if (is_name(tokens[i]) && is_word(tokens[i + 1], "as") && is_symbol(tokens[i + 2], '('))
        ctes_.push_back(tokens[i].text);
    }
  }

  std::vector<RelationName> run() {
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      const Token& token = tokens_[i];
      if (is_symbol(token, '(')) {
        levels_.push_back({false, i > 0 && takes_from(tokens_[i - 1])});
        expecting_ = false;
      } else if (is_symbol(token, ')')) {
        if (levels_.size() > 1) levels_.pop_back();
        expecting_ = false;
      } else if (is_word(token, "from") && !levels_.back().is_function) {
        levels_.back().in_from = expecting_ = true;
      } else if (is_word(token, "join")) {
        expecting_ = true;
      } else if (is_symbol(token, ',')) {
        expecting_ = levels_.back().in_from;
      } else if (ends_from(token)) {
        levels_.back().in_from = expecting_ = false;
      } else if (expecting_ && is_name(token) && !is_word(token, "lateral")) {
        i = take(i);
      }
    }
    return std::move(found_);
  }

 private:
  struct Level {
    bool in_from = false;
    bool is_function = false;  // extract(day from x) and its kin
  };

  static bool takes_from(const Token& token) {
    for (std::string_view word : {"extract", "substring", "trim", "overlay"}) {
      if (is_word(token, word)) return true;
    }
    return false;
  }
  static bool ends_from(const Token& token) {
    for (std::string_view word : {"where", "group", "order", "having", "limit", "union", "except",
                                  "intersect", "window", "qualify", "select"}) {
      if (is_word(token, word)) return true;
    }
    return false;
  }

  // Takes the name at `i`; returns the index of its last token.
  std::size_t take(std::size_t i) {
    expecting_ = false;
    std::vector<std::string> parts = {tokens_[i].text};
    while (i + 2 < tokens_.size() && is_symbol(tokens_[i + 1], '.') && is_name(tokens_[i + 2])) {
      parts.push_back(tokens_[i + 2].text);
      i += 2;
    }
    bool is_function = i + 1 < tokens_.size() && is_symbol(tokens_[i + 1], '(');
    bool is_cte = parts.size() == 1 && std::find(ctes_.begin(), ctes_.end(), parts[0]) != ctes_.end();
    RelationName name{parts.size() > 1 ? parts[parts.size() - 2] : "", parts.back()};
    if (!is_function && !is_cte && std::find(found_.begin(), found_.end(), name) == found_.end())
      found_.push_back(std::move(name));
    return i;
  }

  const std::vector<Token>& tokens_;
  std::vector<std::string> ctes_;
  std::vector<Level> levels_ = {{}};
  std::vector<RelationName> found_;
  bool expecting_ = false;
};

}  // namespace

std::vector<RelationName> relations_read(std::string_view sql) {
  std::vector<Token> tokens = tokenize(sql);
  return RelationFinder(tokens).run();
}

}  // namespace leat::sql

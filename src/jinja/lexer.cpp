#include "jinja/lexer.h"

#include "base/error.h"
#include "jinja/utf8.h"

namespace leat::jinja {

void raise_syntax(std::string message, std::string_view source, std::size_t at, std::string_view name,
                  std::size_t first_line) {
  at = std::min(at, source.size());
  const auto line = first_line + static_cast<std::size_t>(std::count(
                                     source.begin(), source.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
  const std::size_t begin = at == 0 ? 0 : source.rfind('\n', at - 1) + 1;
  const std::size_t column = count_code_points(source.substr(begin, at - begin)) + 1;
  std::string_view text = source.substr(begin, source.find('\n', begin) - begin);
  if (text.size() <= 200) {
    message += fmt::format("\n  {} | {}\n  {} | {}^", line, text,
                           std::string(std::to_string(line).size(), ' '), std::string(column - 1, ' '));
  }
  throw Error(ErrorCode::jinja_syntax, std::move(message), fmt::format("{}:{}:{}", name, line, column));
}

namespace {

using Kind = Token::Kind;

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

class Lexer {
 public:
  Lexer(std::string_view source, std::string_view name, const ParseOptions& options)
      : source_(source), name_(name), options_(options) {}

  std::vector<Token> cut_template() {
    while (at_ < source_.size()) cut_text();
    return finish();
  }
  std::vector<Token> cut_expression() {
    inside(Kind::end);
    return finish();
  }

 private:
  [[noreturn]] void fail(std::string message, std::size_t at) {
    raise_syntax(std::move(message), source_, at, name_, options_.first_line);
  }
  std::vector<Token> finish() {
    tokens_.push_back({Kind::end, {}, source_.size()});
    return std::move(tokens_);
  }
  bool starts(std::string_view text, std::size_t at) const { return source_.substr(at, text.size()) == text; }

  void push_text(std::size_t begin, std::size_t end) {
    if (begin < end) tokens_.push_back({Kind::text, source_.substr(begin, end - begin), begin});
  }

  std::size_t find_delimiter() const {
    for (std::size_t at = source_.find('{', at_); at != std::string_view::npos;
         at = source_.find('{', at + 1))
      if (at + 1 < source_.size() &&
          (source_[at + 1] == '{' || source_[at + 1] == '%' || source_[at + 1] == '#'))
        return at;
    return std::string_view::npos;
  }

  // The end of the text before a delimiter, after whitespace control took its part.
  std::size_t text_end(std::size_t begin, std::size_t open, char sign, bool output) const {
    std::size_t end = open;
    if (sign == '-') {
      while (end > begin && is_space(source_[end - 1])) --end;
    } else if (sign != '+' && options_.lstrip_blocks && !output) {
      std::size_t line = open;
      while (line > begin && is_space(source_[line - 1]) && source_[line - 1] != '\n') --line;
      const bool line_start = line == 0 || source_[line - 1] == '\n';
      if (line_start && (line > begin || begin == 0 || source_[begin - 1] == '\n')) end = line;
    }
    return end;
  }

  void cut_text() {
    const std::size_t open = find_delimiter();
    if (open == std::string_view::npos) {
      push_text(at_, source_.size());
      at_ = source_.size();
      return;
    }
    const char type = source_[open + 1];
    const char sign = open + 2 < source_.size() ? source_[open + 2] : '\0';
    const bool control = sign == '-' || sign == '+';
    push_text(at_, text_end(at_, open, sign, type == '{'));
    at_ = open + 2 + (control ? 1 : 0);
    if (type == '#') {
      skip_comment(open);
    } else if (type == '{') {
      tokens_.push_back({Kind::output_begin, source_.substr(open, 2), open});
      inside(Kind::output_end);
    } else if (!raw_block(open)) {
      tokens_.push_back({Kind::tag_begin, source_.substr(open, 2), open});
      inside(Kind::tag_end);
    }
  }

  void skip_spaces() {
    while (at_ < source_.size() && is_space(source_[at_])) ++at_;
  }
  // After the end of a tag: `-` eats all whitespace, trim_blocks one newline unless `+` says no.
  void after_tag(char sign, bool tag) {
    if (sign == '-') {
      skip_spaces();
    } else if (tag && sign != '+' && options_.trim_blocks && at_ < source_.size() && source_[at_] == '\n') {
      ++at_;
    }
  }

  void skip_comment(std::size_t open) {
    const std::size_t end = source_.find("#}", at_);
    if (end == std::string_view::npos) fail("Missing end of comment tag", open);
    const char sign = end > at_ || (end == at_ && end > open + 2) ? source_[end - 1] : '\0';
    at_ = end + 2;
    after_tag(sign, true);
  }

  // Reads `raw` and its end; at_ stands behind the opening delimiter.
  bool raw_block(std::size_t open) {
    std::size_t at = at_;
    while (at < source_.size() && is_space(source_[at])) ++at;
    if (!starts("raw", at)) return false;
    at += 3;
    while (at < source_.size() && is_space(source_[at])) ++at;
    char sign = at < source_.size() ? source_[at] : '\0';
    if (sign == '-' || sign == '+') ++at;
    if (!starts("%}", at)) return false;
    at_ = at + 2;
    after_tag(sign, true);
    const std::size_t begin = at_;
    for (std::size_t tag = source_.find("{%", begin); tag != std::string_view::npos;
         tag = source_.find("{%", tag + 2)) {
      std::size_t end = tag + 2;
      const char left = end < source_.size() ? source_[end] : '\0';
      if (left == '-' || left == '+') ++end;
      while (end < source_.size() && is_space(source_[end])) ++end;
      if (!starts("endraw", end)) continue;
      end += 6;
      while (end < source_.size() && is_space(source_[end])) ++end;
      const char right = end < source_.size() ? source_[end] : '\0';
      if (right == '-' || right == '+') ++end;
      if (!starts("%}", end)) continue;
      push_text(begin, text_end(begin, tag, left, false));
      at_ = end + 2;
      after_tag(right, true);
      return true;
    }
    fail("Missing end of raw directive", open);
  }

  // Cuts tokens until the closing delimiter `closes` (or the end of a bare expression).
  void inside(Kind closes) {
    const std::size_t open = at_;
    std::string brackets;
    for (;;) {
      skip_spaces();
      if (at_ >= source_.size()) {
        if (closes == Kind::end) return;
        fail(closes == Kind::tag_end ? "The tag is not closed by '%}'" : "The output is not closed by '}}'",
             open < 2 ? 0 : open - 2);
      }
      if (closes != Kind::end && brackets.empty() && close(closes)) return;
      cut_token(brackets);
    }
  }

  bool close(Kind closes) {
    const std::string_view end = closes == Kind::tag_end ? "%}" : "}}";
    const char sign = source_[at_];
    std::size_t at = at_;
    if (sign == '-' || (sign == '+' && closes == Kind::tag_end)) ++at;
    if (!starts(end, at)) return false;
    tokens_.push_back({closes, source_.substr(at_, at + 2 - at_), at_});
    const bool control = at > at_;
    at_ = at + 2;
    after_tag(control ? sign : '\0', closes == Kind::tag_end);
    return true;
  }

  void cut_token(std::string& brackets) {
    const char c = source_[at_];
    if ((c >= '0' && c <= '9')) {
      cut_number();
    } else if (c == '\'' || c == '"') {
      cut_string();
    } else if (is_name_start(at_)) {
      cut_name();
    } else {
      cut_symbol(brackets);
    }
  }

  bool is_name_start(std::size_t at) const {
    std::size_t next = at;
    const char32_t code = next_code_point(source_, next);
    return code == '_' || (code < 0x80 ? is_letter(code) : !is_blank(code) && next > at + 1);
  }
  void cut_name() {
    const std::size_t begin = at_;
    while (at_ < source_.size() && (is_name_start(at_) || (source_[at_] >= '0' && source_[at_] <= '9')))
      next_code_point(source_, at_);
    tokens_.push_back({Kind::name, source_.substr(begin, at_ - begin), begin});
  }

  void cut_string() {
    const std::size_t begin = at_;
    const char quote = source_[at_++];
    while (at_ < source_.size() && source_[at_] != quote) at_ += source_[at_] == '\\' ? 2 : 1;
    if (at_ >= source_.size()) fail("The string is not closed", begin);
    ++at_;
    tokens_.push_back({Kind::string, source_.substr(begin, at_ - begin), begin});
  }

  // Digits with single underscores between them.
  template <class Is>
  bool digits(std::size_t& at, Is&& is) const {
    if (at >= source_.size() || !is(source_[at])) return false;
    while (at < source_.size() &&
           (is(source_[at]) || (source_[at] == '_' && at + 1 < source_.size() && is(source_[at + 1]))))
      ++at;
    return true;
  }
  void cut_number() {
    const auto decimal = [](char c) { return c >= '0' && c <= '9'; };
    const std::size_t begin = at_;
    std::size_t at = at_;
    digits(at, decimal);
    // `x.0.1` is x[0][1]: no fraction after a dot.
    bool real = false;
    if (begin == 0 || source_[begin - 1] != '.') {
      std::size_t fraction = at + 1;
      if (at < source_.size() && source_[at] == '.' && digits(fraction, decimal)) {
        at = fraction;
        real = true;
      }
      std::size_t power = at + 1;
      if (at < source_.size() && (source_[at] == 'e' || source_[at] == 'E')) {
        if (power < source_.size() && (source_[power] == '+' || source_[power] == '-')) ++power;
        if (digits(power, decimal)) {
          at = power;
          real = true;
        }
      }
    }
    if (!real) at = integer_end(begin);
    tokens_.push_back({real ? Kind::real : Kind::integer, source_.substr(begin, at - begin), begin});
    at_ = at;
  }
  std::size_t integer_end(std::size_t begin) const {
    const char prefix = begin + 1 < source_.size() ? static_cast<char>(source_[begin + 1] | 0x20) : '\0';
    std::size_t at = begin + 2;
    if (source_[begin] == '0' && (prefix == 'x' || prefix == 'o' || prefix == 'b')) {
      if (at < source_.size() && source_[at] == '_') ++at;
      const auto is = [prefix](char c) {
        if (prefix == 'b') return c == '0' || c == '1';
        if (prefix == 'o') return c >= '0' && c <= '7';
        return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
      };
      if (digits(at, is)) return at;
    }
    at = begin;
    if (source_[begin] == '0') {
      digits(at, [](char c) { return c == '0'; });
    } else {
      digits(at, [](char c) { return c >= '0' && c <= '9'; });
    }
    return at;
  }

  void cut_symbol(std::string& brackets) {
    static constexpr std::string_view kPairs[] = {"//", "**", "==", "!=", ">=", "<="};
    std::size_t size = 0;
    for (std::string_view pair : kPairs)
      if (starts(pair, at_)) size = 2;
    const char c = source_[at_];
    if (size == 0 && std::string_view("+-/*%~[](){}<>=.:|,;").find(c) != std::string_view::npos) size = 1;
    if (size == 0) fail(fmt::format("Unexpected character '{}'", source_.substr(at_, 1)), at_);
    if (size == 1) balance(c, brackets);
    tokens_.push_back({Kind::symbol, source_.substr(at_, size), at_});
    at_ += size;
  }
  void balance(char c, std::string& brackets) {
    if (c == '(') brackets += ')';
    if (c == '[') brackets += ']';
    if (c == '{') brackets += '}';
    if (c != ')' && c != ']' && c != '}') return;
    if (brackets.empty()) fail(fmt::format("Unexpected '{}'", c), at_);
    if (brackets.back() != c) fail(fmt::format("Unexpected '{}', expected '{}'", c, brackets.back()), at_);
    brackets.pop_back();
  }

  std::string_view source_, name_;
  const ParseOptions& options_;
  std::size_t at_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokenize(std::string_view source, std::string_view name, const ParseOptions& options) {
  return Lexer(source, name, options).cut_template();
}
std::vector<Token> tokenize_expression(std::string_view source, std::string_view name,
                                       const ParseOptions& options) {
  return Lexer(source, name, options).cut_expression();
}

}  // namespace leat::jinja

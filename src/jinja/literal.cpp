#include "jinja/literal.h"

#include "jinja/operations.h"
#include "jinja/sorting.h"
#include "jinja/string_literal.h"

namespace leat::jinja {
namespace {

/// Reads one literal; every function returns nullopt where the text is none.
class LiteralReader {
 public:
  explicit LiteralReader(std::string_view text) : text_(text) {}
  std::optional<Value> read() {
    skip();
    auto value = expression_list();
    skip();
    if (!value || at_ != text_.size()) return std::nullopt;
    return value;
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  // Outside brackets only blanks may separate; a newline may end the text.
  void skip() {
    for (;;) {
      const char c = peek();
      const bool newline = c == '\n' || c == '\r';
      if (c == ' ' || c == '\t' || c == '\f' || (newline && (brackets_ > 0 || only_blanks_follow()))) {
        ++at_;
      } else if (c == '\\' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n') {
        at_ += 2;
      } else if (c == '#') {
        while (at_ < text_.size() && text_[at_] != '\n') ++at_;
      } else {
        return;
      }
    }
  }
  bool only_blanks_follow() const {
    return text_.find_first_not_of(" \t\f\r\n", at_) == std::string_view::npos;
  }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    skip();
    return true;
  }

  // a, b: a tuple without parentheses.
  std::optional<Value> expression_list() {
    auto first = value();
    if (!first || peek() != ',') return first;
    std::vector<Value> items{std::move(*first)};
    while (take(',')) {
      if (at_ >= text_.size()) break;
      auto next = value();
      if (!next) return std::nullopt;
      items.push_back(std::move(*next));
    }
    return Value::tuple(std::move(items));
  }

  std::optional<Value> value() {
    if (depth_ >= 100) return std::nullopt;
    ++depth_;
    auto result = unguarded_value();
    --depth_;
    skip();
    return result;
  }
  std::optional<Value> unguarded_value() {
    const char c = peek();
    if (c == '(') return parenthesized();
    if (c == '[') return list();
    if (c == '{') return dict_or_set();
    if (c == '-' || c == '+') return signed_number();
    if ((c >= '0' && c <= '9') || c == '.') return number();
    return word_or_string();
  }

  // Items up to `end`; `comma` says whether one was seen.
  std::optional<std::vector<Value>> items(char end, bool& comma) {
    std::vector<Value> all;
    comma = false;
    ++brackets_;
    ++at_;
    skip();
    while (peek() != end) {
      if (!all.empty()) {
        if (!take(',')) return std::nullopt;
        comma = true;
        if (peek() == end) break;
      }
      auto item = value();
      if (!item) return std::nullopt;
      all.push_back(std::move(*item));
    }
    --brackets_;
    ++at_;
    return all;
  }
  std::optional<Value> parenthesized() {
    bool comma = false;
    auto all = items(')', comma);
    if (!all) return std::nullopt;
    if (all->size() == 1 && !comma) return std::move(all->front());
    return Value::tuple(std::move(*all));
  }
  std::optional<Value> list() {
    bool comma = false;
    auto all = items(']', comma);
    if (!all) return std::nullopt;
    return Value::list(std::move(*all));
  }
  static bool hashable(const Value& value) {
    if (value.is_tuple()) {
      for (const Value& item : value.items())
        if (!hashable(item)) return false;
    }
    return !value.is_list() && !value.is_dict() && !value.is(Kind::set);
  }
  std::optional<Value> dict_or_set() {
    ++brackets_;
    ++at_;
    skip();
    Ref<Dict> dict = make_ref<Dict>();
    std::vector<Value> members;
    bool is_set = false;
    while (peek() != '}') {
      if (!dict->empty() || !members.empty()) {
        if (!take(',')) return std::nullopt;
        if (peek() == '}') break;
      }
      auto key = value();
      if (!key || !hashable(*key)) return std::nullopt;
      if (dict->empty() && members.empty()) is_set = peek() != ':';
      if (is_set) {
        members.push_back(std::move(*key));
        continue;
      }
      if (!take(':')) return std::nullopt;
      auto content = value();
      if (!content) return std::nullopt;
      dict->set(std::move(*key), std::move(*content));
    }
    --brackets_;
    ++at_;
    if (is_set) return make_set(std::move(members));
    return Value(dict);
  }

  std::optional<Value> signed_number() {
    const char sign = text_[at_++];
    skip();
    signed_ = false;
    auto operand = value();
    // Python folds one sign into a constant and refuses a second one.
    if (!operand || signed_ || !operand->is_number() || operand->is(Kind::boolean)) return std::nullopt;
    signed_ = true;
    if (sign == '+') return operand;
    if (operand->is(Kind::real)) return Value(-operand->as_real());
    return Value(-operand->as_integer());
  }

  static bool is_word(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (c & 0x80);
  }
  std::optional<Value> number() {
    const std::size_t begin = at_;
    const bool prefixed = text_[at_] == '0' && at_ + 1 < text_.size() &&
                          std::string_view("xXoObB").find(text_[at_ + 1]) != std::string_view::npos;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      const bool exponent_sign =
          (c == '+' || c == '-') && !prefixed && (text_[at_ - 1] | 0x20) == 'e' && at_ > begin;
      if (!is_word(c) && c != '.' && !exponent_sign) break;
      ++at_;
    }
    const std::string_view token = text_.substr(begin, at_ - begin);
    if (prefixed || token.find_first_of(".eE") == std::string_view::npos) {
      // "0x_1f" is fine in Python, which parse_integer's rule for underscores does not know.
      std::string plain(token);
      if (prefixed && plain.size() > 3 && plain[2] == '_') plain.erase(2, 1);
      if (auto value = parse_integer(plain, 0)) return Value(*value);
      return std::nullopt;
    }
    if (!valid_real(token)) return std::nullopt;
    const auto real = parse_real(token);
    if (!real) return std::nullopt;
    return Value(*real);
  }
  // Underscores only between digits.
  static bool valid_real(std::string_view token) {
    for (std::size_t at = 0; at < token.size(); ++at) {
      if (token[at] != '_') continue;
      const auto digit = [&](std::size_t i) {
        return i < token.size() && token[i] >= '0' && token[i] <= '9';
      };
      if (at == 0 || !digit(at - 1) || !digit(at + 1)) return false;
    }
    return true;
  }

  std::optional<Value> word_or_string() {
    const std::size_t begin = at_;
    std::size_t end = at_;
    while (end < text_.size() && is_word(text_[end])) ++end;
    if (end < text_.size() && (text_[end] == '\'' || text_[end] == '"')) return strings();
    const std::string_view word = text_.substr(begin, end - begin);
    at_ = end;
    if (word == "True") return Value(true);
    if (word == "False") return Value(false);
    if (word == "None") return Value::none();
    if (word == "set") {
      skip();
      if (!take('(') || peek() != ')') return std::nullopt;
      ++at_;
      return make_set({});
    }
    return std::nullopt;
  }

  // Adjacent strings are one; bytes and text do not mix.
  std::optional<Value> strings() {
    std::string content;
    std::optional<bool> bytes;
    for (;;) {
      const std::size_t begin = at_;
      while (at_ < text_.size() && is_word(text_[at_])) ++at_;
      if (peek() != '\'' && peek() != '"') {
        at_ = begin;
        break;
      }
      std::string prefix(text_.substr(begin, at_ - begin));
      for (char& c : prefix) c = static_cast<char>(c | 0x20);
      const bool raw = prefix.find('r') != std::string::npos, byte = prefix.find('b') != std::string::npos;
      if (!prefix.empty() && prefix != "r" && prefix != "u" && prefix != "b" && prefix != "br" &&
          prefix != "rb")
        return std::nullopt;
      if (bytes && *bytes != byte) return std::nullopt;
      bytes = byte;
      if (!one_string(raw, byte, content)) return std::nullopt;
      skip();
    }
    return *bytes ? Value::bytes(std::move(content)) : Value(std::move(content));
  }
  bool one_string(bool raw, bool byte, std::string& content) {
    const char quote = text_[at_];
    const bool triple = text_.substr(at_, 3) == std::string(3, quote);
    const std::string end = std::string(triple ? 3 : 1, quote);
    at_ += end.size();
    const std::size_t begin = at_;
    while (at_ < text_.size() && text_.substr(at_, end.size()) != end) {
      if (text_[at_] == '\n' && !triple) return false;
      if (byte && (text_[at_] & 0x80)) return false;
      at_ += text_[at_] == '\\' ? 2 : 1;
    }
    if (at_ >= text_.size()) return false;
    const std::string_view body = text_.substr(begin, at_ - begin);
    at_ += end.size();
    if (raw) {
      content += body;
      return true;
    }
    return !unescape_string(body, content, byte);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0, brackets_ = 0;
  bool signed_ = false;
};

}  // namespace

std::optional<Value> literal_eval(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  if (text.empty() || text.find('\0') != std::string_view::npos) return std::nullopt;
  return LiteralReader(text).read();
}

}  // namespace leat::jinja

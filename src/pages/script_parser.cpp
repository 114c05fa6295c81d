#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "pages/expression_tree.h"
#include "pages/page.h"

namespace leat::pages {
namespace {

// The declarations of a page's script, in their order.
class ScriptParser {
 public:
  ScriptParser(std::string_view text, const std::string& path, int first_line)
      : text_(text), path_(path), line_(first_line) {}

  std::vector<std::shared_ptr<const Declaration>> run() {
    for (skip(); at_ < text_.size(); skip()) statement();
    return std::move(all_);
  }

 private:
  std::string where() const {
    auto end = text_.begin() + static_cast<std::ptrdiff_t>(std::min(at_, text_.size()));
    return fmt::format("{}:{}", path_, line_ + std::count(text_.begin(), end, '\n'));
  }
  [[noreturn]] void refuse(const std::string& what) const {
    throw Error(ErrorCode::page_syntax, what, where())
        .fix(
            "Scripts here declare names: const x = …, let x = …, $: x = … and functions; write the rest as "
            "SQL.");
  }
  void skip() { at_ = after_blanks(text_, at_, ";"); }
  bool take(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) ++at_;
    return true;
  }
  std::string word() {
    std::size_t from = at_;
    while (at_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_' || text_[at_] == '$'))
      ++at_;
    return std::string(text_.substr(from, at_ - from));
  }

  void statement() {
    if (take("import ")) return import();
    take("export ");
    bool is_function = text_.substr(at_).starts_with("function ");
    std::size_t start = at_;
    if (is_function) {
      take("function ");
      std::string name = word();
      at_ = start;
      return declare(name, std::string(value()));
    }
    if (!take("const ") && !take("let ") && !take("var ") && !take("$:"))
      refuse("This statement of a script is not run here");
    std::string name = word();
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    if (name.empty()) refuse("This declaration of a script is not understood");
    if (at_ >= text_.size() || text_[at_] == ';' || text_[at_] == '\n') return declare(name, "null");
    if (!take("=") || text_.substr(at_).starts_with("="))
      refuse("This statement of a script is not run here");
    declare(name, std::string(value()));
  }

  // Up to the `;`, or the line's end outside of brackets where the next line begins something new.
  std::string_view value() {
    std::size_t from = at_;
    while (at_ < text_.size() && text_[at_] != ';') {
      char c = text_[at_];
      if (std::string_view("([{\"'`").find(c) != std::string_view::npos) {
        std::size_t close =
            c == '(' || c == '[' || c == '{' ? closing_bracket(text_, at_) : text_.find(c, at_ + 1);
        if (close == std::string_view::npos) refuse("A bracket or text of a script is not closed");
        at_ = close + 1;
        continue;
      }
      if (c == '\n' && ends_at(at_, from)) break;
      ++at_;
    }
    return text_.substr(from, at_ - from);
  }
  bool ends_at(std::size_t at, std::size_t from) const {
    std::size_t before = text_.find_last_not_of(" \t\n", at), after = text_.find_first_not_of(" \t\n\r", at);
    if (before == std::string_view::npos || before < from) return false;
    bool goes_on = std::string_view("=+-*/?:&|,.(<>").find(text_[before]) != std::string_view::npos;
    bool joins = after != std::string_view::npos &&
                 std::string_view(".+-*?:&|,)").find(text_[after]) != std::string_view::npos;
    return !goes_on && !joins;
  }

  void declare(const std::string& name, const std::string& value) {
    auto made = std::make_shared<Declaration>();
    made->name = name;
    made->where = where();
    made->value = parse_expression(value, made->where);
    all_.push_back(std::move(made));
  }
  void import() {
    std::size_t end = std::min(text_.find('\n', at_), text_.size()), from = text_.find(" from ", at_);
    std::string name;
    for (char c : std::string(text_.substr(at_, std::min(from, end) - at_)) + ",") {
      if (std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$') {
        name.push_back(c);
      } else if (!name.empty()) {
        auto made = std::make_shared<Declaration>();
        made->name = std::exchange(name, {});
        made->where = where();
        made->refused = "comes from a JavaScript module, and pages here import none";
        all_.push_back(std::move(made));
      }
    }
    std::size_t close =
        text_.find_first_of(";\n", std::max(from == std::string_view::npos ? at_ : from, at_));
    at_ = std::min(close, text_.size());
  }

  std::string_view text_;
  const std::string& path_;
  int line_;
  std::size_t at_ = 0;
  std::vector<std::shared_ptr<const Declaration>> all_;
};

}  // namespace

std::vector<std::shared_ptr<const Declaration>> parse_script(std::string_view text, const std::string& path,
                                                             int first_line) {
  return ScriptParser(text, path, first_line).run();
}

}  // namespace leat::pages

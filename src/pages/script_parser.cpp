#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "pages/expression_tree.h"
#include "pages/page.h"

namespace leat::pages {
namespace {

constexpr std::string_view kLooks[] = {"icons", "@steeze-ui", "sdk/usql", "core-components"};

// The declarations of a page's script, in their order.
class ScriptParser {
 public:
  ScriptParser(std::string_view text, const std::string& path, int first_line, std::vector<PageNote>& notes)
      : text_(text), path_(path), line_(first_line), notes_(notes) {}

  std::vector<std::shared_ptr<const Declaration>> run() {
    for (skip(); at_ < text_.size(); skip()) statement();
    return std::move(all_);
  }

 private:
  std::string where() const {
    auto end = text_.begin() + static_cast<std::ptrdiff_t>(std::min(at_, text_.size()));
    return fmt::format("{}:{}", path_, line_ + std::count(text_.begin(), end, '\n'));
  }
  // What is not run is told, and left out.
  void leave_out(std::string what) {
    notes_.push_back({std::move(what), where()});
    std::size_t from = at_;
    value();
    if (at_ == from) ++at_;
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
    is_property_ = take("export ");
    std::size_t start = at_;
    take("async ");
    if (take("function ")) {
      std::string name = word();
      at_ = start;
      take("async ");
      return declare(name, std::string(value()));
    }
    at_ = start;
    bool reacts = take("$:");
    bool declares = take("const ") || take("let ") || take("var ");
    std::size_t begin = at_;
    if (reacts && brackets_around()) return;
    if (declares && at_ < text_.size() && (text_[at_] == '{' || text_[at_] == '[')) return take_apart();
    std::string name = word();
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    // A type, as TypeScript writes it.
    if (declares && take(":")) at_ = std::min(text_.find_first_of("=;\n", at_), text_.size());
    bool assigned = !name.empty() && take("=") && !text_.substr(at_).starts_with("=");
    if (assigned && (declares || reacts || is_declared(name))) return declare(name, std::string(value()));
    if (declares && !name.empty()) {
      declare(name, "null");
      // let a, b, c
      while (take(",")) {
        std::string further = word();
        while (at_ < text_.size() && text_[at_] == ' ') ++at_;
        declare(further, take("=") ? std::string(value()) : "null");
      }
      return;
    }
    at_ = begin;
    leave_out("This statement of a script needs JavaScript that pages here don't run; it does nothing");
  }

  bool is_declared(const std::string& name) const {
    return std::any_of(all_.begin(), all_.end(), [&](const auto& each) { return each->name == name; });
  }

  // $: x, (y = …) and $: ({ a, b } = …); nothing is taken where it is something else.
  bool brackets_around() {
    std::size_t from = at_;
    std::string_view text = value();
    std::size_t open = text.find('(');
    bool names = open != std::string_view::npos && text.substr(0, open).find_first_not_of(
                                                       "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                       "0123456789_$, \n\t") == std::string_view::npos;
    std::size_t end = names && (open == 0 || text.substr(0, open).find(',') != std::string_view::npos)
                          ? closing_bracket(text_, from + open)
                          : std::string_view::npos;
    if (end == std::string_view::npos) {
      at_ = from;
      return false;
    }
    at_ = after_blanks(text_, from + open + 1);
    std::size_t after = end + 1;
    if (text_[at_] == '{') {
      take_apart(end);
    } else {
      std::string name = word();
      while (at_ < end && text_[at_] == ' ') ++at_;
      if (name.empty() || !take("=") || text_[at_] == '=') {
        at_ = from;
        return false;
      }
      declare(name, std::string(text_.substr(at_, end - at_)));
    }
    at_ = after;
    return true;
  }

  // const { a, b: c } = value; and const [a, b] = value;
  void take_apart(std::size_t end = std::string_view::npos) {
    bool by_name = text_[at_] == '{';
    std::size_t close = closing_bracket(text_, at_);
    if (close == std::string_view::npos) return leave_out("A bracket of a script is not closed");
    std::string names(text_.substr(at_ + 1, close - at_ - 1));
    at_ = close + 1;
    skip();
    if (!take("=")) return leave_out("This declaration of a script is not understood");
    std::string of =
        "(" + std::string(end == std::string_view::npos ? value() : text_.substr(at_, end - at_)) + ")";
    std::size_t position = 0;
    for (std::size_t at = 0; at <= names.size(); ++position) {
      std::size_t comma = std::min(names.find(',', at), names.size());
      std::string one = names.substr(at, comma - at), fallback;
      at = comma + 1;
      if (std::size_t equals = one.find('='); equals != std::string::npos) {
        fallback = " ?? (" + one.substr(equals + 1) + ")";
        one.resize(equals);
      }
      std::erase_if(one, [](unsigned char c) { return std::isspace(c); });
      if (one.empty()) continue;
      std::size_t colon = one.find(':');
      std::string key = one.substr(0, colon), name = colon == std::string::npos ? key : one.substr(colon + 1);
      declare(name, of + (by_name ? "." + key : fmt::format("[{}]", position)) + fallback);
    }
  }

  // Up to the `;`, or the line's end outside of brackets where the next line begins something new.
  std::string_view value() {
    std::size_t from = at_;
    while (at_ < text_.size() && text_[at_] != ';') {
      char c = text_[at_];
      if (std::string_view("([{\"'`").find(c) != std::string_view::npos) {
        std::size_t close =
            c == '(' || c == '[' || c == '{' ? closing_bracket(text_, at_) : text_.find(c, at_ + 1);
        at_ = close == std::string_view::npos ? text_.size() : close + 1;
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
    made->is_property = is_property_;
    try {
      made->value = parse_expression(value, made->where);
    } catch (const Error& error) {
      made->refused = "is not understood: " + error.what_failed();
    }
    all_.push_back(std::move(made));
  }
  void import() {
    std::string at = where();
    std::size_t open = text_.find_first_of("{;\n\"'", at_), from = at_;
    if (open < text_.size() && text_[open] == '{')
      open = std::min(closing_bracket(text_, open), text_.size());
    at_ = std::min(text_.find_first_of(";\n", std::min(open, text_.size())), text_.size());
    std::string text(text_.substr(from, at_ - from)), name;
    std::size_t quote = std::min(text.find_first_of("'\""), text.size()), of = text.rfind(" from ", quote);
    if (of == std::string::npos) return;
    std::string module = text.substr(quote);
    // Icons and Svelte's and Evidence's own parts are looks here, or nothing.
    bool is_look = std::any_of(std::begin(kLooks), std::end(kLooks),
                               [&](std::string_view each) { return module.find(each) != std::string::npos; });
    for (char c : text.substr(0, of) + ",") {
      if (std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$') {
        name.push_back(c);
      } else if (!name.empty()) {
        auto made = std::make_shared<Declaration>();
        made->name = std::exchange(name, {});
        made->where = at;
        if (is_look) {
          made->value = parse_expression("null", at);
        } else {
          made->refused = "comes from a JavaScript module, and pages here import none";
        }
        all_.push_back(std::move(made));
      }
    }
  }

  std::string_view text_;
  const std::string& path_;
  int line_;
  std::vector<PageNote>& notes_;
  std::size_t at_ = 0;
  bool is_property_ = false;
  std::vector<std::shared_ptr<const Declaration>> all_;
};

}  // namespace

std::vector<std::shared_ptr<const Declaration>> parse_script(std::string_view text, const std::string& path,
                                                             int first_line, std::vector<PageNote>& notes) {
  return ScriptParser(text, path, first_line, notes).run();
}

}  // namespace leat::pages

#include "pages/expression.h"

#include <fmt/core.h>

#include <charconv>
#include <cmath>

#include "base/error.h"
#include "base/spec.h"
#include "pages/format.h"

namespace leat::pages {

const ExpressionValue* Scope::find(const std::string& name) const {
  auto found = names.find(name);
  if (found != names.end()) return &found->second;
  return outer ? outer->find(name) : nullptr;
}

namespace {

class Evaluator {
 public:
  Evaluator(std::string_view text, const Scope& scope, const std::string& where)
      : text_(text), scope_(scope), where_(where) {}

  ExpressionValue run() {
    ExpressionValue value = ternary();
    skip();
    if (at_ != text_.size()) fail(fmt::format("`{}` is not understood", text_.substr(at_)));
    return value;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorCode::page_syntax, fmt::format("{} in {{{}}}", what, text_), where_);
  }
  void skip() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  bool take(std::string_view symbol) {
    skip();
    if (!text_.substr(at_).starts_with(symbol)) return false;
    at_ += symbol.size();
    return true;
  }
  const Cell& cell(const ExpressionValue& value) const {
    if (const Cell* held = std::get_if<Cell>(&value)) return *held;
    fail("A value is needed, and this is a query or a row");
  }

  ExpressionValue ternary() {
    if (++depth_ > 100) fail("The expression is nested too deeply");
    ExpressionValue value = either();
    if (take("?")) {
      ExpressionValue yes = ternary();
      if (!take(":")) fail("A `?` needs its `:`");
      ExpressionValue no = ternary();
      value = cell(value).truth() ? yes : no;
    }
    --depth_;
    return value;
  }
  ExpressionValue either() {
    ExpressionValue left = both();
    while (take("||")) {
      ExpressionValue right = both();
      if (!cell(left).truth()) left = right;
    }
    return left;
  }
  ExpressionValue both() {
    ExpressionValue left = comparison();
    while (take("&&")) {
      ExpressionValue right = comparison();
      if (cell(left).truth()) left = right;
    }
    return left;
  }
  ExpressionValue comparison() {
    ExpressionValue left = sum();
    for (std::string_view op : {"===", "!==", "==", "!=", "<=", ">=", "<", ">"}) {
      if (!take(op)) continue;
      ExpressionValue right = sum();
      return Cell::of(compare(op, cell(left), cell(right)));
    }
    return left;
  }
  static bool compare(std::string_view op, const Cell& a, const Cell& b) {
    bool numbers = (a.kind == Cell::Kind::number || a.kind == Cell::Kind::boolean) &&
                   (b.kind == Cell::Kind::number || b.kind == Cell::Kind::boolean);
    int order = numbers ? (a.number < b.number ? -1 : a.number > b.number) : a.text.compare(b.text);
    bool equal = order == 0 && (a.kind == Cell::Kind::null) == (b.kind == Cell::Kind::null);
    if (op[0] == '=') return equal;
    if (op[0] == '!') return !equal;
    if (op == "<") return order < 0;
    if (op == "<=") return order <= 0;
    return op == ">" ? order > 0 : order >= 0;
  }
  ExpressionValue sum() {
    ExpressionValue left = product();
    for (;;) {
      if (take("+")) {
        ExpressionValue right = product();
        const Cell &a = cell(left), &b = cell(right);
        bool texts = a.kind == Cell::Kind::text || b.kind == Cell::Kind::text;
        left = texts ? Cell::of(a.text + b.text) : Cell::of(a.number + b.number);
      } else if (take("-")) {
        ExpressionValue right = product();
        left = Cell::of(cell(left).number - cell(right).number);
      } else {
        return left;
      }
    }
  }
  ExpressionValue product() {
    ExpressionValue left = unary();
    for (;;) {
      if (take("*")) {
        ExpressionValue right = unary();
        left = Cell::of(cell(left).number * cell(right).number);
      } else if (take("/")) {
        ExpressionValue right = unary();
        left = Cell::of(cell(left).number / cell(right).number);
      } else {
        return left;
      }
    }
  }
  ExpressionValue unary() {
    if (++depth_ > 100) fail("The expression is nested too deeply");
    ExpressionValue value;
    if (take("!")) {
      value = Cell::of(!cell(unary()).truth());
    } else if (take("-")) {
      value = Cell::of(-cell(unary()).number);
    } else {
      value = postfix();
    }
    --depth_;
    return value;
  }

  ExpressionValue postfix() {
    ExpressionValue value = primary();
    for (;;) {
      if (take("[")) {
        ExpressionValue key = ternary();
        if (!take("]")) fail("A `[` is not closed");
        value = index(value, cell(key));
      } else if (take("?.") || take(".")) {
        value = member(value, name());
      } else {
        return value;
      }
    }
  }

  ExpressionValue index(const ExpressionValue& value, const Cell& key) const {
    if (const TablePtr* table = std::get_if<TablePtr>(&value)) {
      auto row = static_cast<std::size_t>(key.number);
      if (key.kind != Cell::Kind::number || key.number < 0 || row >= (*table)->rows.size()) {
        fail(fmt::format("The query {} has no row {}; it has {}", (*table)->name, key.text,
                         (*table)->rows.size()));
      }
      return RowRef{*table, row};
    }
    if (std::holds_alternative<RowRef>(value)) return member(value, key.text);
    fail("A value can't be indexed");
  }

  ExpressionValue member(const ExpressionValue& value, const std::string& wanted) const {
    if (const TablePtr* table = std::get_if<TablePtr>(&value)) {
      if (wanted == "length") return Cell::of(static_cast<double>((*table)->rows.size()));
      fail(fmt::format("A column of {} is written {}[0].{}", (*table)->name, (*table)->name, wanted));
    }
    if (const RowRef* row = std::get_if<RowRef>(&value)) {
      if (auto column = row->table->find(wanted)) return row->table->rows[row->row][*column];
      std::string near = nearest(wanted, row->table->columns);
      fail(fmt::format("The query {} has no column `{}`{}", row->table->name, wanted,
                       near.empty() ? "" : fmt::format("; did you mean `{}`?", near)));
    }
    const Cell& held = cell(value);
    if (wanted == "length") return Cell::of(static_cast<double>(held.text.size()));
    fail(fmt::format("A value has no `{}`", wanted));
  }

  std::string name() {
    skip();
    std::size_t from = at_;
    while (at_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_' || text_[at_] == '$'))
      ++at_;
    if (from == at_) fail("A name is missing");
    return std::string(text_.substr(from, at_ - from));
  }

  ExpressionValue primary() {
    skip();
    if (at_ >= text_.size()) fail("Something is missing at the end");
    char c = text_[at_];
    if (c == '(') {
      ++at_;
      ExpressionValue value = ternary();
      if (!take(")")) fail("A `(` is not closed");
      return value;
    }
    if (c == '\'' || c == '"' || c == '`') {
      std::size_t end = text_.find(c, at_ + 1);
      if (end == std::string_view::npos) fail("A text is not closed");
      std::string text(text_.substr(at_ + 1, end - at_ - 1));
      at_ = end + 1;
      return Cell::of(std::move(text));
    }
    if (std::isdigit(static_cast<unsigned char>(c))) {
      double number = 0;
      auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), number);
      at_ = static_cast<std::size_t>(end - text_.data());
      return Cell::of(number);
    }
    std::string word = name();
    if (word == "true" || word == "false") return Cell::of(word == "true");
    if (word == "null" || word == "undefined") return Cell();
    if (take("(")) return call(word);
    if (const ExpressionValue* found = scope_.find(word)) return *found;
    std::vector<std::string> names;
    for (const Scope* scope = &scope_; scope; scope = scope->outer) {
      for (const auto& [each, value] : scope->names) names.push_back(each);
    }
    std::string near = nearest(word, names);
    fail(fmt::format("There is no query or name `{}`{}", word,
                     near.empty() ? "" : fmt::format("; did you mean `{}`?", near)));
  }

  ExpressionValue call(const std::string& function) {
    std::vector<Cell> arguments;
    if (!take(")")) {
      do {
        arguments.push_back(cell(ternary()));
      } while (take(","));
      if (!take(")")) fail("A `(` is not closed");
    }
    if (function == "fmt" && !arguments.empty())
      return Cell::of(format_cell(arguments[0], arguments.size() > 1 ? arguments[1].text : ""));
    if (function == "abs" && arguments.size() == 1) return Cell::of(std::fabs(arguments[0].number));
    if (function == "round" && arguments.size() == 1) return Cell::of(std::round(arguments[0].number));
    fail(fmt::format("There is no function `{}`; there are fmt, abs and round", function));
  }

  std::string_view text_;
  const Scope& scope_;
  const std::string& where_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

ExpressionValue evaluate(const std::string& text, const Scope& scope, const std::string& where) {
  return Evaluator(text, scope, where).run();
}

Cell evaluate_cell(const std::string& text, const Scope& scope, const std::string& where) {
  ExpressionValue value = evaluate(text, scope, where);
  if (const Cell* cell = std::get_if<Cell>(&value)) return *cell;
  throw Error(ErrorCode::page_syntax, fmt::format("{{{}}} is a query or a row, not a value", text), where)
      .fix("Name a column: {query[0].column}.");
}

TablePtr evaluate_table(const std::string& text, const Scope& scope, const std::string& where) {
  ExpressionValue value = evaluate(text, scope, where);
  if (const TablePtr* table = std::get_if<TablePtr>(&value)) return *table;
  throw Error(ErrorCode::page_syntax, fmt::format("{{{}}} is no query", text), where)
      .fix("Write data={query}.");
}

}  // namespace leat::pages

// Expression: the small language between braces: paths, literals, comparisons, arithmetic, fmt().
//
// Guarantees: no loops, no side effects; depth is bounded. `q[0].column`, `row.column`, `q.length`, `a ? b :
// c`, `&&`,
//   `||`, `!`, `==`, `<`, `+` and so on, with JavaScript's precedence.
// Threads: pure; a Scope is read only.
// Errors: Error(page_syntax) with file:line and the near names for what does not exist.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <variant>

#include "pages/cell.h"

namespace leat::pages {

/// A row of a table, as `{#each q as row}` gives it.
struct RowRef {
  TablePtr table;
  std::size_t row = 0;
};
using ExpressionValue = std::variant<Cell, TablePtr, RowRef>;

struct Scope {
  std::map<std::string, ExpressionValue> names;
  const Scope* outer = nullptr;
  const ExpressionValue* find(const std::string& name) const;
};

/// Evaluates; `where` is file:line for errors.
ExpressionValue evaluate(const std::string& text, const Scope& scope, const std::string& where);
/// Evaluates to a value; a table or row is an error.
Cell evaluate_cell(const std::string& text, const Scope& scope, const std::string& where);
/// Evaluates to a table; anything else is an error.
TablePtr evaluate_table(const std::string& text, const Scope& scope, const std::string& where);

}  // namespace leat::pages

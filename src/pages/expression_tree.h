// ExpressionNode: a parsed expression, for the parser, the evaluator and its methods.
//
// Guarantees: nesting, length, steps and depth are bounded.
// Threads: immutable after parsing.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "pages/expression.h"

namespace leat::pages {

constexpr int kExpressionDepthMax = 100;
constexpr int kEvaluationDepthMax = 1500;
constexpr std::size_t kExpressionBytesMax = 20'000;
constexpr std::size_t kExpressionStepsMax = 20'000'000;

struct ExpressionNode {
  enum class Kind {
    literal,      ///< literal
    name,         ///< text
    member,       ///< parts[0].text; optional: ?.
    index,        ///< parts[0][parts[1]]
    call,         ///< parts[0](parts[1]…)
    unary,        ///< text parts[0]
    binary,       ///< parts[0] text parts[1]
    conditional,  ///< parts[0] ? parts[1] : parts[2]
    list,         ///< [parts…]
    object,       ///< {names[i]: parts[i]}
    arrow,      ///< (names… = parts[1]…) => parts[0]; without parts it runs in the reader's runtime only
    text,       ///< parts joined as text
    pattern,    ///< /text/names[0]
    spread,     ///< ...parts[0]
    made,       ///< new text(parts…)
    block,      ///< { parts… }
    declare,    ///< const text = parts[0];
    give_back,  ///< return parts[0];
    branch      ///< if (parts[0]) parts[1] else parts[2]
  };
  Kind kind = Kind::literal;
  std::string text;
  Cell literal;
  std::vector<std::unique_ptr<ExpressionNode>> parts;
  std::vector<std::string> names;
  bool optional = false;
  /// Inside a function, and the same each time that the function is called within one evaluation.
  bool is_fixed = false;
};

/// A declaration of a page's script: `const x = …`, `let x = …`, `$: x = …`.
struct Declaration {
  std::string name, where;
  std::unique_ptr<ExpressionNode> value;  ///< null where nothing is assigned
  std::string refused;                    ///< why the name can't be used, "" where it can
  bool is_property = false;               ///< export let: a property of the component whose script it is
};

/// The place of the bracket that closes the one at `open`; npos where it is missing. Quotes are skipped.
std::size_t closing_bracket(std::string_view text, std::size_t open);
/// Marks what stays the same however often the functions of an expression are called.
void mark_fixed(ExpressionNode& expression);
/// Parses a whole expression. Error(page_syntax).
std::unique_ptr<ExpressionNode> parse_expression(std::string_view text, const std::string& where);

/// The place of the first character from `at` on that is no blank, comment or one of `also`.
std::size_t after_blanks(std::string_view text, std::size_t at, std::string_view also = "");

// What methods and functions are made of.
using Arguments = std::vector<Value>;
inline Value list_of(std::vector<Value> items) {
  return ListPtr(std::make_shared<const List>(std::move(items)));
}
inline Value number(double value) {
  return Cell::of(value);
}
/// The argument at `i`, or null where it was not given.
inline const Value& argument(const Arguments& arguments, std::size_t i) {
  static const Value none;
  return i < arguments.size() ? arguments[i] : none;
}
/// JavaScript's ===, of values.
inline bool same(const Value& a, const Value& b) {
  return a.cell() && b.cell() && a.cell()->kind == b.cell()->kind && a.cell()->text == b.cell()->text;
}

/// The rows of a table or the items of a list, one after the other; lives no longer than what it was made of.
class Items {
 public:
  explicit Items(const TablePtr& table) : table_(&table) {}
  explicit Items(const List& list) : list_(&list) {}
  std::size_t size() const { return table_ ? (*table_)->rows.size() : list_->size(); }
  Value at(std::size_t i) const { return table_ ? Value(RowRef{*table_, i}) : (*list_)[i]; }
  /// Makes `into` the item at `i`.
  void put(std::size_t i, Value& into) const;
  std::vector<Value> all() const;

 private:
  const TablePtr* table_ = nullptr;
  const List* list_ = nullptr;
};

/// One evaluation: counts steps, knows what to say when something is wrong.
class Evaluation {
 public:
  Evaluation(const std::string& text, const std::string& where, const Scope& scope)
      : text_(text), where_(where), root_(scope.root()) {}
  Value evaluate(const ExpressionNode& node, const Scope& scope);
  /// Calls a method such as q.filter(…); the receiver is already evaluated.
  Value call_method(const Value& self, const std::string& name, const Arguments& arguments);
  /// Calls fmt(…), Math.round(…), Number(…).
  Value call_function(const std::string& name, const Arguments& arguments);
  /// Calls q.where(…), q.limit(…): a query that asks the warehouse anew.
  Value call_query(const TablePtr& table, const std::string& name, const Arguments& arguments);
  Value apply(const Value& function, std::vector<Value> arguments);
  Value member(const Value& value, const std::string& name) const;
  /// The rows of a table or the items of a list.
  /// What a function comes to in the scope of its parameters.
  Value body(const ExpressionNode& arrow, Scope& scope);
  /// Whether that is true.
  bool body_holds(const ExpressionNode& arrow, Scope& scope);
  std::vector<Value> items(const Value& value) const;
  Items view(const Value& value) const;
  Cell cell(const Value& value) const;
  [[noreturn]] void fail(const std::string& what) const;
  void step();

 private:
  Value computed(const ExpressionNode& node, const Scope& scope);
  const Value& fixed(const ExpressionNode& node, const Scope& scope);
  /// The cell that a node comes to where that stands somewhere already; null for what has to be computed.
  const Cell* standing(const ExpressionNode& node, const Scope& scope);
  Value binary(const ExpressionNode& node, const Scope& scope);
  bool holds(const ExpressionNode& node, const Scope& scope);
  bool compares(const ExpressionNode& node, const Cell& a, const Cell& b) const;
  const Value* known(const ExpressionNode& node);
  std::optional<std::size_t> column(const ExpressionNode& node, const Table& table);
  Value compared(const ExpressionNode& node, const Cell& a, const Cell& b) const;
  Value unary(const ExpressionNode& node, const Scope& scope);
  Value access(const ExpressionNode& node, const Scope& scope);
  Value call(const ExpressionNode& node, const Scope& scope);
  Value make(const ExpressionNode& node, const Scope& scope);
  Value object(const ExpressionNode& node, const Scope& scope);
  std::vector<Value> list(const ExpressionNode& node, std::size_t from, const Scope& scope);
  Value index(const Value& value, const Value& key) const;
  Value name(const std::string& word, const Scope& scope) const;
  /// Runs statements; nullopt where none returned.
  std::optional<Value> run(const ExpressionNode& block, Scope& scope);

  const std::string& text_;
  const std::string& where_;
  const Scope& root_;
  std::size_t steps_ = 0;
  int depth_ = 0;
  std::unordered_map<const ExpressionNode*, Value> fixed_;
  // What was looked up last for nodes: the value of one that is fixed, the column that one names.
  struct Recent {
    const ExpressionNode* node = nullptr;
    const Value* value = nullptr;
    const Table* table = nullptr;
    std::size_t column = 0;
  };
  std::array<Recent, 32> recent_;
  Recent& recent(const ExpressionNode& node) {
    return recent_[(reinterpret_cast<std::uintptr_t>(&node) >> 5) % recent_.size()];
  }
};

/// A function that is called for one item after the other.
class Loop {
 public:
  Loop(Evaluation& run, const Value& function);
  Value call(const Items& items, std::size_t i);
  bool holds(const Items& items, std::size_t i);

 private:
  void bind(const Items& items, std::size_t i);
  Evaluation& run_;
  const Value& function_;
  const ExpressionNode* arrow_ = nullptr;  ///< null where each call is made from the beginning
  Scope scope_;
};

// expression_locale.cpp: numbers and dates as toLocaleString and Intl print them, in American English.
/// A number by Intl.NumberFormat's options.
Value localized_number(Evaluation& run, const Cell& self, const Value& options);
/// What `new Intl.NumberFormat(…)` or DateTimeFormat prints.
Value localized(Evaluation& run, const Cell& self, const Value& format);
/// Methods of dates, and of texts that are dates; nullopt for another.
std::optional<Value> date_method(Evaluation& run, const Cell& self, const std::string& name,
                                 const Arguments& arguments);

}  // namespace leat::pages

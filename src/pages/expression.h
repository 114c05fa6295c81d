// Expression: the small language between braces: paths, literals, arithmetic, conditions, array methods,
// fmt().
//
// Guarantees: the part of JavaScript that pages need, with its precedence and short circuits: `q[0].column`,
//   `row.x ?? 'none'`, `a ? b : c`, `q.filter(d => d.x > 1).length`, templates, lists and objects. No side
//   effects; depth and steps are bounded. What is not there is null, and so is each part of it. A function
//   with statements beyond const, return and if is kept as text for the reader's runtime.
// Threads: immutable after parse(); a Scope is read only, its lookup and ask are called by the same thread.
// Errors: Error(page_syntax) with file:line, and the near names for what does not exist.
#pragma once
#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.h"
#include "pages/cell.h"

namespace leat::pages {

struct ExpressionNode;  // expression_tree.h
struct Value;

/// A row of a table, as `{#each q as row}` gives it; kNoRow is a row that the table does not have.
struct RowRef {
  static constexpr std::size_t kNoRow = static_cast<std::size_t>(-1);
  TablePtr table;
  std::size_t row = 0;
};
using List = std::vector<Value>;
using ListPtr = std::shared_ptr<const List>;
using Object = std::vector<std::pair<std::string, Value>>;
using ObjectPtr = std::shared_ptr<const Object>;
struct Scope;
using ScopePtr = std::shared_ptr<const Scope>;
/// `d => d.x`, with the names it sees.
struct Function {
  const ExpressionNode* arrow;
  ScopePtr scope;
};
/// An object whose members are made when they are asked for, such as `inputs`.
class Host {
 public:
  virtual ~Host() = default;
  virtual Value member(const std::string& name) const = 0;
};
using HostPtr = std::shared_ptr<const Host>;

struct Value {
  std::variant<Cell, TablePtr, RowRef, ListPtr, ObjectPtr, Function, HostPtr> held;
  Value() = default;
  template <class T>
  requires std::constructible_from<
      std::variant<Cell, TablePtr, RowRef, ListPtr, ObjectPtr, Function, HostPtr>, T>
  Value(T value) : held(std::move(value)) {}
  const Cell* cell() const { return std::get_if<Cell>(&held); }
  const TablePtr* table() const { return std::get_if<TablePtr>(&held); }
  const RowRef* row() const { return std::get_if<RowRef>(&held); }
  const ListPtr* list() const { return std::get_if<ListPtr>(&held); }
  const ObjectPtr* object() const { return std::get_if<ObjectPtr>(&held); }
  const Function* function() const { return std::get_if<Function>(&held); }
  const HostPtr* host() const { return std::get_if<HostPtr>(&held); }
  bool is_null() const { return cell() && cell()->kind == Cell::Kind::null; }
  bool truth() const;
};

/// Names and their values; they are few, so that a list is quicker than a tree.
class Names {
 public:
  void set(const std::string& name, Value value) { slot(name) = std::move(value); }
  /// The value of a name, null where it is new; it stays where it is until the next new name.
  Value& slot(const std::string& name);
  const Value* find(const std::string& name) const;
  auto begin() const { return held_.begin(); }
  auto end() const { return held_.end(); }

 private:
  std::vector<std::pair<std::string, Value>> held_;
};

struct Scope {
  Names names;
  const Scope* outer = nullptr;
  ScopePtr keeps;  ///< keeps `outer` alive where nothing else does
  /// Of the outermost scope: names that are made when they are asked for, and queries asked anew.
  std::function<std::optional<Value>(const std::string& name)> lookup;
  std::function<TablePtr(const std::string& name, const std::string& sql)> ask;
  std::optional<Value> find(const std::string& name) const;
  /// The value under a name that this scope or one around it holds; null for what lookup would make.
  const Value* held(const std::string& name) const;
  /// This scope for a function that may outlive it.
  ScopePtr kept() const;
  const Scope& root() const;
};

/// Gives a name its value; {a, b} and [k, v] take the value apart.
void bind_name(Scope& scope, const std::string& name, Value value);

/// A value, and where in a query's result it stands when it is taken from there as it is.
struct Traced {
  Cell cell;
  TablePtr table;  ///< null for what is computed
  std::size_t row = 0, column = 0;
};

class Expression {
 public:
  /// Parses; `where` is file:line.
  static std::shared_ptr<const Expression> parse(std::string_view text, const std::string& where);
  /// Parses; what can't be parsed fails where it is evaluated, so that the rest of a page goes on.
  static std::shared_ptr<const Expression> parse_late(std::string_view text, const std::string& where);
  /// An expression that is this value.
  static std::shared_ptr<const Expression> of(Value value, const std::string& where);
  /// Parses text with `{…}` in it, as in title="Crimes of {name}".
  static std::shared_ptr<const Expression> parse_template(std::string_view text, const std::string& where);
  ~Expression();

  Value evaluate(const Scope& scope) const;
  /// Evaluates to a single value; a query or row is an error, what else is no value becomes text.
  Cell cell(const Scope& scope) const;
  Traced traced(const Scope& scope) const;
  /// Evaluates to a table; a list of rows becomes one.
  TablePtr table(const Scope& scope) const;
  const std::string& text() const { return text_; }
  const std::string& where() const { return where_; }

 private:
  Expression();
  std::string text_, where_;
  std::unique_ptr<ExpressionNode> root_;  ///< null: `held_`, or what `broken_` says
  Value held_;
  std::shared_ptr<const Error> broken_;
};
using ExpressionPtr = std::shared_ptr<const Expression>;

/// The value as one text, as JavaScript joins it into a template; an object stands for its `value`.
std::string text_of(const Value& value);
/// The value as JSON, for chart options; a function is {"$function": "its text"}.
std::string to_json(const Value& value);

}  // namespace leat::pages

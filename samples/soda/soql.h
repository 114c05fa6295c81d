// SoQL: the query language of SODA: parsing of clauses, and expressions over the rows of a Table.
//
// Guarantees: three-valued logic as in SQL; a literal beside a timestamp, number or row identifier is read as
// one. Threads: a bound Expression may be evaluated by one thread at a time per Evaluator. Owns: the texts of
// its literals; it points into no request. Errors: Problem with the query server's codes
// (query.soql.bad-parse, no-such-column, type-mismatch …). Source: dev.socrata.com SoQL clauses and
// functions.
#pragma once
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "table.h"
#include "value.h"

namespace soda {

enum class Op : std::uint8_t {
  column,
  literal,
  star,  // the * of count(*)
  logical_not,
  logical_and,
  logical_or,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  between,
  in,
  is_null,
  like,
  add,
  subtract,
  multiply,
  divide,
  concat,
  negate,
  call,
};

struct Expression {
  Op op = Op::literal;
  std::string name;  ///< of a column or function, in lower case for functions
  std::string text;  ///< of a text literal
  Value literal;
  std::vector<Expression> args;
  std::size_t position = 0;  ///< in the clause, from 0
  // Set by bind():
  std::size_t column = 0;
  Type type = Type::text;

  /// The value of a literal; its text lives in this node.
  Value literal_value() const { return literal.kind == Value::Kind::text ? Value::of_text(text) : literal; }
  bool is_aggregate() const;
  bool contains_aggregate() const;
};

struct Selected {
  enum class Kind { expression, all_user, all_system };
  Kind kind = Kind::expression;
  Expression expression;
  std::string alias;
};
struct Ordered {
  Expression expression;
  bool descending = false;
};

Expression parse_where(std::string_view text);
std::vector<Selected> parse_select(std::string_view text);
std::vector<Ordered> parse_order(std::string_view text);
std::vector<Expression> parse_group(std::string_view text);
/// The name that SODA gives an unnamed expression, such as "min_date_of_occurrence".
std::string implicit_alias(const Expression& expression);

/// The clauses of a whole statement, "select … where … group by … order by … limit … offset …", as texts.
struct Statement {
  std::optional<std::string> select, where, group, having, order, limit, offset, search;
};
Statement split_statement(std::string_view text);

/// Looks up columns, decides types and reads literals as what they are compared with.
void bind(Expression& expression, const Table& table);

/// Evaluates bound expressions row by row.
class Evaluator {
 public:
  explicit Evaluator(const Table& table) : table_(table) {}
  /// The value for one row; its text lives until the next call.
  Value operator()(const Expression& expression, std::size_t row) {
    scratch_.clear();
    return evaluate(expression, row);
  }
  /// Whether the condition is true (neither false nor unknown).
  bool holds(const Expression& expression, std::size_t row) {
    const Value value = (*this)(expression, row);
    return value.kind == Value::Kind::boolean && value.word != 0;
  }

 private:
  Value evaluate(const Expression& expression, std::size_t row);
  Value evaluate_logic(const Expression& expression, std::size_t row);
  Value evaluate_in(const Expression& expression, std::size_t row);
  Value evaluate_arithmetic(const Expression& expression, std::size_t row);
  Value evaluate_call(const Expression& expression, std::size_t row);
  Value keep(std::string text) { return Value::of_text(scratch_.emplace_back(std::move(text))); }

  const Table& table_;
  std::deque<std::string> scratch_;
};

/// SQL's LIKE: % for any run, _ for one character.
bool matches_like(std::string_view text, std::string_view pattern);

}  // namespace soda

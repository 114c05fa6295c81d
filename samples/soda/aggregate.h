// Aggregation: groups rows and folds them with count, min, max, sum and avg into a table of groups.
//
// Guarantees: without group expressions there is exactly one group, also over no rows; nulls are not folded.
// Threads: under the lock of the table.
// Owns: the table it returns.
// Errors: Problem query.soql.column-not-in-group-bys for a column that is neither grouped nor folded.
#pragma once
#include <memory>
#include <vector>

#include "rows.h"
#include "soql.h"
#include "table.h"

namespace soda {

/// Collects what a grouped query needs and rewrites its expressions to columns of the table of groups.
class Grouping {
 public:
  /// `groups`: bound group expressions.
  Grouping(const Table& table, std::vector<Expression> groups) : table_(table), groups_(std::move(groups)) {}
  /// Replaces group expressions and aggregates within `expression`, which is unbound again afterwards.
  void rewrite(Expression& expression);
  /// Folds the rows.
  std::shared_ptr<Table> fold(const RowWindow& rows) const;

 private:
  const Table& table_;
  std::vector<Expression> groups_;
  std::vector<Expression> aggregates_;
};

/// Whether two expressions say the same.
bool same(const Expression& left, const Expression& right);
/// Appends a computed value to a column of its type.
void append_value(Column& column, const Value& value);

}  // namespace soda

// Cell and Table: query results as pages use them: small values by row and column.
//
// Guarantees: numbers keep their printed form, so that whole numbers beyond 2^53 show right.
// Threads: immutable after make_table.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sql/adapter.h"

namespace leat::pages {

struct Cell {
  enum class Kind { null, boolean, number, text, date };
  Kind kind = Kind::null;
  double number = 0;
  std::string text;  ///< as printed; dates in ISO 8601

  static Cell of(double value);
  static Cell of(bool value);
  static Cell of(std::string value);
  bool truth() const;
};
/// The number that a text spells; null where it spells none.
Cell parse_number(const std::string& text);
/// A date of an ISO 8601 text.
Cell date_of(std::string text);
/// The cell as a number, as JavaScript takes it: null is 0, a date its milliseconds, a text what it spells or
/// NaN.
double number_of(const Cell& cell);

struct Table {
  std::string name;
  std::vector<std::string> columns;
  std::vector<Cell::Kind> kinds;
  std::vector<std::vector<Cell>> rows;
  std::string sql;  ///< what was asked; "" for a table that no query gave
  std::optional<std::size_t> find(std::string_view column) const;
};
using TablePtr = std::shared_ptr<const Table>;

/// What formats and color scales need to know of a column.
struct ColumnSummary {
  double min = 0, max = 0, median = 0;
  std::size_t numbers = 0;  ///< how many rows hold a number
  int decimals_max = 0;     ///< most digits behind the point
  bool has_time = false;    ///< some date has a time of day
  void add(const Cell& cell);
  /// Requires: after the last add().
  void finish();

 private:
  std::vector<double> seen_;
};
ColumnSummary summarize(const Table& table, std::size_t column);

TablePtr make_table(std::string name, const sql::QueryResult& result);
}  // namespace leat::pages

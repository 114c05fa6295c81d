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

struct Table {
  std::string name;
  std::vector<std::string> columns;
  std::vector<Cell::Kind> kinds;
  std::vector<std::vector<Cell>> rows;
  std::optional<std::size_t> find(std::string_view column) const;
};
using TablePtr = std::shared_ptr<const Table>;

TablePtr make_table(std::string name, const sql::QueryResult& result);
/// Columnar JSON: {"columns":[…],"kinds":[…],"rows":n,"values":[[…],…]}, safe inside a <script>.
std::string to_json(const Table& table);

}  // namespace leat::pages

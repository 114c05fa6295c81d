// sorted_rows: what a query gives, a text a row, to be compared with what was wanted.
//
// Guarantees: cells are separated by a bar, null is "~"; rows are in the order of their texts.
// Threads: one.
// Owns: nothing.
// Errors: those of Adapter::query.
#pragma once
#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <vector>

#include "sql/adapter.h"

namespace leat::testing {

/// The rows of a query, in order.
inline std::vector<std::string> sorted_rows(sql::Adapter& adapter, const std::string& sql) {
  std::vector<std::string> out;
  for (const batch::RecordBatch& batch : adapter.query(sql).batches) {
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      std::string line;
      for (std::size_t i = 0; i < batch.schema()->size(); ++i) {
        const batch::ColumnData& column = batch.column(i);
        line += fmt::format("{}{}", i ? "|" : "", column.is_null(row) ? "~" : column.print(row));
      }
      out.push_back(std::move(line));
    }
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace leat::testing

// Known data sets: names and column types of the cities' tables that the examples read.
//
// Guarantees: a column that the list does not name is left to inference.
// Threads: any.
// Errors: none.
// Source: /api/views of data.cityofchicago.org and data.sfgov.org; DataSF's field dictionary of fire
//   incidents.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "value.h"

namespace soda {

struct KnownColumn {
  std::string_view name;
  Type type;
};
struct KnownTable {
  std::string_view id, name, attribution;
  std::string_view mark;  ///< a column that no other known table has
  std::vector<KnownColumn> columns;
  bool rest_is_text;  ///< numeric text in a column that is not listed stays text
};

/// Finds a table by its four-by-four, or returns nullptr.
const KnownTable* find_known(std::string_view id);
/// Finds the table that has `column` as its mark, or returns nullptr.
const KnownTable* recognise(std::string_view column);

}  // namespace soda

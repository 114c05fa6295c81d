// Query: one SODA request, from its parameters to the rows and columns of its answer.
//
// Guarantees: system fields are answered only when selected; a query with aggregates or
//   computed columns answers from a small table of its own, any other from the data set
//   itself.
// Threads: run() under the table's shared lock.
// Owns: an Answer shares the table it points into.
// Errors: Problem 400 for what the city would refuse.
// Source: dev.socrata.com query parameters.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rows.h"
#include "soql.h"
#include "table.h"

namespace soda {

using Parameters = std::vector<std::pair<std::string, std::string>>;

struct Query {
  Statement clauses;
  std::vector<std::pair<std::string, std::string>> equal;  ///< col=value
  bool exclude_system_fields = true;
  std::size_t limit = 1000, offset = 0;
};

struct QueryLimits {
  std::size_t rows_max = 50000;  ///< 0: no cap, as SODA 2.1 has none
  bool order_drops_regions = false;
};

/// Reads $-parameters and filters. `$$…` parameters but exclude_system_fields are left to the server.
Query read_query(const Parameters& parameters, const QueryLimits& limits);

struct Output {
  std::string name;
  std::size_t column;
};

struct Answer {
  std::shared_ptr<const Table> table;
  std::vector<Output> outputs;
  RowWindow rows;
  bool from_data_set = false;  ///< `table` is the data set, whose lock guards it
};

/// `before`: answer as a replica that has seen nothing newer.
Answer run(const std::shared_ptr<const Table>& table, const Query& query, const QueryLimits& limits,
           RowCache& cache, std::optional<std::int64_t> before);

}  // namespace soda

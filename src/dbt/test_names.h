// TestNames: the names and ids that dbt gives generic tests, so that selections, state and results fit.
//
// Guarantees: the same names, file names and ids as dbt-core's.
// Threads: pure functions.
// Errors: none.
// Source: dbt-core's naming of generic tests (observed); Python's repr
#pragma once
#include <string>

#include "dbt/node.h"

namespace leat::dbt {

struct TestName {
  std::string full;   ///< "accepted_values_orders_status__a__b"
  std::string alias;  ///< the same below 64 characters, else cut and hashed
  std::string hash;   ///< the end of the unique id
};

/// `wanted` is the test's own `name:`, "" for none.
TestName name_test(const GenericTest& test, const Node& tested, const std::string& wanted);
/// The kwarg `model` of a test of that node: "{{ get_where_subquery(ref('orders')) }}".
std::string model_argument(const Node& tested);

}  // namespace leat::dbt

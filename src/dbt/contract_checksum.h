// contract_checksum: the digest by which dbt knows a contract again.
//
// Guarantees: as dbt computes it: columns by their names with types and constraints, and for tables and
//   incremental models the materialization and the model's own constraints.
// Threads: pure functions.
// Errors: none.
// Source: https://docs.getdbt.com/reference/resource-configs/contract (state:modified.contract)
#pragma once
#include <string>

#include "dbt/node.h"

namespace leat::dbt {

/// SHA-256 in hex. Requires: a model with a contract.
std::string contract_checksum(const Node& model);

}  // namespace leat::dbt

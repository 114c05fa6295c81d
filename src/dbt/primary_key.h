// Primary keys of models, as constraints and data tests tell of them.
//
// Guarantees: a constraint counts before tests; unique with not_null on one column before unique alone.
// Threads: pure function.
// Owns: nothing.
// Errors: none.
// Source: https://docs.getdbt.com/reference/artifacts/manifest-json
#pragma once
#include <string>
#include <vector>

#include "dbt/project.h"

namespace leat::dbt {

/// The columns of a model's key, sorted; none when nothing tells of one.
std::vector<std::string> primary_key_of(const Node& model, const Project& project);

}  // namespace leat::dbt

// Selector: dbt's selection language over anything that has names, tags, paths and upstreams.
//
// Guarantees: unions by spaces (several arguments), intersections by commas, `+`/`n+`/`@` graph operators,
// methods
//   tag:, path:, file:, source:, resource_type:, fqn:, package:, config.materialized:. A pattern may hold
//   `*` and `?`.
// Threads: pure functions.
// Errors: Error(dbt_selector) for an unknown method or a malformed operator; Error(cli_selection) when a term
// selects
//   nothing, with near names.
// Source: https://docs.getdbt.com/reference/node-selection/syntax
#pragma once
#include <string>
#include <vector>

namespace leat::dbt {

/// What can be selected. `upstream` are ids of other items; ids that are not among the items are ignored.
struct Selectable {
  std::string id, name;
  std::string kind;  ///< "model", "seed", "test", "source", "stream", "page"
  std::string path;  ///< relative to the project, "models/marts/orders.sql"
  std::string package;
  std::string materialized;  ///< of models
  std::vector<std::string> fqn, tags, upstream;
};

/// Returns, for each item, whether it is selected. An empty `include` selects everything.
/// Tests are selected along with what they test (dbt's eager indirect selection).
std::vector<bool> select(const std::vector<Selectable>& items, const std::vector<std::string>& include,
                         const std::vector<std::string>& exclude);

}  // namespace leat::dbt

// Selector: dbt's selection language over anything that has names, tags, paths and upstreams.
//
// Guarantees: unions by spaces (several arguments), intersections by commas, `+`/`n+`/`@` graph operators,
// methods fqn:, tag:, path:, file:, source:, resource_type:, package:, config.KEY:, test_name:,
// test_type:, group:, access:, version:, state:, result:, source_status:, exposure:, metric:,
// semantic_model:, saved_query:, unit_test:, and for runs stream:, page:, model:, seed:. A pattern may hold
// `*`, `?` and `[…]`. Threads: pure functions. Errors: Error(dbt_selector) for an unknown method or a
// malformed operator; Error(cli_selection) when a name or path selects nothing, with near names, unless
// somebody is told of it instead. Source: https://docs.getdbt.com/reference/node-selection/syntax
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "jinja/value.h"

namespace leat::dbt {

/// What can be selected. `upstream` are ids of other items; ids that are not among the items are ignored.
struct Selectable {
  std::string id, name;
  std::string kind;   ///< "model", "seed", "snapshot", "test", "source", "stream", "page"
  std::string path;   ///< relative to the package, "models/marts/orders.sql"
  std::string patch;  ///< the properties file that describes it, relative to the package; "" for none
  std::string package;
  bool is_root = true;                  ///< of the project itself, not of a package
  std::string version, latest_version;  ///< of versioned models
  std::string test_name;                ///< of generic tests: "unique"; "" for singular ones
  std::vector<std::string> fqn, tags, upstream;
  jinja::Value config;                         ///< a dict of what is configured, or absent
  std::function<jinja::Value()> whole_config;  ///< with the defaults; unset where there are none
  std::vector<std::string> state;     ///< words of `state:` that fit, where there is a state to compare with
  std::string result, source_status;  ///< of the run and the freshness that it holds, "" for none
};

/// How tests come along with what they test.
enum class IndirectSelection {
  eager,      ///< when anything that they read is selected
  cautious,   ///< when all that they read is selected
  buildable,  ///< when all that they read is selected or above it
  empty       ///< never
};

struct Selection {
  std::vector<std::string> include;  ///< empty: everything
  std::vector<std::string> exclude;
  IndirectSelection indirect = IndirectSelection::eager;
  /// Is told of each word that selects nothing; when it is unset, names and paths that do are errors.
  std::function<void(const std::string& word)> when_nothing;
};

/// Returns, for each item, whether it is selected.
std::vector<bool> select(const std::vector<Selectable>& items, const Selection& selection);
std::vector<bool> select(const std::vector<Selectable>& items, const std::vector<std::string>& include,
                         const std::vector<std::string>& exclude);

}  // namespace leat::dbt

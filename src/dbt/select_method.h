// SelectMethod: one way to select ("tag:nightly"): whether an item fits.
//
// Guarantees: as dbt's methods of the same names; patterns are fnmatch's.
// Threads: pure functions.
// Errors: Error(dbt_selector) for a method that does not exist.
// Source: https://docs.getdbt.com/reference/node-selection/methods
#pragma once
#include <string>
#include <string_view>

#include "dbt/selector.h"

namespace leat::dbt {

/// True when the item fits; `method` is "" for a bare pattern.
bool matches(std::string_view method, const std::string& pattern, const Selectable& item);
/// True when a term of the method that fits nothing is likely a slip of the pen (a name, a path).
bool names_something(std::string_view method);
/// Python's fnmatch: `*`, `?`, `[abc]`, `[!abc]`.
bool glob(std::string_view pattern, std::string_view text);

}  // namespace leat::dbt

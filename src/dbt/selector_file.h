// SelectorFile: selections with names, as selectors.yml defines them.
//
// Guarantees: a definition is a text of the selection language, a criterion (method and value, with parents,
// children, childrens_parents), a union or an intersection of definitions, each with exclusions; `method:
// selector` means another selection of the file. Threads: pure functions. Owns: nothing. Errors:
// Error(dbt_selector) for a name that is not there, selections that mean each other, and malformed
// definitions, with file:line.
// Source: https://docs.getdbt.com/reference/node-selection/yaml-selectors
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dbt/selector.h"
#include "document/value.h"

namespace leat::dbt {

/// eager, cautious, buildable or empty.
std::optional<IndirectSelection> indirect_selection(std::string_view word);
/// For each item whether the selection of that name takes it.
std::vector<bool> select_named(const std::vector<Selectable>& items, const document::Value& file,
                               const std::string& name, IndirectSelection indirect);
/// The name of the selection that counts when nothing else is asked for; "" for none.
std::string default_selector(const document::Value& file);

}  // namespace leat::dbt

// InputOptions: what a Dropdown or ButtonGroup offers, from a query and from its children.
//
// Guarantees: each value once; in the order asked for.
// Threads: pure functions of a component's use.
// Errors: Error(page_component, page_query).
#pragma once
#include <string>
#include <vector>

#include "pages/component.h"

namespace leat::pages {

struct InputOption {
  Cell value;
  std::string label;
  bool is_default = false;
};

/// The options of `child` elements inside, then those of the query by value, label, order and where.
std::vector<InputOption> input_options(const ComponentUse& use, std::string_view child);
/// Which of them a property such as defaultValue names.
std::vector<std::size_t> named_options(const std::vector<InputOption>& options, const Value& wanted);
/// How the runtime names a choice of these values.
std::string input_key(const std::vector<std::string>& values);
/// A value as SQL writes it: 12, 'it''s'.
std::string sql_literal(const Cell& cell);
/// <label> with the input's title, around `inside`.
std::string labelled(const ComponentUse& use, const std::string& inside, const char* element = "label");
/// The query of data= with SQL around it: `before` (SELECT …) and `after` (WHERE …).
TablePtr asked_around(const ComponentUse& use, const TablePtr& table, const std::string& before,
                      const std::string& after);
/// An input's value with its label: {value, label}.
Value labelled_value(const Cell& value, const std::string& label);

}  // namespace leat::pages

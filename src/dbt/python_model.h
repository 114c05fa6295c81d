// Python models: read, so that they stand in the graph with what they ref(); never run.
//
// Guarantees: every call of dbt.ref, dbt.source and dbt.config in the code, outside of strings and comments,
// is found with its arguments as they are written. Threads: pure functions. Owns: nothing. Errors: none;
// calls whose arguments are no literals fail where they are rendered. Source:
// https://docs.getdbt.com/docs/build/python-models
#pragma once
#include <string>
#include <string_view>

namespace leat::dbt {

/// True for a file of Python.
bool is_python(std::string_view path);
/// A template that makes the calls of the code, each on its line, and nothing else.
std::string template_of_calls(std::string_view code);

}  // namespace leat::dbt

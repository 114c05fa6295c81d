// Statements: SQL text as the single statements that Snowflake takes.
//
// Guarantees: splits at semicolons outside of texts, names, $$ bodies and comments; empty statements are left
//   out.
// Threads: pure function.
// Source: docs.snowflake.com, string constants (with backslash escapes) and comments
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace leat::warehouses::snowflake {

std::vector<std::string> split_statements(std::string_view sql);

}  // namespace leat::warehouses::snowflake

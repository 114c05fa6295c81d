// Numeric: decimal numbers in PostgreSQL's binary form.
//
// Guarantees: exact; the scale is the number's own.
// Threads: pure functions.
// Owns: nothing.
// Errors: none; the text is a decimal number as DuckDB prints it.
// Source: PostgreSQL, numeric_send
#pragma once
#include <string>
#include <string_view>

namespace leat::server::pgwire {

void append_numeric(std::string_view text, std::string& out);

}  // namespace leat::server::pgwire

// DuckTimes: DuckDB's dates, times and intervals as PostgreSQL's.
//
// Guarantees: instants are printed in UTC; infinity stays infinity.
// Threads: pure functions.
// Owns: nothing.
// Errors: refusal(State::unsupported) for a type that is none of time.
// Source: PostgreSQL documentation, chapter 8.5; DuckDB C API
#pragma once
#include <string>

#include "duck/library.h"

namespace leat::server::pgwire {

/// Appends the value at `row` of a vector's data.
void append_time_text(duckdb_type type, const void* data, std::uint64_t row, std::string& out);
void append_time_binary(duckdb_type type, const void* data, std::uint64_t row, std::string& out);

}  // namespace leat::server::pgwire

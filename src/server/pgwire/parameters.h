// Parameters: the values that a client binds, brought into the form of text that the engine casts.
//
// Guarantees: nothing is read beyond the value's bytes.
// Threads: pure functions.
// Owns: nothing.
// Errors: refusal(State::parameter) for bytes that are none of the type.
// Source: PostgreSQL documentation, chapter 55.2.3; the types' send and receive functions
#pragma once
#include <string>
#include <string_view>

#include "server/pgwire/engine.h"

namespace leat::server::pgwire {

/// The text of a value that came in `format`. Lists come out as DuckDB writes them.
std::string parameter_text(Oid type, Format format, std::string_view bytes);

/// The highest $n of a statement.
std::size_t parameter_count(std::string_view sql);

}  // namespace leat::server::pgwire

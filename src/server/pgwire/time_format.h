// TimeFormat: the formats of to_char() and to_date() as strftime's.
//
// Guarantees: what is none of PostgreSQL's patterns stays as it is.
// Threads: pure function.
// Owns: nothing.
// Errors: none.
// Source: PostgreSQL documentation, chapter 9.8
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace leat::server::pgwire {

/// "YYYY-MM" becomes "%Y-%m"; nullopt for what is no format of a time.
std::optional<std::string> strftime_format(std::string_view format);

}  // namespace leat::server::pgwire

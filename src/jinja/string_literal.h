// String literals: Python's escape sequences.
//
// Guarantees: understands \\ \' \" \a \b \f \n \r \t \v, octal, \x, \u, \U and the escaped newline; keeps
// unknown
//   escapes as they stand, as Python does.
// Threads: any.
// Errors: returned as words; nullopt means success.
// Source: Python language reference 2.4.1.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace leat::jinja {

/// Appends the meaning of what stands between the quotes; returns what is wrong with it.
std::optional<std::string> unescape_string(std::string_view text, std::string& out, bool bytes = false);

}  // namespace leat::jinja

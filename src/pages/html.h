// Html: escaping, so that no value of the data ever becomes markup or script.
//
// Guarantees: escape() is safe in text and in double-quoted attributes; script_safe() inside <script>.
// Threads: pure functions.
// Source: HTML Living Standard, 13.2.5.4 (script data) and 13.1.2.3 (attributes)
#pragma once
#include <string>
#include <string_view>

namespace leat::pages {

std::string escape(std::string_view text);
/// Makes JSON safe inside a script element: every "<" is written as its JSON escape.
std::string script_safe(std::string_view json);

}  // namespace leat::pages

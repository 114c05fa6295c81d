// The `re` module: Python's regular expressions for templates (modules.re), on PCRE2.
//
// Guarantees: search, match, fullmatch, findall, finditer, split, sub, subn, compile, escape and the flags;
//   named groups as (?P<name>…). Matching is bounded in steps and depth.
// Threads: compiled patterns are constant; any.
// Owns: its compiled patterns.
// Errors: Error(jinja_type) for a pattern that can't be compiled; Error(jinja_limit) for a match without
//   end.
// Source: https://docs.python.org/3.11/library/re.html; PCRE2 10.42 pcre2api.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "jinja/value.h"

namespace leat::jinja {

/// The module as a value, to be registered as modules.re.
Value regex_module();
/// The first match's group `group` (0: the whole match) as text; nullopt when nothing matches.
std::optional<std::string> regex_first(std::string_view pattern, std::string_view text,
                                       std::size_t group = 0);
/// All matches replaced; \1 and \g<name> in `replacement` stand for groups.
std::string regex_replace(std::string_view pattern, std::string_view replacement, std::string_view text);

}  // namespace leat::jinja

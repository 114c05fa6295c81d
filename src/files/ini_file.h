// IniFile: AWS's profile files: sections of keys and values.
//
// Guarantees: comments (# and ;) and blanks around names and values are left out; the last of two equal keys
//   counts; nested values (lines that are indented) are left out.
// Threads: immutable after parsing.
// Errors: none; what is no section and no assignment is passed over.
#pragma once
#include <map>
#include <string>
#include <string_view>

namespace leat::files {

using IniSection = std::map<std::string, std::string, std::less<>>;
using IniFile = std::map<std::string, IniSection, std::less<>>;

/// Parses the text of a profile file; "[profile x]" becomes the section "x".
IniFile parse_ini(std::string_view text);

}  // namespace leat::files

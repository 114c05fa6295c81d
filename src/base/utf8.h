// UTF-8: writes code points as bytes.
//
// Guarantees: one to four bytes a code point; halves of pairs are written as they are (WTF-8).
// Threads: any.
// Errors: none.
// Source: RFC 3629, section 3.
#pragma once
#include <string>

namespace leat {

/// Appends the code point. Requires: at most U+10FFFF.
void append_code_point(std::string& out, char32_t code);

}  // namespace leat

// Quotes: texts in quotation marks, as SQL and JSON want them.
//
// Guarantees: what is quoted reads back as the same text, whatever it holds; for JSON it has to be UTF-8.
// Threads: pure functions.
// Errors: none.
// Source: ISO/IEC 9075-2, section 5.3; RFC 8259, section 7.
#pragma once
#include <string>
#include <string_view>

namespace leat {

/// Between two of `mark`, with each one inside doubled: "a""b" is a name of SQL, 'it''s' a text.
std::string in_marks(std::string_view text, char mark);
/// Appends a text as a JSON string.
void append_json_string(std::string_view text, std::string& out);

}  // namespace leat

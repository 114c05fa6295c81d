// Quotes: texts in quotation marks, as SQL and JSON want them, and messages without what they quote.
//
// Guarantees: what is quoted reads back as the same text, whatever it holds; for JSON it has to be UTF-8.
//   Of a message nothing is told from the first quoted piece of more than a character on.
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
/// A library's message without what it quotes, which may be a part of a secret: of `invalid token: "50%off"`
/// it leaves `invalid token: …`.
std::string without_quoted(std::string message);

}  // namespace leat

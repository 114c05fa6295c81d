// The words of SoQL: names, literals and marks, with their places.
//
// Guarantees: the last token is always `end`.
// Threads: a value.
// Errors: Problem query.soql.unexpected-character or unterminated-string.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace soda {

struct Token {
  enum class Kind { name, text, number, mark, end };
  Kind kind = Kind::end;
  std::string text;     ///< a literal without its quotes; a name as written
  bool quoted = false;  ///< a name in backticks is never a keyword
  std::size_t position = 0;
  std::size_t end = 0;  ///< behind its last byte
};

std::vector<Token> split_tokens(std::string_view text);

}  // namespace soda

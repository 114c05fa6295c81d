// Lexer: cuts a template into text, delimiters and the tokens between them.
//
// Guarantees: newlines are \n already; whitespace control (-, +, trim_blocks,
//   lstrip_blocks) and raw blocks are resolved, comments are gone. Ends with one `end`
//   token.
// Threads: any.
// Owns: nothing; tokens point into the source, which must outlive them.
// Errors: Error(jinja_syntax) at name:line:column.
// Source: Jinja2 3.1, template designer documentation (whitespace control, literals).
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "jinja/template.h"

namespace leat::jinja {

struct Token {
  enum class Kind : std::uint8_t {
    text,
    output_begin,
    output_end,
    tag_begin,
    tag_end,
    name,
    string,
    integer,
    real,
    symbol,
    end
  };
  Kind kind;
  std::string_view text;
  std::size_t at;  ///< offset in the source
};

/// Throws Error(jinja_syntax) that shows the line of `source` at offset `at`.
[[noreturn]] void raise_syntax(std::string message, std::string_view source, std::size_t at,
                               std::string_view name, std::size_t first_line);

/// Cuts a whole template.
std::vector<Token> tokenize(std::string_view source, std::string_view name, const ParseOptions& options);
/// Cuts a bare expression.
std::vector<Token> tokenize_expression(std::string_view source, std::string_view name,
                                       const ParseOptions& options);

}  // namespace leat::jinja

// Place: where a byte of compiled SQL stands in the template that it was compiled from.
//
// Guarantees: exact for text that the template holds itself; for text that an
//   expression or macro gave, the place of that expression. Always some place inside
//   the template.
// Threads: pure functions.
// Owns: nothing.
// Errors: none.
// Source: longest common subsequence of the two texts' tokens
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace leat::dbt {

struct Place {
  std::size_t line = 1, column = 1;  ///< from one, columns in bytes
  std::string text;                  ///< that line
};

/// The place of `offset` of `compiled` in `code`, whose first line is `first_line` of its file.
Place place_in_template(std::string_view code, std::size_t first_line, std::string_view compiled,
                        std::size_t offset);
/// The place of a byte in a text.
Place place_of(std::string_view text, std::size_t offset, std::size_t first_line = 1);

}  // namespace leat::dbt

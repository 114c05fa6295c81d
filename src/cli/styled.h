// Styled: a line of text in inks that knows its width, so that it can be cut to the terminal's.
//
// Guarantees: width counts characters, not bytes or escape codes; a cut line ends with "…" and with its inks
// closed. Threads: a value.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/terminal.h"

namespace leat::cli {

class Styled {
 public:
  Styled() = default;
  Styled& add(std::string_view text, Ink ink = Ink::plain);
  /// Adds text cut or padded to exactly `width` characters.
  Styled& cell(std::string_view text, std::size_t width, Ink ink = Ink::plain, bool right = false);
  /// Adds another line's parts.
  Styled& add(const Styled& other);
  std::size_t width() const;
  bool empty() const { return parts_.empty(); }
  /// The line, at most `width_max` characters wide (0: as it is), without blanks at its end.
  std::string str(std::size_t width_max = 0) const;

 private:
  std::vector<std::pair<Ink, std::string>> parts_;
};

/// How wide the kinds of assets stand in lists: "operation" and a blank.
inline constexpr std::size_t kKindWidth = 10;
/// The number of characters of a text.
std::size_t characters(std::string_view text);
/// Breaks a text at blanks into lines of at most `width`, each but the first of a paragraph behind `indent`.
std::string wrap(std::string_view text, std::size_t width, std::string_view indent);

}  // namespace leat::cli

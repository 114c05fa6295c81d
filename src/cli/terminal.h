// Terminal: the one door through which Leat prints: secrets removed, colors only where they are wanted.
//
// Guarantees: every byte passes base/secret.h's redact(). Output to a closed pipe is dropped silently.
// Threads: any; a line is written as a whole.
#pragma once
#include <string>
#include <string_view>

namespace leat::cli {

enum class Ink { plain, dim, bold, green, yellow, red, cyan };

class Terminal {
 public:
  /// Decides on color and motion: both off when stdout is no terminal or a dumb one; `kind` is TERM.
  static void set_up(bool color, std::string_view kind);
  static bool is_live();  ///< stdout is a terminal that can be redrawn
  static int columns();   ///< its width, 80 when unknown
  static int rows();      ///< its height, 24 when unknown
  /// Prints to stdout as it is.
  static void print(std::string_view text);
  static void line(std::string_view text);
  /// Prints to stderr.
  static void complain(std::string_view text);
  /// The text in an ink, when colors are on.
  static std::string ink(Ink ink, std::string_view text);
};

/// The text cut to `width` characters (not bytes), with "…" where something is missing.
std::string fit(std::string_view text, std::size_t width);
/// The text padded with blanks to `width` characters.
std::string pad(std::string_view text, std::size_t width, bool right = false);

}  // namespace leat::cli

// Text: small words about white space.
//
// Guarantees: white space is what C's isspace() takes for it, whatever the locale.
// Threads: pure functions.
// Owns: nothing; what is returned points into what was given.
// Errors: none.
#pragma once
#include <concepts>
#include <string>
#include <string_view>

namespace leat {

/// The text without the white space at its ends.
inline std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n\f\v";
  std::size_t from = text.find_first_not_of(kBlanks);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kBlanks) - from + 1);
}
template <std::same_as<std::string> Temporary>
std::string_view trimmed(Temporary&& text) = delete;  // it would dangle

}  // namespace leat

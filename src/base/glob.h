// Globs: names with wildcards.
//
// Guarantees: time is bounded by the product of both lengths.
// Threads: pure functions.
// Errors: none.
#pragma once
#include <string_view>

namespace leat {

/// True when `text` matches: `*` stands for any characters, `?` for one.
bool matches_glob(std::string_view glob, std::string_view text);
/// The same over paths: `*` and `?` stay within a folder, `**` crosses folders and `**/` may stand for none.
bool matches_path_glob(std::string_view glob, std::string_view path);
/// True when there is a wildcard in it.
inline bool is_glob(std::string_view text) {
  return text.find_first_of("*?") != std::string_view::npos;
}

}  // namespace leat

// NearNames: finds the names that someone may have meant.
//
// Guarantees: offers at most three, nearest first; only names within two edits (one for short names).
// Threads: one thread at a time.
// Owns: copies of the nearest names.
// Errors: none.
// Source: Damerau-Levenshtein distance, restricted to adjacent swaps.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace leat::jinja {

class NearNames {
 public:
  explicit NearNames(std::string_view wanted) : wanted_(wanted) {}
  /// Considers a known name.
  void offer(std::string_view name);
  /// ". Did you mean 'a' or 'b'?", or nothing.
  std::string sentence() const;

 private:
  std::string wanted_;
  std::vector<std::pair<std::size_t, std::string>> found_;
};

}  // namespace leat::jinja

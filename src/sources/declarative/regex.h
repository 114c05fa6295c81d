// Regex: a regular expression with the meaning of Python's `re`.
//
// Guarantees: bounded: a match that takes more than a million steps counts as none.
// Threads: immutable; any.
// Owns: the compiled expression.
// Errors: Error(config_invalid) with the expression for what is none.
// Source: PCRE2, whose syntax covers what connectors use of Python's.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leat::sources::declarative {

class Regex {
 public:
  explicit Regex(const std::string& pattern);
  ~Regex();
  Regex(Regex&&) noexcept;
  /// The groups of the first match anywhere in the text, [0] the whole; nullopt when there is none.
  std::optional<std::vector<std::string>> search(std::string_view text) const;
  /// The same for a match at the beginning.
  std::optional<std::vector<std::string>> match(std::string_view text) const;

 private:
  struct Code;
  std::optional<std::vector<std::string>> run(std::string_view text, unsigned options) const;
  std::unique_ptr<Code> code_;
};

}  // namespace leat::sources::declarative

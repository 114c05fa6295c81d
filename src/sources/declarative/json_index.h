// JsonIndex: where the structure of a JSON text stands: the positions of its brackets, colons, commas and
// first characters of values, found by simdjson's first stage. JsonCursor walks along them.
//
// Guarantees: after build() the text is valid UTF-8 without control characters inside strings, and every
//   string is closed. What is between the positions (numbers, literals, the grammar) is checked by whoever
//   walks. Moving past the end shows the NUL behind the text, never beyond.
// Threads: one at a time; one index serves one text after the other.
// Owns: its positions; only points into the text.
// Errors: build returns what is wrong with the text, "" when nothing is.
// Source: Langdale, Lemire: Parsing Gigabytes of JSON per Second (VLDB Journal 28, 2019), stage 1.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace leat::sources::declarative {

class JsonIndex {
 public:
  JsonIndex();
  ~JsonIndex();
  /// Requires: 64 readable bytes behind the text, the first of them 0 (http::Body has them); `text` outlives
  /// the walk.
  std::string build(std::string_view text);
  const char* text() const { return text_; }
  const std::uint32_t* begin() const { return begin_; }
  const std::uint32_t* end() const { return end_; }

 private:
  struct Stage;
  std::unique_ptr<Stage> stage_;
  const char* text_ = nullptr;
  const std::uint32_t *begin_ = nullptr, *end_ = nullptr;
};

/// One value of an indexed text: the position of its first character.
using JsonAt = const std::uint32_t*;

/// The text of the scalar at `at`, without blanks around it; a string with its quotes.
inline std::string_view scalar_text(const char* text, JsonAt at) {
  std::uint32_t from = at[0], to = at[1];
  while (to > from &&
         (text[to - 1] == ' ' || text[to - 1] == '\n' || text[to - 1] == '\r' || text[to - 1] == '\t')) {
    --to;
  }
  return {text + from, to - from};
}

/// Reads the key at `at` with the colon behind it; false when there is none.
inline bool read_key(const char* text, JsonAt at, JsonAt end, std::string_view& content) {
  if (at + 2 >= end || text[at[0]] != '"' || text[at[1]] != ':') return false;
  std::string_view token = scalar_text(text, at);
  if (token.size() < 2 || token.back() != '"') return false;
  content = token.substr(1, token.size() - 2);
  return true;
}

/// Skips the value at `at` and checks its grammar; nullptr when it is no JSON value or deeper than 256.
JsonAt skip_value(const char* text, JsonAt at, JsonAt end);
/// The raw text of the value from `at` to `after` (what skip_value returned).
std::string_view raw_value(const char* text, JsonAt at, JsonAt after);

/// Appends the content of a JSON string (without its quotes) with escapes resolved; false for a bad escape.
/// Half of a surrogate pair becomes U+FFFD and is told in `half_pair`.
bool unescape(std::string_view content, std::string& out, bool* half_pair = nullptr);

}  // namespace leat::sources::declarative

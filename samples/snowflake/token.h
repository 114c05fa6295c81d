// Token: SQL cut into words, names, texts, numbers and symbols, and put together again.
//
// Guarantees: words are in upper case, as the warehouse folds them; texts are without escapes; comments are
// gone. Threads: pure functions. Errors: Refusal for a text or name that does not end. Source:
// docs.snowflake.com, string constants, identifiers, comments
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace snowflake {

struct Token {
  enum class Kind { word, name, text, number, symbol } kind;
  std::string text;
  bool is(std::string_view word_or_symbol) const {
    return (kind == Kind::word || kind == Kind::symbol) && text == word_or_symbol;
  }
  /// A word or a quoted name: what may stand for a table or column.
  bool is_identifier() const { return kind == Kind::word || kind == Kind::name; }
};
using Tokens = std::vector<Token>;

Tokens tokenize(std::string_view sql);
/// SQL as DuckDB reads it.
std::string print(const Tokens& tokens);
/// One token as DuckDB reads it.
std::string print(const Token& token);

Token word(std::string text);
Token symbol(std::string text);
Token text(std::string content);
/// Tokens of DuckDB's SQL, taken as they are: one opaque word.
Token verbatim(std::string sql);

}  // namespace snowflake

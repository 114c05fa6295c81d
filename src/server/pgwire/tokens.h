// Tokens of SQL as PostgreSQL writes it: what sql/tokenizer.h knows, E'…' with its escapes, and where each
// token ends.
//
// Guarantees: never fails: what is not understood is a token of one character; comments are left out.
// Threads: pure functions.
// Owns: nothing.
// Errors: none.
// Source: PostgreSQL documentation, chapter 4.1
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "sql/tokenizer.h"

namespace leat::server::pgwire {

using sql::TokenKind;

struct Token {
  TokenKind kind;
  std::string text;  ///< names and texts without their quotes
  std::size_t offset, end;
};

std::vector<Token> tokenize(std::string_view sql);

}  // namespace leat::server::pgwire

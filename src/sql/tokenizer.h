// Tokenizer: splits SQL into tokens, enough to know which relations a statement
// reads.
//
// Guarantees: never fails: what it does not understand is a token of one character.
//   Comments are left out; names keep their case without quotes.
// Threads: pure functions.
// Source: SQL:2016 lexical structure, with PostgreSQL's dollar quotes and nested
//   comments; PostgreSQL documentation, chapter 4.1
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace leat::sql {

enum class TokenKind { word, quoted_name, text, number, symbol };

struct Token {
  TokenKind kind;
  std::string text;  ///< names and literals without their quotes
  std::size_t offset, end;
};

enum class Spelling {
  common,    ///< what every warehouse understands
  postgres,  ///< besides, E'…' is a text with escapes, and $1 the two tokens of a parameter, never a quote
};

std::vector<Token> tokenize(std::string_view sql, Spelling spelling = Spelling::common);

struct RelationName {
  std::string schema;  ///< "" where the statement names none
  std::string identifier;
  bool operator==(const RelationName&) const = default;
};

/// The relations after FROM and JOIN, each once, without the statement's own CTEs.
std::vector<RelationName> relations_read(std::string_view sql);

}  // namespace leat::sql

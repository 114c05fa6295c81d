#include "server/pgwire/tokens.h"

#include <algorithm>

namespace leat::server::pgwire {
namespace {

// Where the E'…' that begins at `from` ends; its text goes into `out`.
std::size_t read_escaped(std::string_view sql, std::size_t from, std::string& out) {
  std::size_t at = from + 2;
  for (; at < sql.size(); ++at) {
    char c = sql[at];
    if (c == '\'') {
      if (at + 1 >= sql.size() || sql[at + 1] != '\'') return at + 1;
      ++at;
    } else if (c == '\\' && at + 1 < sql.size()) {
      c = sql[++at];
      constexpr std::string_view kLetters = "nrtbf", kMeant = "\n\r\t\b\f";
      if (std::size_t known = kLetters.find(c); known != std::string_view::npos) c = kMeant[known];
    }
    out.push_back(c);
  }
  return at;
}

bool begins_escaped(std::string_view sql, const sql::Token& token) {
  return token.kind == TokenKind::word && (token.text == "e" || token.text == "E") &&
         sql.substr(token.offset + 1).starts_with('\'');
}

// Where the quoted token that begins at `from` ends.
std::size_t quoted_end(std::string_view sql, std::size_t from) {
  char mark = sql[from];
  if (mark == '$') {
    std::size_t tag = std::min(sql.find('$', from + 1), sql.size() - 1) - from + 1;
    std::size_t close = sql.find(sql.substr(from, tag), from + tag);
    return close == std::string_view::npos ? sql.size() : close + tag;
  }
  for (std::size_t at = from + 1; at < sql.size(); ++at) {
    if (sql[at] != mark) continue;
    if (at + 1 >= sql.size() || sql[at + 1] != mark) return at + 1;
    ++at;
  }
  return sql.size();
}

}  // namespace

std::vector<Token> tokenize(std::string_view sql) {
  std::vector<Token> out;
  std::size_t begin = 0;
  while (begin < sql.size()) {
    // The tokenizer knows no escapes: behind each E'…' it begins anew.
    std::size_t next = sql.size();
    for (sql::Token& token : sql::tokenize(sql.substr(begin))) {
      token.offset += begin;
      if (begins_escaped(sql, token)) {
        std::string text;
        next = read_escaped(sql, token.offset, text);
        out.push_back({TokenKind::text, std::move(text), token.offset, next});
        break;
      }
      bool is_quoted = token.kind == TokenKind::text || token.kind == TokenKind::quoted_name;
      std::size_t end = is_quoted ? quoted_end(sql, token.offset) : token.offset + token.text.size();
      out.push_back({token.kind, std::move(token.text), token.offset, end});
    }
    begin = next;
  }
  return out;
}

}  // namespace leat::server::pgwire

// Commands: what kind of statement a client sent, as far as the endpoint answers it by itself; the rest are
// queries.
//
// Guarantees: whatever is neither a query nor known here is `refused`, so that nothing unknown reaches the
// engine. Threads: pure functions. Owns: nothing. Errors: refusal(State::syntax) for a command that is known
// and not well formed. Source: PostgreSQL documentation, part VI, SQL commands
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sql/tokenizer.h"

namespace leat::server::pgwire {

using sql::Token;
using sql::TokenKind;

enum class CommandKind {
  empty,
  query,
  set,
  show,
  reset,
  begin,
  commit,
  rollback,
  savepoint,  ///< SAVEPOINT, RELEASE and ROLLBACK TO
  discard,
  deallocate,
  prepare,
  execute,
  declare,
  fetch,  ///< FETCH and MOVE
  close,
  copy_out,
  nothing,  ///< LISTEN, UNLISTEN, NOTIFY, CHECKPOINT's kin: taken and passed over
  refused,
};

struct Command {
  CommandKind kind = CommandKind::empty;
  std::string tag;         ///< what CommandComplete says; of a refused one, what it would have done
  std::string name;        ///< of a setting, cursor or prepared statement
  std::string value;       ///< of a setting
  std::string sql;         ///< of the query in it
  std::string explain;     ///< "EXPLAIN" or "EXPLAIN ANALYZE" before the query
  std::int64_t count = 1;  ///< of FETCH; -1: all
  bool is_local = false, holds = false, is_move = false, is_default = false;
  bool is_csv = false, has_header = false;  ///< of COPY
  char delimiter = '\t';
  std::string null_text = "\\N";
};

/// Cuts at the semicolons that stand between statements; what is empty is left out.
std::vector<std::string> split_statements(std::string_view sql);
/// Understands one statement.
Command parse_command(const std::string& sql);

/// Whether a token is that word, in any case; `word` in lower case.
bool is_word(const Token& token, std::string_view word);
bool is_symbol(const Token& token, char c);
/// A text as a literal of SQL.
std::string quoted_text(std::string_view text);
/// A name in double quotes.
std::string quoted_name(std::string_view name);
/// In lower case, ASCII only.
std::string lower(std::string_view text);

}  // namespace leat::server::pgwire

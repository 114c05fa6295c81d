// Rewrite: PostgreSQL's SQL as DuckDB reads it, token by token.
//
// Guarantees: DuckDB sees only what is printed from our tokens, so both agree on what is text, name and
//   comment. Statements that use nothing of PostgreSQL's own come out as they were, but for their
//   comments.
// Threads: pure functions.
// Owns: nothing.
// Errors: refusal(State::syntax) for casts that have no operand; what is not understood is left to DuckDB.
// Source: PostgreSQL documentation, chapters 4 and 8.19
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "server/pgwire/engine.h"

namespace leat::server::pgwire {

struct RewriteOptions {
  std::string database;  ///< the name that clients know
  std::string catalog;   ///< the name that DuckDB knows it by
  std::string main_name =
      "public";  ///< what clients call DuckDB's schema main; "" when there is a schema of that name
  SettingLookup settings;
  /// What parameters are cast to, "" for none.
  std::vector<std::string> parameter_types;
};

/// Where PostgreSQL's catalogue is in DuckDB.
inline constexpr std::string_view kCatalogName = "leat_pg";

std::string rewrite(std::string_view sql, const RewriteOptions& options);

}  // namespace leat::server::pgwire

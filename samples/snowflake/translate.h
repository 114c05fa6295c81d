// Translate: the warehouse's SQL as DuckDB's.
//
// Guarantees: what Leat and its examples write is understood; well-known constructs of other
//   engines, which the warehouse would refuse, are refused here too (FILTER,
//   GENERATE_SERIES, ISODOW, DISTINCT ON), though DuckDB knows them. Everything else goes to
//   DuckDB as it is.
// Threads: pure functions.
// Errors: Refusal.
// Source: docs.snowflake.com, SQL reference
#pragma once
#include <map>
#include <string>

#include "token.h"

namespace snowflake {

enum class Kind { query, change, ddl, begin, commit, rollback, put, copy, stage, drop_stage, use, nothing };

/// What a statement is, by its first words. Refusal for none.
Kind kind_of(const Tokens& tokens);

struct Names {
  std::string database, schema;                  ///< the session's own
  std::map<std::string, std::string> temporary;  ///< "SCHEMA.NAME" -> name in DuckDB's temporary schema
};

/// A name of one to three parts that starts at `at`, which is moved behind it.
struct Chain {
  std::vector<std::string> parts;
  std::string schema(const Names& names) const;
  std::string last() const { return parts.back(); }
  std::string key(const Names& names) const { return schema(names) + "." + last(); }
};
Chain read_chain(const Tokens& tokens, std::size_t& at);

/// One statement as DuckDB's SQL, of several statements at times.
std::string translate(Tokens tokens, const Names& names);

/// Functions that DuckDB lacks, as its macros.
std::string macros();

}  // namespace snowflake

// Mistake: what is wrong with a node's SQL, found before it runs: kind, place, words,
// suggestion.
//
// Guarantees: kind_of() names only what is wrong whatever the data: an engine's objection that
//   depends on rows, files, rights or the network is no mistake.
// Threads: pure functions.
// Owns: its texts.
// Errors: none.
// Source: PostgreSQL 15 documentation, appendix A; DuckDB's exception types
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dbt/node.h"
#include "sql/adapter.h"

namespace leat::dbt {

enum class MistakeKind {
  syntax,
  unknown_column,
  unknown_relation,
  unknown_function,
  ambiguous_name,
  type_clash,
  grouping,
  other
};
std::string_view name(MistakeKind kind);

struct Mistake {
  const Node* node = nullptr;
  MistakeKind kind = MistakeKind::other;
  std::string text;   ///< "Referenced column \"nmae\" not found in FROM clause"
  std::string near;   ///< "name": did you mean …; "" for none
  std::string where;  ///< "models/orders.sql:14:7"
  std::string line;   ///< that line of the file, "" where it is not known
  std::size_t column = 0;
};

/// What an objection of the engine (by its dbt name) is about; nullopt when it is no mistake of the SQL.
std::optional<MistakeKind> kind_of(std::string_view engine, const sql::Objection& objection);
/// The objection in one line.
std::string words_of(const sql::Objection& objection);
/// The nearest name that there is, "" for none.
std::string near_of(const sql::Objection& objection);

}  // namespace leat::dbt

// Literals that can't be what they are compared with: a date column and 'soon'.
//
// Guarantees: named only where the engine would fail on the first row: a comparison in which a constant text
//   is cast to a type that has no such value. Asked of DuckDB alone; PostgreSQL refuses such statements
//   itself.
// Threads: one at a time, with the bench.
// Owns: nothing.
// Errors: those of the session.
#pragma once
#include <optional>
#include <string>

#include "dbt/check/bench.h"

namespace leat::dbt {

/// The first such literal of a query that the bench has bound, as an objection; nullopt for none.
std::optional<sql::Objection> impossible_literal(Bench& bench, const std::string& sql);

}  // namespace leat::dbt

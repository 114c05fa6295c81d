// Types: which column of a batch holds a column of PostgreSQL, and in which form its values come.
//
// Guarantees: every type has a place; README.md prints the table. Domains are read as what they stand on.
// Threads: pure functions.
// Errors: none throw.
// Source: pg_type.dat of PostgreSQL 15 for the numbers; they never change.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "batch/type.h"

namespace leat::sources::postgres {

/// How values of a type arrive; from plain_text on they are sent as text, also in a binary COPY.
enum class Form : std::uint8_t {
  boolean,
  int16,
  int32,
  int64,
  float32,
  float64,
  oid,
  decimal,
  number_text,
  text,
  jsonb,
  bytes,
  uuid,
  date,
  time,
  timestamp,
  geometry,
  plain_text,
  array,
  hstore,
  money,
};
constexpr bool is_binary(Form form) {
  return form < Form::plain_text;
}

/// A type as the catalog tells it, after its domains.
struct PgType {
  std::uint32_t oid = 0;
  std::int32_t modifier = -1;  ///< precision and scale of numeric
  std::string name;            ///< as in pg_type
  char kind = 'b';             ///< typtype: base, composite, domain, enum, pseudo, range, multirange
  char element_category = 0;   ///< typcategory of an array's elements, 0 for no array
};

/// A column of a table.
struct PgColumn {
  std::string name;
  PgType type;
  std::uint32_t declared = 0;  ///< its type as the table declares it, maybe a domain
  std::int32_t declared_modifier = -1;
  int number = 0;  ///< attnum
  bool nullable = true;
  bool is_key = false;             ///< of the primary key or replica identity
  char generated = 0;              ///< attgenerated: s(tored), v(irtual), 0 for an ordinary one
  bool fills = false;              ///< has a default that older rows took when it was added
  std::vector<std::string> words;  ///< of an enum, in the order in which they were made
};

/// Where a column's values go.
struct ColumnPlan {
  std::string name;
  batch::Type type;
  Form form = Form::plain_text;
  bool elements_are_bare = false;  ///< of an array: numbers and booleans, not quoted in JSON
  bool elements_are_boolean = false;
  bool elements_are_json = false;
  bool nullable = true;
};

/// How numeric without a precision (or with one beyond 38) is stored.
enum class Numerics { text, float64 };

ColumnPlan plan_column(const PgColumn& column, Numerics numerics);

}  // namespace leat::sources::postgres

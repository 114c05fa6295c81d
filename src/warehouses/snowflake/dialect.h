// SnowDialect: how Snowflake writes names, literals and types.
//
// Guarantees: names fold as Snowflake folds names without quotes: a name of letters, digits, _
//   and $ that starts with no digit is written in upper case, whatever its case here, so that
//   `crimes` of leat.yml and of a model is CRIMES in the catalog and needs no quotes in
//   anybody's SQL. Every other name is kept as it is, in quotes. The way back (unfolded) gives
//   lower case. A name that somebody made in quotes and lower case can't be reached. Whole
//   numbers are NUMBER(5,0), (10,0) and (19,0), so that their width is known when they are read
//   back.
// Threads: stateless.
// Source: docs.snowflake.com, identifier requirements; string constants; data types
#pragma once
#include "sql/relation.h"

namespace leat::warehouses::snowflake {

class SnowDialect : public sql::Dialect {
 public:
  std::string_view name() const override { return "snowflake"; }
  std::string quote(std::string_view identifier) const override;
  std::string literal(std::string_view text) const override;
  std::string type_name(batch::Type type) const override;
  std::optional<batch::Type> parse_type(std::string_view native) const override;
};

/// The one instance.
const SnowDialect& snow_dialect();

/// A name as the catalog has it: upper case where it would need no quotes.
std::string folded(std::string_view identifier);
/// A catalog's name as Leat has it: lower case where it would need no quotes.
std::string unfolded(std::string_view identifier);

}  // namespace leat::warehouses::snowflake

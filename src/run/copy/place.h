// Place: one end of a copy, as a URI or a path says it.
//
// Guarantees: passwords of a URI are registered as secrets; `shown` is without them.
// Threads: a value.
// Errors: Error(cli_usage) for what is no place.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "document/value.h"

namespace leat::run {

struct Place {
  std::string kind;          ///< of a source or warehouse: "duckdb", "postgres", "snowflake"; or "files"
  document::Value settings;  ///< as leat.yml would hold them
  std::string schema;        ///< of ?schema=, or of a table's name; "" where none is named
  std::vector<std::string> tables;  ///< of ?table=, as "schema.table" or "table"
  std::string shown;
  bool is_database() const { return kind != "files"; }
};

/// Reads postgres://, duckdb:// (or a path that ends with .duckdb or .db), snowflake://, s3://, https://,
/// file:// or a path; "-" is the standard output.
Place read_place(std::string_view text);

}  // namespace leat::run

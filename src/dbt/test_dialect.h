// TestDialect: a dialect for tests of this room, which knows no warehouse.
//
// Guarantees: names are quoted as in standard SQL; it calls itself duckdb, so that a project's targets fit.
// Threads: any.
// Owns: nothing.
// Errors: none.
#pragma once
#include "dbt/project.h"

namespace leat::dbt {

class TestDialect final : public sql::Dialect {
 public:
  std::string_view name() const override { return "duckdb"; }
  std::string type_name(batch::Type) const override { return "varchar"; }
  std::optional<batch::Type> parse_type(std::string_view) const override { return std::nullopt; }
};

/// Options of a project of a folder, for the target dev with the schema main.
inline ProjectOptions options_of(const std::string& folder) {
  static const TestDialect dialect;
  ProjectOptions options;
  options.folder = folder;
  options.dialect = &dialect;
  options.target = {"dev", "duckdb", "shop", "main", "", 1, {}};
  options.invocation_id = "test";
  return options;
}

}  // namespace leat::dbt

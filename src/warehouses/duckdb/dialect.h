// DuckDialect: how DuckDB writes names, literals and types.
//
// Guarantees: stateless.
// Threads: any.
// Source: https://duckdb.org/docs/stable/sql/data_types/overview
#pragma once
#include "sql/relation.h"

namespace leat::warehouses::duckdb {

class DuckDialect : public sql::Dialect {
 public:
  std::string_view name() const override { return "duckdb"; }
  std::string type_name(batch::Type type) const override;
  std::optional<batch::Type> parse_type(std::string_view native) const override;
};

/// The one instance.
const DuckDialect& duck_dialect();

}  // namespace leat::warehouses::duckdb

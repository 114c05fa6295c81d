// PgDialect: how PostgreSQL writes names, literals and types.
//
// Guarantees: stateless.
// Threads: any.
// Source: PostgreSQL 15 documentation, chapter 8
#pragma once
#include "sql/relation.h"

namespace leat::warehouses::postgres {

class PgDialect : public sql::Dialect {
 public:
  /// Names are kept as they are quoted.
  bool same_name(std::string_view a, std::string_view b) const override { return a == b; }
  std::string_view name() const override { return "postgres"; }
  std::string literal(std::string_view text) const override;
  std::string type_name(batch::Type type) const override;
  std::optional<batch::Type> parse_type(std::string_view native) const override;
  std::size_t identifier_bytes_max() const override { return 63; }
};

/// The one instance.
const PgDialect& pg_dialect();

}  // namespace leat::warehouses::postgres

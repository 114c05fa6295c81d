// Relation: the name of a table or view in a SQL engine. Dialect: how that engine writes names, literals and
// types.
//
// Guarantees: quoting is always correct for its engine, whatever characters a name holds.
// Threads: immutable values; a Dialect is stateless and may be shared.
// Errors: nothing throws but Dialect::parse_type's callers decide on nullopt.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "batch/type.h"

namespace leat::sql {

enum class RelationKind { table, view, materialized_view, external };

struct Relation {
  std::string database;  ///< "" for the session's own
  std::string schema;
  std::string identifier;
  RelationKind kind = RelationKind::table;
  bool operator==(const Relation&) const = default;
};

/// True when both are the same but for the case of ASCII letters.
bool same_but_case(std::string_view a, std::string_view b);

class Dialect {
 public:
  virtual ~Dialect() = default;
  /// "duckdb", "postgres", "snowflake": dbt's adapter names.
  virtual std::string_view name() const = 0;
  /// Quotes an identifier: "a""b".
  virtual std::string quote(std::string_view identifier) const;
  /// True when the engine takes both for one name: most ignore or fold case.
  virtual bool same_name(std::string_view a, std::string_view b) const { return same_but_case(a, b); }
  /// Quotes a text literal: 'it''s'.
  virtual std::string literal(std::string_view text) const;
  /// "schema"."identifier", with the database in front where there is one.
  virtual std::string render(const Relation& relation) const;
  /// The engine's name of a type, as used in CREATE TABLE.
  virtual std::string type_name(batch::Type type) const = 0;
  /// The type of an engine's type name ("VARCHAR", "numeric(10,2)"); nullopt where Leat has none.
  virtual std::optional<batch::Type> parse_type(std::string_view native) const = 0;
  /// The longest identifier in bytes.
  virtual std::size_t identifier_bytes_max() const { return 255; }
};

}  // namespace leat::sql

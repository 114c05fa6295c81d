// Clones: relations that are those of another place.
// Source: https://docs.getdbt.com/reference/commands/clone
#include <fmt/core.h>

#include "dbt/build.h"
#include "dbt/renderer.h"

namespace leat::dbt {

NodeResult NodeBuilder::clone(const Node& node, const sql::Relation& from, sql::Adapter& adapter) const {
  NodeResult result;
  result.started = result.compiled_at = env_.now();
  const sql::Dialect& dialect = adapter.dialect();
  std::string own = dialect.render(node.relation), other = dialect.render(from);
  auto done = [&](const char* message) {
    result.finished = env_.now();
    result.message = message;
    return result;
  };
  if (own == other) return done("No-op");
  adapter.create_schema(node.relation.schema);
  if (std::optional<sql::Relation> held = adapter.find_relation(node.relation)) {
    if (!project_.options().full_refresh) return done("No-op");
    adapter.drop(*held);
  }
  bool copies = dialect.name() == "snowflake" && from.kind == sql::RelationKind::table;
  adapter.execute(copies ? fmt::format("create table {} clone {}", own, other)
                         : fmt::format("create view {} as select * from {}", own, other));
  return done(copies ? "CREATE TABLE" : "CREATE VIEW");
}

}  // namespace leat::dbt

#include "sql/adapter.h"

#include <cctype>

#include <algorithm>

#include "base/error.h"

namespace leat::sql {

std::optional<Objection> Adapter::try_execute(const std::string& sql) {
  try {
    execute(sql);
    return std::nullopt;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::warehouse_sql) throw;
    Objection objection;
    objection.text = error.what_failed();
    return objection;
  }
}

namespace {

bool same_folded(const std::string& a, const std::string& b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

}  // namespace

// DuckDB ignores case and Snowflake folds it; PostgreSQL keeps names as they are quoted.
std::optional<Relation> Adapter::find_relation(const Relation& wanted) {
  bool folds = dialect().name() != "postgres";
  for (Relation& each : list_relations(wanted.schema)) {
    if (each.identifier != wanted.identifier && !(folds && same_folded(each.identifier, wanted.identifier)))
      continue;
    each.database = wanted.database;
    return std::move(each);
  }
  return std::nullopt;
}

}  // namespace leat::sql

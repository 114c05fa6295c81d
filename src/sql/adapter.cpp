#include "sql/adapter.h"

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

bool Adapter::insert_texts(const std::string&, const std::vector<std::string>&, const batch::RecordBatch&) {
  return false;
}

std::optional<Relation> Adapter::find_relation(const Relation& wanted) {
  for (Relation& each : list_relations(wanted.schema)) {
    if (!dialect().same_name(each.identifier, wanted.identifier)) continue;
    each.database = wanted.database;
    return std::move(each);
  }
  return std::nullopt;
}

}  // namespace leat::sql

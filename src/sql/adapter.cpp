#include "sql/adapter.h"

#include <fmt/core.h>

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

void Adapter::commit(const Record& record) {
  std::string before = record.before.empty() ? "" : record.before + "; ", values;
  if (record.values.empty()) {
    execute(before + "commit");
    return;
  }
  for (const std::string& value : record.values)
    values += (values.empty() ? "" : ", ") + dialect().literal(value);
  execute(
      fmt::format("{}insert into {} values ({}); commit", before, dialect().render(record.table), values));
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

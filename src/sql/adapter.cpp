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

}  // namespace leat::sql

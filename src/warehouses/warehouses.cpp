// The list of warehouses: one line each.
#include <fmt/core.h>

#include "base/error.h"
#include "warehouses/duckdb/duckdb.h"
#include "warehouses/postgres/postgres.h"
#include "warehouses/snowflake/snowflake.h"
#include "warehouses/warehouse.h"

namespace leat::warehouses {

const std::vector<const WarehouseKind*>& warehouse_kinds() {
  static const std::vector<const WarehouseKind*> kinds = {&kDuckDb, &kPostgres, &kSnowflake};
  return kinds;
}

const WarehouseKind& find_warehouse_kind(std::string_view name, std::string_view where) {
  std::string all;
  for (const WarehouseKind* kind : warehouse_kinds()) {
    if (kind->name == name) return *kind;
    all += (all.empty() ? "" : ", ") + std::string(kind->name);
  }
  throw Error(ErrorCode::warehouse_unknown,
              fmt::format("There is no warehouse of type `{}`; there are: {}", name, all),
              std::string(where));
}

}  // namespace leat::warehouses

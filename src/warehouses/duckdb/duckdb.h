// DuckDB as a warehouse: embedded, one file, the default.
//
// Guarantees: see warehouses/warehouse.h.
#pragma once
#include "warehouses/warehouse.h"

namespace leat::warehouses {

extern const WarehouseKind kDuckDb;

}  // namespace leat::warehouses

// PostgreSQL as a warehouse.
//
// Guarantees: see warehouses/warehouse.h.
#pragma once
#include "warehouses/warehouse.h"

namespace leat::warehouses {

extern const WarehouseKind kPostgres;

}  // namespace leat::warehouses

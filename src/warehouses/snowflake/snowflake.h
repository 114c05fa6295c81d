// Snowflake as a warehouse.
//
// Guarantees: see warehouses/warehouse.h. Nothing is asked of Snowflake before the first statement.
#pragma once
#include "warehouses/warehouse.h"

namespace leat::warehouses {

extern const WarehouseKind kSnowflake;

}  // namespace leat::warehouses

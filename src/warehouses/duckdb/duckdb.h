// DuckDB as a warehouse: embedded, one file, the default.
//
// Guarantees: see warehouses/warehouse.h.
#pragma once
#include "duck/client.h"
#include "warehouses/warehouse.h"

namespace leat::warehouses {

extern const WarehouseKind kDuckDb;

/// How a target of type duckdb opens its file: whoever opens it so shares this process' instance.
duck::Settings duckdb_settings(const document::Settings& settings);

}  // namespace leat::warehouses

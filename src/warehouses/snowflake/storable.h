// Storable: values that Snowflake has no place for.
//
// Guarantees: whatever is not found here is taken by COPY into the column types of dialect.h.
// Threads: any.
// Source: docs.snowflake.com, data types: limits of VARCHAR, BINARY, VARIANT and of dates
#pragma once
#include <vector>

#include "stream/destination.h"

namespace leat::warehouses::snowflake {

std::vector<stream::Misfit> find_unstorable(const batch::RecordBatch& batch);

}  // namespace leat::warehouses::snowflake

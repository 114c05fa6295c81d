// Storable: values that PostgreSQL has no place for.
//
// Guarantees: whatever is not found here is taken by COPY: text without NUL, jsonb without \\u0000 and
//   without halves of surrogate pairs.
// Threads: any.
// Source: PostgreSQL 15 documentation, 8.3 (character types) and 8.14 (JSON types)
#pragma once
#include <vector>

#include "stream/destination.h"

namespace leat::warehouses::postgres {

std::vector<stream::Misfit> find_unstorable(const batch::RecordBatch& batch);

}  // namespace leat::warehouses::postgres

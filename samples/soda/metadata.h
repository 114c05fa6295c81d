// Metadata: what /api/views says of a data set.
//
// Guarantees: `columns` in table order without system fields; times in epoch seconds.
// Threads: under the table's shared lock.
// Errors: none.
// Source: /api/views/{4x4}.json and /api/views/metadata/v1/{4x4} of the cities.
#pragma once
#include <string>

#include "table.h"

namespace soda {

std::string view_json(const Table& table);
std::string metadata_json(const Table& table);

}  // namespace soda

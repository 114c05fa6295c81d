// Generated data sets of San Francisco's open data, the same for the same seed, for projects that read them.
//
// Guarantees: shapes and spellings of 2zdj-bwza (calls), 92ue-2pfu (call types), j2bu-swwd (neighborhoods),
//   cqbw-m5m3 (supervisor districts) and wr8u-xric (fire incidents). One of nine fire incidents has no point;
//   one of fifteen calls no arrival; one of five hundred incidents is an exposure of another. Addresses,
//   people and outlines are invented.
// Threads: any.
// Errors: none.
// Source: data.sfgov.org, the data sets' columns.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "table.h"

namespace soda {

std::shared_ptr<Table> generate_calls(const std::string& id, std::size_t rows, std::uint64_t seed);
std::shared_ptr<Table> generate_call_types(const std::string& id);
std::shared_ptr<Table> generate_neighborhoods(const std::string& id);
std::shared_ptr<Table> generate_supervisor_districts(const std::string& id);
std::shared_ptr<Table> generate_fires(const std::string& id, std::size_t rows, std::uint64_t seed);

}  // namespace soda

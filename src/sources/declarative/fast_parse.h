// Fast readers of numbers and instants in the forms that APIs send; all else goes to the general readers.
//
// Guarantees: the same result as the general readers, bit for bit.
// Threads: any; a DateCache belongs to one column.
// Owns: nothing.
// Errors: false for what is no such value.
// Source: Clinger, How to Read Floating Point Numbers Accurately (1990): the exact case.
#pragma once
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/time.h"

namespace leat::sources::declarative {

/// "-12"; also "12.0" and "1e3", as long as nothing is lost.
bool parse_int64(std::string_view text, std::int64_t& out);
/// "41.96671217", "1e-3"; no "nan", no "inf", no overflow.
bool parse_float64(std::string_view text, double& out);

/// The day that was read last: rows that follow each other mostly share it.
struct DateCache {
  std::uint64_t text = 0;  ///< "2023-11-" as eight bytes
  std::uint16_t day = 0;   ///< "06" as two bytes
  std::int64_t micros = 0;
};

/// Reads an instant; has_zone tells whether it named one (then `micros` is UTC).
bool parse_instant(std::string_view text, DateCache& cache, std::int64_t& micros, bool& has_zone);

}  // namespace leat::sources::declarative

// Fast readers of numbers and instants in the forms that APIs send; all else goes to the general readers.
//
// Guarantees: the same result as the general readers, bit for bit.
// Threads: any.
// Owns: nothing.
// Errors: false for what is no such value.
// Source: Clinger, How to Read Floating Point Numbers Accurately (1990): the exact case.
#pragma once
#include <cstdint>
#include <string_view>

#include "base/time.h"

namespace leat::sources::declarative {

/// "-12"; also "12.0" and "1e3", as long as nothing is lost.
bool parse_int64(std::string_view text, std::int64_t& out);
/// "41.96671217", "1e-3"; no "nan", no "inf", no overflow.
bool parse_float64(std::string_view text, double& out);

/// The same for text with 32 readable bytes from its beginning on, as on a page: without a loop over digits.
bool parse_float64_padded(std::string_view text, double& out);

/// Reads an instant; has_zone tells whether it named one (then `micros` is UTC).
bool parse_instant(std::string_view text, std::int64_t& micros, bool& has_zone);

}  // namespace leat::sources::declarative

// Decimals as scaled 128-bit integers: parsing and printing.
//
// Guarantees: exact; no rounding, no floating point.
// Threads: any.
// Errors: parse returns nullopt when the text is no decimal number or does not fit precision and scale
//   exactly.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace leat::batch {

__extension__ using Int128 = __int128;

/// "-12.50" with scale 3 gives -12500. Exponents ("1e3") are read as well.
std::optional<Int128> parse_decimal(std::string_view text, int precision, int scale);
/// -12500 with scale 3 gives "-12.500".
std::string format_decimal(Int128 value, int scale);

}  // namespace leat::batch

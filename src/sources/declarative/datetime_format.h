// Datetime formats of connectors: Python's strptime and strftime directives, and Airbyte's own: %s,
// %s_as_float, %ms, %_ms, %epoch_microseconds.
//
// Guarantees: instants without a zone are UTC; printing is in UTC.
// Threads: any.
// Errors: nullopt where text and format do not fit.
// Source: Python 3.11 library reference, strftime and strptime behaviour; Airbyte CDK DatetimeParser.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace leat::sources::declarative {

/// Reads `text` by `format`.
std::optional<Timestamp> parse_datetime(std::string_view text, std::string_view format);
/// Prints an instant by `format`.
std::string format_datetime(Timestamp time, std::string_view format);

}  // namespace leat::sources::declarative

// Dates as some APIs write them, made ISO 8601: what several Python classes of connectors do to records.
//
// Guarantees: a text that is no date stays as it is.
// Threads: pure functions; what is given is changed in place.
// Errors: none.
// Source: observed behaviour of those classes; RFC 5322 3.3; .NET's JSON dates.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "jinja/value.h"

namespace leat::sources::declarative {

/// "/Date(1419937200000+0100)/" in members of objects at any depth becomes "2014-12-30T12:00:00+00:00", the
/// zone's hours added to the instant.
jinja::Value with_net_dates(jinja::Value value);
/// "Fri, 11 Dec 2020 04:28:40 +0000" as "2020-12-11T04:28:40+00:00", with the zone that it has.
std::optional<std::string> iso_of_mail_date(std::string_view text);
/// A date and time as Python's isoformat() prints it; UTC where no zone is told.
std::optional<std::string> python_isoformat(std::string_view text);
/// Whether all digits of a date are zero: "0000-00-00 00:00:00".
bool is_zero_date(std::string_view text);

}  // namespace leat::sources::declarative

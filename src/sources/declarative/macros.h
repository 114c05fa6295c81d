// The macros and filters that Airbyte's templates have beside Jinja's own.
//
// Guarantees: dates are UTC and come from the Env's clock.
// Threads: the functions may be called from any.
// Errors: Error(jinja_type) for arguments that do not fit.
// Source: behaviour of the Airbyte CDK's interpolation macros and filters.
#pragma once
#include <string_view>
#include <utility>
#include <vector>

#include "base/env.h"
#include "jinja/object.h"

namespace leat::sources::declarative {

using NamedFunction = std::pair<std::string_view, jinja::Function>;

/// now_utc, today_utc, timestamp, str_to_datetime, max, min, day_delta, duration, format_datetime …
std::vector<NamedFunction> connector_macros(Env& env);
/// string, hash, hmac, base64encode, base64decode, regex_search, regex_replace.
std::vector<NamedFunction> connector_filters();

}  // namespace leat::sources::declarative

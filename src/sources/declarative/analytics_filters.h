// Filters of reports as Google Analytics' Data API takes them, out of the form in which configs hold them.
//
// Guarantees: what has no filter stays as it is.
// Threads: pure function.
// Errors: none.
// Source: Google Analytics Data API v1beta, FilterExpression.
#pragma once
#include "jinja/value.h"

namespace leat::sources::declarative {

/// Rewrites `dimensionFilter` of every report in `custom_reports_array`.
void rewrite_dimension_filters(jinja::Value& config);

}  // namespace leat::sources::declarative

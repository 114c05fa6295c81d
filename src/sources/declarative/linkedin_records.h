// LinkedIn Ads' records, made flat where they are nested: stamps, date ranges, targeting, variables, pivots.
//
// Guarantees: a member that a record does not have is passed over.
// Threads: pure function.
// Errors: none.
// Source: LinkedIn Marketing API, ad accounts, campaigns, creatives and ad analytics.
#pragma once
#include <vector>

#include "jinja/value.h"

namespace leat::sources::declarative {

/// The records of an answer: what its `elements` become.
std::vector<jinja::Value> linkedin_records(const jinja::Value& body);

}  // namespace leat::sources::declarative

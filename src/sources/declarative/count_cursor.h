// IncrementingCountCursor: a cursor over a number that only grows.
//
// Guarantees: one window: from the greatest number seen to the end.
// Threads: immutable.
// Errors: Error(config_invalid); Error(state_invalid) for a state that is no number.
// Source: behaviour of the Airbyte CDK's IncrementingCountCursor.
#pragma once
#include "sources/declarative/cursors.h"

namespace leat::sources::declarative {

std::unique_ptr<Cursor> make_count_cursor(const Value& component, const Workshop& workshop);

}  // namespace leat::sources::declarative

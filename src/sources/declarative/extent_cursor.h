// leat.ExtentDatetimeCursor: a DatetimeBasedCursor whose first and last instant come from the API itself.
//
// Guarantees: the extent is asked for once and kept in the state, so that a walk that broke off goes on with
//   the same windows. Both ends are inclusive. No rows: no windows.
// Threads: immutable.
// Errors: Error(config_invalid); Error(source_invalid_response) for an extent that can't be read.
#pragma once
#include "sources/declarative/cursors.h"

namespace leat::sources::declarative {

std::unique_ptr<Cursor> make_extent_cursor(const Value& component, const Workshop& workshop);

}  // namespace leat::sources::declarative

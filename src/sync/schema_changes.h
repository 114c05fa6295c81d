// Schema changes: how what a stream brings differs from what its load before brought.
//
// Guarantees: a column that went while one of its type came is told as a rename, not as two changes.
// Threads: any.
// Errors: none.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "base/env.h"
#include "batch/record_batch.h"
#include "sync/gate.h"

namespace leat::sync {

/// The changes from the columns `before` to the columns `now`; none where one of them is empty.
std::vector<SchemaChange> changes_between(const std::vector<batch::Column>& before,
                                          const std::vector<batch::Column>& now);

/// Tells each as the event schema_changed.
void tell_changes(Env& env, const std::string& connection, const std::string& stream,
                  std::span<const SchemaChange> changes);

}  // namespace leat::sync

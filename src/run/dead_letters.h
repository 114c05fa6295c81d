// Dead letters of a project: the records that were rejected, with their reasons; and loading those that fit
// by now.
//
// Guarantees: a retry holds the project's lock; letters whose rows are loaded go in the same transaction.
// Threads: blocks its caller.
// Errors: those of the warehouse; Error(run_busy) while a run is under way.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "run/project_file.h"

namespace leat::run {

struct LetterFilter {
  std::string connection, stream;  ///< "" for any
  int limit = 50, offset = 0;
};

struct KeptLetter {
  std::string rejected_at, connection, stream, field, reason, record;
  std::string id;  ///< "" for one that an earlier release kept: it can't be retried
};
/// How many there are for a reason.
struct LetterGroup {
  std::string connection, stream, field, reason, newest_at;
  std::int64_t count = 0;
};

/// The letters, newest first; none where there is no such table yet.
std::vector<KeptLetter> dead_letters(warehouses::Warehouse& warehouse, const LetterFilter& filter);
/// The same counted by their reasons, the most frequent first.
std::vector<LetterGroup> dead_letter_groups(warehouses::Warehouse& warehouse, const LetterFilter& filter);

struct StreamRetry {
  std::string connection, stream;
  std::int64_t loaded = 0, rejected = 0;
  std::vector<std::string> reasons;  ///< of those rejected again
};
/// Loads what fits by now of the oldest letters.
std::vector<StreamRetry> retry_dead_letters(const ProjectFile& project, const std::string& target,
                                            const LetterFilter& filter, Env& env);

}  // namespace leat::run

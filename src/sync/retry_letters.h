// Retry of dead letters: decodes records that were rejected once more and loads those that fit now.
//
// Guarantees: rows and the end of their letters commit together; a letter that is rejected again stays as it
//   is.
// Threads: blocks its caller.
// Errors: as Load's; Error(cli_usage) where the source can't decode records.
#pragma once
#include <string>
#include <vector>

#include "stream/source.h"
#include "sync/sync.h"

namespace leat::sync {

struct Letter {
  std::string id, record;
};
struct RetryResult {
  std::int64_t loaded = 0, rejected = 0;
  std::vector<std::string> reasons;  ///< of those rejected again, in their order
};

/// Loads what fits of `letters`, which are all of one stream.
RetryResult retry_letters(const Connection& connection, const StreamPlan& plan, stream::Source& source,
                          stream::Destination& destination, const std::vector<Letter>& letters, Env& env,
                          const std::string& run_id);

}  // namespace leat::sync

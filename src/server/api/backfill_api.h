// BackfillApi: partitions with their states, and backfills: below /api/leat/v1/partitions and /backfills.
//
// Guarantees: every path stands in the OpenAPI document.
// Threads: any.
// Owns: nothing.
// Errors: what a call did wrong is in the reply.
#pragma once
#include <optional>

#include "server/api/call.h"
#include "server/api/control.h"

namespace leat::server {

class BackfillApi {
 public:
  explicit BackfillApi(const Control& control) : control_(control) {}
  /// The answer to a call; nullopt where its path is not one of these.
  std::optional<Reply> answer(const Call& call);

 private:
  Reply answer_known(const Call& call, const std::string& path);
  Reply sets();
  Reply grid(const Call& call, const std::string& name);
  Reply list(const Call& call);
  Reply add(const Call& call);
  Reply one(const Call& call, const std::string& rest);

  Control control_;
};

}  // namespace leat::server

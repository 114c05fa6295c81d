// RunApi: runs, whoever began them: their list, one with its steps, its log, the same as it comes.
//
// Guarantees: a run's steps are those that are done and those that are being done.
// Threads: any.
// Owns: its handle of the history.
// Errors: what a call did wrong is in the reply.
// Source: the HTML standard, section 9.2 (server-sent events)
#pragma once
#include <atomic>
#include <mutex>
#include <optional>

#include "run/store/store.h"
#include "server/api/call.h"
#include "server/api/control.h"

namespace leat::server {

class RunApi {
 public:
  explicit RunApi(const Control& control);
  /// The answer to GET of a path below /api/leat/v1; nullopt where it is not one of these.
  std::optional<Reply> answer(const Call& call, const std::string& path);

 private:
  Reply runs(const Call& call);
  Reply run(const std::string& id);
  Reply log(const Call& call, const std::string& id);
  Reply follow(const std::string& id, std::int64_t after);
  bool is_over(const std::string& id);

  Control control_;
  std::mutex mutex_;  // guards store_
  run::Store store_;
  std::atomic<int> followers_ = 0;
};

}  // namespace leat::server

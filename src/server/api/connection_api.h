// ConnectionApi: connections with their streams' loads, lag, states and schema changes; dead letters and
// their retry.
//
// Guarantees: the list reads the history only; one connection and dead letters ask the warehouse.
// Threads: any.
// Owns: its handle of the history.
// Errors: what a call did wrong is in the reply; 409 where a run or another process keeps the warehouse.
#pragma once
#include <mutex>
#include <optional>

#include "run/store/store.h"
#include "server/api/call.h"
#include "server/api/control.h"

namespace leat::server {

class ConnectionApi {
 public:
  explicit ConnectionApi(const Control& control);
  /// The answer to a path below /api/leat/v1; nullopt where it is not one of these.
  std::optional<Reply> answer(const Call& call, const std::string& path);

 private:
  Reply connections();
  Reply connection(const std::string& name);
  Reply dead_letters(const Call& call);
  Reply retry(const Call& call);

  Control control_;
  std::mutex mutex_;  // guards store_
  run::Store store_;
};

}  // namespace leat::server

// OwnApi: Leat's own calls, below /api/leat/v1: jobs, their steps and live logs, schedules and ticks,
// assets.
//
// Guarantees: every path stands in the OpenAPI document at /api/leat/v1/openapi.json; /metrics is
//   OpenMetrics, /health answers without credentials.
// Threads: any.
// Owns: its handle of the history.
// Errors: what a call did wrong is in the reply.
// Source: OpenAPI 3.1; OpenMetrics 1.0; the HTML standard, section 9.2 (server-sent events)
#pragma once
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>

#include "run/store/store.h"
#include "server/api/asset_api.h"
#include "server/api/call.h"
#include "server/api/connection_api.h"
#include "server/api/control.h"
#include "server/api/run_api.h"
#include "server/api/sql_api.h"

namespace leat::server {

class OwnApi {
 public:
  explicit OwnApi(const Control& control);
  /// The answer to a call; nullopt where its path is not one of these.
  std::optional<Reply> answer(const Call& call);

 private:
  Reply answer_known(const Call& call, const std::string& path);
  Reply jobs(const Call& call);
  Reply add_job(const Call& call);
  Reply job(const Call& call, const std::string& rest);
  Reply follow(std::int64_t id);
  Reply schedules(const Call& call, const std::string& rest);
  Reply ticks(const Call& call);
  Reply project();
  Reply rerun(const Call& call, const run::Job& job);
  Reply metrics();
  std::vector<run::EventRow> events(const std::string& run_id, std::int64_t after, int count);

  Control control_;
  std::mutex mutex_;  // guards store_
  run::Store store_;
  std::atomic<int> followers_ = 0;
  AssetApi assets_;
  RunApi runs_;
  ConnectionApi connections_;
  SqlApi sql_;
  const Timestamp started_;
};

}  // namespace leat::server

// WatchApi: freshness, sensors and their webhooks, alerts, routes and silences, below
// /api/leat/v1.
//
// Guarantees: every path stands in the OpenAPI document. A webhook shows its sensor's secret
//   instead of credentials; calls of one Idempotency-Key make one job.
// Threads: any.
// Owns: nothing; the watch has to outlive it.
// Errors: what a call did wrong is in the reply.
#pragma once
#include <mutex>
#include <optional>

#include "run/watch/watch.h"
#include "server/api/call.h"
#include "server/api/control.h"

namespace leat::server {

class WatchApi {
 public:
  WatchApi(const Control& control, run::Watch& watch) : control_(control), watch_(watch) {}
  /// The answer to a call; nullopt where its path is not one of these.
  std::optional<Reply> answer(const Call& call);

 private:
  std::optional<Reply> answer_known(const Call& call, const std::string& path);
  Reply hook(const Call& call, const std::string& name);
  Reply freshness();
  Reply sensors();
  Reply run_sensor(const std::string& name);
  Reply alerts(const Call& call);
  Reply alert(const std::string& path);
  Reply routes();
  Reply silence(const Call& call);
  document::Value alert_value(const leat::alerts::Alert& alert);

  Control control_;
  run::Watch& watch_;
  std::mutex hooks_mutex_;  // one webhook at a time: its key is looked up and kept
};

/// What /metrics tells of the watch, as OpenMetrics without its end.
std::string watch_metrics(run::Watch& watch);

}  // namespace leat::server

// Route: an entry of `alerts.routes` in leat.yml: which alerts go where, and how many at once.
//
// Guarantees: variables are filled in and secrets registered when it is read.
// Threads: values.
// Errors: Error(alert_invalid), Error(config_invalid), Error(config_env_missing), with file:line:column.
#pragma once
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "alerts/alert.h"
#include "base/env.h"
#include "base/spec.h"
#include "document/settings.h"

namespace leat::alerts {

struct Route {
  std::string name, type;                 ///< type: email, slack, teams, webhook, pagerduty
  std::vector<Kind> kinds;                ///< empty: all
  std::vector<std::string> subjects;      ///< with * and ?; empty: all
  Severity severity = Severity::warning;  ///< at least
  bool tells_recovery = true;
  std::chrono::milliseconds group{0};  ///< what comes within this time goes in one message
  document::Settings settings;

  bool takes(const Alert& alert) const;
};

extern const Spec kRouteSpec;

/// Reads the mapping under `alerts.routes`.
std::vector<Route> read_routes(const document::Value& routes, const Env& env);

}  // namespace leat::alerts

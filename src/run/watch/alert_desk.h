// AlertDesk: opens and ends alerts, and sees to it that routes are told: grouped, but for what is
// silenced, and again after a failure.
//
// Guarantees: what is opened is told to each of its routes at least once, whatever dies when;
//   PagerDuty counts it once. An alert that is silenced when its turn comes is not told; its end is
//   told only where its beginning was. A route that refuses is tried again after a wait that grows,
//   for a day.
// Threads: raise() and recover() from any; deliver() by one thread at a time.
// Owns: the book's handle and its channels.
// Errors: Error(run_store), Error(alert_unknown); what a route refuses is in its delivery, and told as
//   an event.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "alerts/channel.h"
#include "run/store/alert_book.h"

namespace leat::run {

/// `alerts:` of leat.yml.
struct AlertSettings {
  std::vector<alerts::Route> routes;
  std::chrono::milliseconds lag{0};  ///< replication further behind than this is an alert; 0: none
  bool watches_rows = true;
  double rows_factor = 4;  ///< how many usual deviations from the median are unusual
  std::string console;     ///< its address for readers of messages
};
AlertSettings read_alert_settings(const document::Value& mapping, const Env& env);
extern const Spec kAlertsSpec;

class AlertDesk {
 public:
  AlertDesk(const std::string& folder, std::string project, AlertSettings settings, Env& env);

  /// Opens an alert or counts it once more; texts are redacted here. `only`: names or types of routes, where
  /// whoever raises it asks for some; empty: all that take it.
  void raise(alerts::Alert alert, const std::vector<std::string>& only = {});
  void recover(alerts::Kind kind, const std::string& subject);
  /// Sends what is due; returns when more will be.
  std::optional<Timestamp> deliver();
  /// Sends a test message over a route; "" where it was taken, else why not. Error(alert_unknown).
  std::string test(const std::string& route);
  const AlertSettings& settings() const { return settings_; }
  AlertBook& book() { return book_; }
  /// The silence that covers an alert now; 0 for none.
  std::int64_t silenced_by(const alerts::Alert& alert);

 private:
  void tell_routes(const alerts::Alert& alert, const std::vector<std::string>& only);
  void send(const alerts::Route& route, std::vector<Delivery> deliveries);

  const std::string project_;
  const AlertSettings settings_;
  Env& env_;
  AlertBook book_;
  std::map<std::string, std::unique_ptr<alerts::Channel>> channels_;  // by route; of deliver()'s thread
};

}  // namespace leat::run

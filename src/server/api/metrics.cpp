// What OwnApi tells at /metrics.
#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>

#include "server/api/own_api.h"
#include "server/api/watch_api.h"

namespace leat::server {
namespace {

// Quotes, backslashes and line ends of a label's value are escaped.
std::string label(const std::string& value) {
  std::string out;
  for (char c : value) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

// The resident memory of this process, of statm(5).
std::int64_t resident_bytes() {
  long pages = 0, resident = 0;
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  if (!file) return 0;
  if (std::fscanf(file, "%ld %ld", &pages, &resident) != 2) resident = 0;
  std::fclose(file);
  return std::int64_t{resident} * ::sysconf(_SC_PAGESIZE);
}

}  // namespace

std::string watch_metrics(run::Watch& watch) {
  std::string out;
  auto declare = [&](const char* name, const char* help) {
    out += fmt::format("# TYPE {} gauge\n# HELP {} {}\n", name, name, help);
  };
  std::map<std::string, run::Watch::Lag> lags = watch.lags();
  declare("leat_replication_lag_seconds", "How far the tables of a replication slot are behind.");
  for (const auto& [slot, lag] : lags)
    out += fmt::format("leat_replication_lag_seconds{{slot=\"{}\"}} {}\n", label(slot), lag.seconds);
  declare("leat_replication_lag_bytes", "What of the server's log is still to be read.");
  for (const auto& [slot, lag] : lags)
    out += fmt::format("leat_replication_lag_bytes{{slot=\"{}\"}} {}\n", label(slot), lag.bytes);
  declare("leat_alerts_open", "Alerts that are not over.");
  out += fmt::format("leat_alerts_open {}\n", watch.desk().book().count({"open", "", 0, 0}));
  std::map<std::string, int> states{{"fresh", 0}, {"due", 0}, {"stale", 0}, {"unknown", 0}};
  for (const run::FreshnessState& each : watch.freshness())
    ++states[each.status.empty() ? "unknown" : each.status];
  declare("leat_freshness_promises", "Assets that promise to be fresh, by how they keep it.");
  for (const auto& [status, count] : states)
    out += fmt::format("leat_freshness_promises{{status=\"{}\"}} {}\n", status, count);
  return out;
}

Reply OwnApi::metrics() {
  std::string out;
  auto declare = [&](const char* name, const char* type, const char* help) {
    out += fmt::format("# TYPE {} {}\n# HELP {} {}\n", name, type, name, help);
  };
  declare("leat_jobs", "gauge", "Jobs in the store, by status.");
  std::map<std::string, std::int64_t> depths = control_.queue.depths();
  for (const char* status : {"queued", "running", "succeeded", "failed", "cancelled"})
    out += fmt::format("leat_jobs{{status=\"{}\"}} {}\n", status, depths[status]);
  declare("leat_schedule_next_seconds", "gauge", "When a schedule is next due, in seconds since 1970.");
  auto now = std::chrono::floor<std::chrono::seconds>(control_.env.now());
  for (const run::Schedule& each : control_.project.schedules) {
    if (auto next = run::next_tick(each.cron, each.zone, now); next && each.enabled)
      out += fmt::format("leat_schedule_next_seconds{{schedule=\"{}\"}} {}\n", label(each.name),
                         next->time_since_epoch().count());
  }
  out += control_.more_metrics();
  declare("process_resident_memory_bytes", "gauge", "Memory of this process.");
  out += fmt::format("process_resident_memory_bytes {}\n# EOF\n", resident_bytes());
  Reply reply;
  reply.content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
  reply.body = std::move(out);
  return reply;
}

}  // namespace leat::server

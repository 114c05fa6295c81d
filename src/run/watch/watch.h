// Watch: what `leat serve` looks at besides its schedules: sensors, freshness, the lag
// of replication, rows that are unusual, jobs and tests that fail. It adds jobs, and
// has people told.
//
// Guarantees: what a sensor has seen and the job that it asks for are one transaction.
//   A look that fails is tried again at its next turn, and three in a row are an
//   alert.
// Threads: serve() and deliver() block a thread each until the stop token is asked;
//   on_event(), fire() and the states from any.
// Owns: the alerts' store, a handle of the history.
// Errors: none from serve(); Error(run_store) from the rest.
#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>

#include "base/env.h"
#include "run/project_file.h"
#include "run/store/queue.h"
#include "run/store/store.h"
#include "run/watch/alert_desk.h"
#include "run/watch/freshness.h"
#include "run/watch/sensor.h"

namespace leat::run {

class Watch : public EventListener {
 public:
  /// `added` is called after a job was added. Reads `sensors`, `alerts` of the project:
  /// Error(sensor_invalid), Error(alert_invalid).
  Watch(ProjectFile project, std::string target, Queue& queue, Env& env, std::function<void()> added);

  void serve(std::stop_token stop);
  void deliver(std::stop_token stop);
  /// Hears of jobs and steps; whoever has it listen decides for how long.
  void on_event(const Event& event) override;

  /// Has a sensor's job added for that reason; the job's number.
  std::int64_t fire(const Sensor& sensor, const std::string& reason);
  const std::vector<Sensor>& sensors() const { return sensors_; }
  std::vector<FreshnessState> freshness();
  /// Has the graph of assets read anew: a model has changed.
  void reread();
  AlertDesk& desk() { return desk_; }
  /// Seconds and bytes that each replication slot is behind, as of now.
  struct Lag {
    std::int64_t seconds = 0, bytes = 0;
  };
  std::map<std::string, Lag> lags();

 private:
  bool rest(std::stop_token stop, std::chrono::milliseconds longest);
  void attempt(const std::function<void()>& work);
  void look_at_sensors();
  void look_at(const Sensor& sensor, int& failures);
  void look_at_freshness();
  void look_at_lag();
  void load_graph();
  void hear_job(const Event& event);
  void hear_step(const Event& event);
  void hear_page(const Event& event);
  void hear_rows(const std::string& asset, std::int64_t rows);
  std::string ask(const std::string& sql);

  const ProjectFile project_;
  const std::string target_;
  Queue& queue_;
  Env& env_;
  const std::function<void()> added_;
  std::vector<Sensor> sensors_;
  AlertDesk desk_;
  std::mutex store_mutex_;  // guards store_
  Store store_;
  std::map<std::string, int> failures_;    // in a row, of each sensor; of serve()'s thread
  std::map<std::string, Timestamp> next_;  // look, of each sensor; the same
  Timestamp next_state_{}, next_graph_{};  // the same
  std::atomic<bool> rereads_ = false;
  std::map<std::string, bool> is_behind_;  // slots whose lag is told; the same
  std::mutex freshness_mutex_;             // guards freshness_
  std::shared_ptr<Freshness> freshness_;
  std::mutex mutex_;  // guards has_news_
  std::condition_variable_any waiting_;
  bool has_news_ = false;  // for deliver()
};

/// Bounds of a usual number, from those before it: so many median deviations around the median; nullopt where
/// there are too few to tell.
std::optional<std::pair<double, double>> usual_range(std::vector<std::int64_t> before, double factor);

}  // namespace leat::run

// Observer: tells the outside of runs: traces to an OpenTelemetry collector, lineage to an OpenLineage
// receiver, measures as CloudWatch's embedded metric format.
//
// Guarantees: a run is never held up or failed by it: what can't be delivered is dropped and told once
//   a run, as an event. Lineage goes out as steps end, traces when the run has. finish() waits for
//   deliveries, kPatience at most.
// Threads: step_finished() from any; the rest by one.
// Owns: a thread that sends, its connections, the file of measures.
// Errors: Error(observe_invalid), Error(config_invalid) when settings are read.
// Source: OTLP 1.3 (JSON over HTTP); OpenLineage 2-0-2; CloudWatch embedded metric format
//   specification
#pragma once
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/env.h"
#include "base/spec.h"
#include "document/settings.h"
#include "observe/run_record.h"

namespace leat::observe {

struct Endpoint {
  std::string url;  ///< "" for none
  std::vector<std::pair<std::string, std::string>> headers;
};

struct ObserveSettings {
  Endpoint traces, lineage;
  std::string lineage_space;   ///< of jobs
  std::string service;         ///< the traces' service.name
  std::string measures_file;   ///< "-" is standard output, "" for none
  std::string measures_space;  ///< CloudWatch's namespace
  bool is_on() const { return !traces.url.empty() || !lineage.url.empty() || !measures_file.empty(); }
};

extern const Spec kObserveSpec, kTracesSpec, kLineageSpec, kMeasuresSpec;

/// Reads `observe:` of leat.yml; null is nothing. `folder`: the project's; `project`: its name, the default
/// of names.
ObserveSettings read_observe_settings(const document::Value& mapping, const std::string& folder,
                                      const std::string& project, const Env& env);

class Observer {
 public:
  static constexpr std::chrono::seconds kPatience{10};
  static constexpr std::size_t kQueueMax = 20'000;
  Observer(ObserveSettings settings, RunRecord run, Env& env);
  ~Observer();
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;

  void step_finished(StepRecord step);
  void finish(RunRecord run);

 private:
  struct Post {
    const Endpoint* to = nullptr;
    const char* exporter = nullptr;
    std::string body;
  };
  void queue(Post post);
  void send_all(std::stop_token stop);
  void write_measures(const std::string& lines);

  const ObserveSettings settings_;
  RunRecord run_;
  Env& env_;
  std::mutex mutex_;  // guards the members below
  std::condition_variable_any changed_;
  std::deque<Post> posts_;
  bool is_sending_ = false;
  std::vector<StepRecord> steps_;  // for the trace
  std::string problem_;            // the first delivery that failed, and of what
  std::jthread sender_;
};

/// One OTLP request with a span for each step and, where asked for, one for the run, which is their parent.
std::string otlp_json(const RunRecord& run, const std::vector<StepRecord>& steps, const std::string& service,
                      bool with_run = true);
/// One OpenLineage event: "START", "COMPLETE", "FAIL" or "ABORT" of a run, or of a step of it.
std::string lineage_json(const RunRecord& run, const StepRecord* step, const std::string& type,
                         const std::string& space);
/// A line of CloudWatch's embedded metric format, for a step or (null) the run.
std::string measures_json(const RunRecord& run, const StepRecord* step, const std::string& space);

}  // namespace leat::observe

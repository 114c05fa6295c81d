// ObservedRun: what a run's observer is told: its steps with the tables that they read and write.
//
// Guarantees: without `observe:` in leat.yml it does nothing.
// Threads: step() one at a time; the rest by one.
// Owns: the observer.
// Errors: those of reading the settings.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "observe/observer.h"
#include "run/run.h"

namespace leat::run {

class ObservedRun {
 public:
  ObservedRun(Workspace& workspace, const std::string& run_id, const std::string& command,
              const std::vector<Asset>& assets);
  void step(const Asset& asset, const Outcome& outcome);
  void finish(const RunReport& report, const std::string& status);

 private:
  Env& env_;
  observe::RunRecord record_;
  std::map<std::string, observe::Dataset> tables_;  // by asset
  std::unique_ptr<observe::Observer> observer_;     // null where nothing is told
};

}  // namespace leat::run

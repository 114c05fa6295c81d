// Freshness: which promises assets keep, what has to run so that they do, and what is told when they
// don't.
//
// Guarantees: an asset is as old as the oldest of itself and all above it: when each was last done or
//   found unchanged. What an asset needs is asked for in time, as long as it usually takes before its
//   promise would break; several assets that are due together make one job; while one is under way, or has
//   just failed, no other is made.
// Threads: look() by one thread; states() from any.
// Owns: the graph.
// Errors: Error(run_store).
#pragma once
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "run/store/queue.h"
#include "run/store/store.h"
#include "run/watch/alert_desk.h"
#include "run/watch/asset_graph.h"

namespace leat::run {

struct FreshnessState {
  std::string asset, policy, status;  ///< status: fresh, due, stale, unknown (never built)
  std::chrono::seconds within{0};
  std::optional<Timestamp> built;  ///< the oldest of what it is made of
  std::optional<Timestamp> since;  ///< of stale: when the promise broke
  std::string because;             ///< of stale: the asset that is that old
  std::int64_t job = 0;            ///< that makes it fresh; 0 for none
};

class Freshness {
 public:
  Freshness(std::vector<FreshnessPolicy> policies, AssetGraph graph, std::string target, Queue& queue,
            Env& env);

  /// Looks at every promise; adds a job where one is due (true). Breaches go to the desk.
  bool look(Store& store, AlertDesk& desk);
  std::vector<FreshnessState> states();

 private:
  struct Promise {
    FreshnessState state;
    std::size_t policy = 0, asset = 0;
  };
  /// Of an asset: when it was last done; and the oldest of it and all above it. Zero: never.
  struct Age {
    Timestamp built{}, oldest{};
    std::size_t oldest_asset = 0;
  };
  std::vector<Age> ages(Store& store) const;
  void judge(Promise& promise, const std::vector<Age>& ages, Timestamp now) const;
  void tell(Promise& promise, const std::string& was, AlertDesk& desk);
  bool has_open_job(const Promise& promise, Timestamp now);
  void choose_needed(const Promise& promise, const std::vector<Age>& ages, Timestamp now,
                     std::vector<bool>& needed) const;

  const std::vector<FreshnessPolicy> policies_;
  const AssetGraph graph_;
  const std::string target_;
  Queue& queue_;
  Env& env_;
  std::mutex mutex_;  // guards promises_
  std::vector<Promise> promises_;
};

}  // namespace leat::run

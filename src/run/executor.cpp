#include "run/executor.h"

#include <fmt/core.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "base/time.h"

namespace leat::run {

std::string_view name(Status status) {
  constexpr std::string_view names[] = {"success", "warning", "unchanged", "skipped", "interrupted", "error"};
  return names[static_cast<std::size_t>(status)];
}

namespace {

constexpr auto kCancelAgain = std::chrono::milliseconds(100);

class Execution {
 public:
  Execution(const std::vector<Asset>& assets, const std::vector<bool>& chosen, const AdapterFactory& open,
            Env& env, const ExecutorOptions& options, const OutcomeListener& listener)
      : assets_(assets),
        chosen_(chosen),
        open_(open),
        env_(env),
        options_(options),
        listener_(listener),
        outcomes_(assets.size()),
        waiting_for_(assets.size()),
        below_(assets.size()),
        blame_(assets.size()),
        versions_of_(assets.size()) {
    for (std::size_t i = 0; i < assets.size(); ++i) index_[assets[i].what.id] = i;
    for (std::size_t i = 0; i < assets.size(); ++i) {
      if (!chosen[i]) {
        outcomes_[i].status = Status::skipped;
        continue;
      }
      ++left_;
      for (std::size_t above : chosen_above(i)) {
        ++waiting_for_[i];
        below_[above].push_back(i);
      }
      if (waiting_for_[i] == 0) ready_.push_back(i);
    }
  }

  std::vector<Outcome> run() {
    if (left_ == 0) return std::move(outcomes_);
    {
      std::shared_ptr<void> held = options_.hold_tables ? options_.hold_tables() : nullptr;
      std::unique_ptr<sql::Adapter> adapter = open_();
      versions_ = std::make_unique<Versions>(*adapter);
    }
    std::vector<std::jthread> threads;
    std::size_t workers = std::min(left_, static_cast<std::size_t>(std::max(1, options_.threads)));
    for (std::size_t i = 0; i < workers; ++i) threads.emplace_back([this] { work(); });
    wait_or_cancel();
    threads.clear();
    versions_->flush(*open_());
    return std::move(outcomes_);
  }

 private:
  // Waits for the end. When the run is asked to stop, statements at work are cancelled, again and again: one
  // may just be about to begin.
  void wait_or_cancel() {
    std::unique_lock lock(mutex_);
    auto done = [&] { return left_ == 0; };
    changed_.wait(lock, env_.stop(), done);
    while (!done()) {
      for (sql::Adapter* adapter : at_work_) adapter->cancel();
      changed_.wait_for(lock, kCancelAgain, done);
    }
  }

  std::vector<std::size_t> chosen_above(std::size_t i) const {
    std::vector<std::size_t> above;
    for (const std::string& id : assets_[i].waiting()) {
      auto found = index_.find(id);
      if (found != index_.end() && chosen_[found->second]) above.push_back(found->second);
    }
    return above;
  }

  void work() {
    std::unique_ptr<sql::Adapter> adapter;
    std::unique_lock lock(mutex_);
    for (;;) {
      std::vector<std::size_t>::iterator next;
      changed_.wait(lock, [&] { return left_ == 0 || (next = next_ready()) != ready_.end(); });
      if (left_ == 0) return;
      std::size_t i = *next;
      ready_.erase(next);
      std::optional<std::string> reason = reason_to_skip(i);
      if (!assets_[i].lane.empty()) ++in_lane_[assets_[i].lane];
      lock.unlock();
      Outcome outcome = reason ? skipped(std::move(*reason)) : run_guarded(i, adapter);
      lock.lock();
      if (!assets_[i].lane.empty()) --in_lane_[assets_[i].lane];
      finish(i, std::move(outcome));
    }
  }

  // Requires: mutex_ is held. The first whose lane has room.
  std::vector<std::size_t>::iterator next_ready() {
    return std::find_if(ready_.begin(), ready_.end(), [&](std::size_t i) {
      const Asset& asset = assets_[i];
      return asset.lane.empty() || asset.lane_width <= 0 || in_lane_[asset.lane] < asset.lane_width;
    });
  }

  // Requires: mutex_ is held. Names what failed first, however far above.
  std::optional<std::string> reason_to_skip(std::size_t i) {
    if (env_.stop().stop_requested()) return "the run was interrupted";
    if (options_.fail_fast && failed_) return "an earlier step failed";
    for (std::size_t above : chosen_above(i)) {
      if (!blocks(outcomes_[above].status)) continue;
      blame_[i] = outcomes_[above].status == Status::skipped ? blame_[above] : above;
      return assets_[blame_[i]].what.name + " failed";
    }
    return std::nullopt;
  }

  static Outcome skipped(std::string reason) {
    Outcome outcome;
    outcome.status = Status::skipped;
    outcome.message = std::move(reason);
    return outcome;
  }

  void at_work(sql::Adapter& adapter, bool begins) {
    std::lock_guard lock(mutex_);
    if (begins) {
      at_work_.insert(&adapter);
    } else {
      at_work_.erase(&adapter);
    }
  }

  Outcome run_guarded(std::size_t i, std::unique_ptr<sql::Adapter>& adapter) {
    auto started = env_.steady();
    Outcome outcome;
    const Asset& asset = assets_[i];
    try {
      if (!adapter) adapter = open_();
      at_work(*adapter, true);
      env_.emit({"step_started",
                 EventLevel::progress,
                 {{"asset", asset.what.id}, {"kind", asset.what.kind}, {"name", asset.what.name}}});
      outcome = run_asset(i, *adapter);
    } catch (const Error& error) {
      outcome.status = Status::error;
      outcome.error = error;
    } catch (const std::exception& error) {
      outcome.status = Status::error;
      outcome.error = Error(ErrorCode::internal, error.what(), asset.what.id);
    }
    if (adapter) at_work(*adapter, false);
    if (outcome.error) {
      adapter.reset();  // its session may be inside a transaction
      // Whatever an engine calls a statement that was cancelled: it was.
      if (env_.stop().stop_requested()) outcome.status = Status::interrupted;
    }
    if (options_.warnings_fail && outcome.status == Status::warning) {
      outcome.status = Status::error;
      outcome.error = Error(ErrorCode::dbt_test_failed, outcome.message, asset.what.name);
    }
    outcome.took_ms = env_.elapsed_ms(started);
    return outcome;
  }

  Outcome run_asset(std::size_t i, sql::Adapter& adapter) {
    const Asset& asset = assets_[i];
    if (!asset.fingerprint) {
      Outcome outcome = asset.work(adapter);
      versions_of_[i] = outcome.version;
      return outcome;
    }
    std::string version = version_of(i, adapter);
    versions_of_[i] = version;
    std::string before;
    {
      std::lock_guard lock(versions_mutex_);
      before = versions_->recorded(asset.what.id);
    }
    if (!options_.full_refresh && before == version && (!asset.exists || asset.exists(adapter))) {
      Outcome outcome;
      outcome.status = Status::unchanged;
      return outcome;
    }
    AssetVersion made{asset.what.id, version, format_iso_timestamp(env_.now())};
    Outcome outcome =
        asset.recorded_work ? asset.recorded_work(adapter, record_of(i, made, adapter)) : asset.work(adapter);
    env_.failpoint("dbt_after_model");
    keep_version(asset, made, outcome, adapter);
    return outcome;
  }

  sql::Record record_of(std::size_t i, const AssetVersion& made, sql::Adapter& adapter) {
    std::lock_guard lock(versions_mutex_);
    if (assets_[i].is_repeatable) return versions_->forget_record(adapter.dialect(), made.asset);
    return versions_->record_of(adapter.dialect(), made);
  }

  void keep_version(const Asset& asset, const AssetVersion& made, const Outcome& outcome,
                    sql::Adapter& adapter) {
    std::lock_guard lock(versions_mutex_);
    if (outcome.status != Status::success) {
      versions_->forget(adapter, made.asset);
    } else if (outcome.recorded && asset.is_repeatable) {
      versions_->note_forgotten(made.asset);
      versions_->record_later(adapter, made, env_.steady());
    } else if (outcome.recorded) {
      versions_->note(made);
    } else if (asset.what.kind.ends_with("test")) {
      // What a test found stays true of that version; it makes nothing that could differ from it.
      versions_->record_later(adapter, made, env_.steady());
    } else {
      versions_->record(adapter, made);
    }
  }

  // What the asset would do, and the version of everything above it.
  std::string version_of(std::size_t i, sql::Adapter& adapter) {
    const Asset& asset = assets_[i];
    std::vector<std::string> parts = {asset.fingerprint(adapter)};
    for (const std::string& id : asset.what.upstream) {
      auto found = index_.find(id);
      if (found == index_.end()) {
        // Something outside the project made it: it may have changed since.
        parts.push_back(id + "=" + options_.run_id);
      } else if (assets_[found->second].what.kind.ends_with("test")) {
        continue;  // a test has no data that anything reads
      } else if (chosen_[found->second]) {
        parts.push_back(id + "=" + versions_of_[found->second]);
      } else {
        parts.push_back(id + "=" + version_of_unchosen(found->second, adapter));
      }
    }
    return hash_of(parts);
  }

  std::string version_of_unchosen(std::size_t i, sql::Adapter& adapter) {
    const Asset& asset = assets_[i];
    if (asset.what.kind == "pipe") return Versions::of_connection(adapter, asset.what.package);
    if (asset.what.kind == "stream") return Versions::of_stream(adapter, asset.what.package, asset.what.name);
    std::lock_guard lock(versions_mutex_);
    return versions_->recorded(asset.what.id);
  }

  // Requires: mutex_ is held.
  void finish(std::size_t i, Outcome outcome) {
    failed_ = failed_ || outcome.status == Status::error;
    outcomes_[i] = std::move(outcome);
    listener_(assets_[i], outcomes_[i]);
    --left_;
    for (std::size_t next : below_[i]) {
      if (--waiting_for_[next] == 0) ready_.push_back(next);
    }
    changed_.notify_all();
  }

  const std::vector<Asset>& assets_;
  const std::vector<bool>& chosen_;
  const AdapterFactory& open_;
  Env& env_;
  const ExecutorOptions& options_;
  const OutcomeListener& listener_;

  std::mutex mutex_;  // guards outcomes_, waiting_for_, ready_, in_lane_, blame_, left_, at_work_
  std::condition_variable_any changed_;
  std::set<sql::Adapter*> at_work_;
  std::vector<Outcome> outcomes_;
  std::vector<std::size_t> waiting_for_;
  std::vector<std::vector<std::size_t>> below_;
  std::vector<std::size_t> ready_;
  std::map<std::string, int> in_lane_;  // how many of a lane run now
  std::vector<std::size_t> blame_;      // of what is skipped: what failed above it
  bool failed_ = false;                 // anything so far
  std::size_t left_ = 0;
  std::map<std::string, std::size_t> index_;
  std::vector<std::string> versions_of_;  // each written by its asset's worker before what is below it starts
  std::mutex versions_mutex_;             // guards versions_
  std::unique_ptr<Versions> versions_;
};

}  // namespace

std::vector<Outcome> execute(const std::vector<Asset>& assets, const std::vector<bool>& chosen,
                             const AdapterFactory& open, Env& env, const ExecutorOptions& options,
                             const OutcomeListener& listener) {
  order_of(assets, chosen);  // a circle would wait for ever
  return Execution(assets, chosen, open, env, options, listener).run();
}

std::vector<std::size_t> order_of(const std::vector<Asset>& assets, const std::vector<bool>& chosen) {
  std::map<std::string, std::size_t> index;
  for (std::size_t i = 0; i < assets.size(); ++i) index[assets[i].what.id] = i;
  std::vector<std::size_t> order;
  std::vector<int> seen(assets.size());  // 1: being visited, 2: done
  std::vector<std::string> trail;
  std::function<void(std::size_t)> visit = [&](std::size_t i) {
    if (seen[i] == 2) return;
    trail.push_back(assets[i].what.name);
    if (seen[i] == 1) {
      std::string circle;
      for (const std::string& each : trail) circle += (circle.empty() ? "" : " -> ") + each;
      throw Error(ErrorCode::dbt_cycle, circle, "graph");
    }
    seen[i] = 1;
    for (const std::string& id : assets[i].waiting()) {
      if (auto found = index.find(id); found != index.end()) visit(found->second);
    }
    seen[i] = 2;
    trail.pop_back();
    if (chosen[i]) order.push_back(i);
  };
  for (std::size_t i = 0; i < assets.size(); ++i) visit(i);
  return order;
}

}  // namespace leat::run

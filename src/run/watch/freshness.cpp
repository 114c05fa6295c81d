#include "run/watch/freshness.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/time.h"
#include "base/units.h"
#include "run/jobs/launcher.h"

namespace leat::run {
namespace {

// How long before its end a promise is seen to: a tenth of it, or a minute where that is more, but never
// half.
std::chrono::milliseconds lead(std::chrono::milliseconds within) {
  return std::min(std::max(within / 10, std::chrono::milliseconds(60'000)), within / 2);
}

std::chrono::seconds seconds(Timestamp::duration age) {
  return std::chrono::duration_cast<std::chrono::seconds>(age);
}

}  // namespace

Freshness::Freshness(std::vector<FreshnessPolicy> policies, AssetGraph graph, std::string target,
                     Queue& queue, Env& env)
    : policies_(std::move(policies)),
      graph_(std::move(graph)),
      target_(std::move(target)),
      queue_(queue),
      env_(env) {
  for (std::size_t i = 0; i < policies_.size(); ++i) {
    for (std::size_t asset : graph_.chosen()[i]) {
      Promise promise;
      promise.policy = i;
      promise.asset = asset;
      promise.state.asset = graph_.assets()[asset].id;
      promise.state.policy = policies_[i].name;
      promise.state.within = std::chrono::duration_cast<std::chrono::seconds>(policies_[i].within);
      promises_.push_back(std::move(promise));
    }
  }
}

std::vector<Freshness::Age> Freshness::ages(Store& store) const {
  std::map<std::string, Timestamp> built;
  for (const AssetRow& row : store.assets(target_))
    if (auto at = parse_iso_timestamp(row.built_at)) built[row.asset] = *at;
  std::vector<Age> out(graph_.assets().size());
  for (std::size_t i : graph_.order()) {
    auto found = built.find(graph_.assets()[i].id);
    if (found != built.end()) out[i].built = found->second;
    out[i].oldest = out[i].built;
    out[i].oldest_asset = i;
    for (std::size_t above : graph_.assets()[i].above) {
      if (out[above].oldest >= out[i].oldest) continue;
      out[i].oldest = out[above].oldest;
      out[i].oldest_asset = out[above].oldest_asset;
    }
  }
  return out;
}

void Freshness::judge(Promise& promise, const std::vector<Age>& ages, Timestamp now) const {
  FreshnessState& state = promise.state;
  const FreshnessPolicy& policy = policies_[promise.policy];
  const Age& age = ages[promise.asset];
  state.because.clear();
  state.since.reset();
  state.built.reset();
  state.status = "unknown";
  if (age.oldest == Timestamp{}) return;
  state.built = age.oldest;
  auto passed = now - age.oldest;
  bool is_stale = passed > policy.within;
  state.status = is_stale ? "stale" : passed >= policy.within - lead(policy.within) ? "due" : "fresh";
  if (!is_stale) return;
  state.because = graph_.assets()[age.oldest_asset].id;
  state.since = age.oldest + policy.within;
}

void Freshness::tell(Promise& promise, const std::string& was, AlertDesk& desk) {
  const FreshnessState& state = promise.state;
  Timestamp now = env_.now();
  std::int64_t age = state.built ? seconds(now - *state.built).count() : -1;
  if (state.status == "stale" && was != "stale") {
    env_.emit({"freshness_breached",
               EventLevel::warning,
               {{"asset", state.asset},
                {"policy", state.policy},
                {"age_s", age},
                {"within_s", std::int64_t{state.within.count()}},
                {"because", state.because}}});
    alerts::Alert alert;
    alert.kind = alerts::Kind::freshness;
    alert.subject = state.asset;
    alert.severity = alerts::Severity::warning;
    alert.title = fmt::format("{} is older than {}", state.asset, format_duration(state.within));
    alert.detail = fmt::format("{} was last done at {}.", state.because, format_iso_timestamp(*state.built));
    alert.fix =
        fmt::format("See why {} is late or fails; `leat run {}` makes it now.", state.because, state.asset);
    desk.raise(alert);
  } else if ((state.status == "fresh" || state.status == "due") && (was == "stale" || was.empty())) {
    desk.recover(alerts::Kind::freshness, state.asset);
    if (was == "stale")
      env_.emit({"freshness_recovered",
                 EventLevel::info,
                 {{"asset", state.asset}, {"policy", state.policy}, {"age_s", age}}});
  }
}

// One that failed is given a lead's time before the next.
bool Freshness::has_open_job(const Promise& promise, Timestamp now) {
  if (promise.state.job == 0) return false;
  std::optional<Job> job = queue_.find(promise.state.job);
  if (!job) return false;
  return !is_over(job->status) || now - job->finished < lead(policies_[promise.policy].within);
}

// Of all above it what is in the later half of its promise, and what lies between that and the asset.
void Freshness::choose_needed(const Promise& promise, const std::vector<Age>& ages, Timestamp now,
                              std::vector<bool>& needed) const {
  auto limit = policies_[promise.policy].within / 2;
  std::vector<std::size_t> left{promise.asset};
  std::vector<bool> seen(graph_.assets().size());
  while (!left.empty()) {
    std::size_t i = left.back();
    left.pop_back();
    if (seen[i] || now - ages[i].oldest < limit) continue;
    seen[i] = needed[i] = true;
    for (std::size_t above : graph_.assets()[i].above) left.push_back(above);
  }
}

bool Freshness::look(Store& store, AlertDesk& desk) {
  Timestamp now = env_.now();
  std::vector<Age> ages = this->ages(store);
  std::lock_guard lock(mutex_);
  std::vector<bool> needed(graph_.assets().size());
  std::vector<Promise*> seen_to;
  std::string pool, policy;
  int priority = 0;
  for (Promise& promise : promises_) {
    std::string was = promise.state.status;
    judge(promise, ages, now);
    tell(promise, was, desk);
    if (promise.state.status == "fresh") promise.state.job = 0;
    if (promise.state.status == "fresh" || !policies_[promise.policy].builds || has_open_job(promise, now))
      continue;
    choose_needed(promise, ages, now, needed);
    seen_to.push_back(&promise);
    policy = policies_[promise.policy].name;
    pool = policies_[promise.policy].pool;
    priority = std::max(priority, policies_[promise.policy].priority);
  }
  if (seen_to.empty()) return false;
  JobSpec spec;
  for (std::size_t i = 0; i < needed.size(); ++i) {
    const GraphAsset& asset = graph_.assets()[i];
    bool is_test =
        asset.kind.ends_with("test") &&
        std::any_of(asset.above.begin(), asset.above.end(), [&](std::size_t above) { return needed[above]; });
    if (needed[i] || is_test) spec.assets.push_back(asset.id);
  }
  NewJob job;
  job.kind = "freshness";
  job.name = policy;
  job.spec = to_json(spec);
  job.pool = pool;
  job.priority = priority;
  job.attempts_max = 2;
  std::int64_t id = queue_.add(job, now);
  for (Promise* each : seen_to) each->state.job = id;
  env_.emit({"freshness_job_added",
             EventLevel::info,
             {{"policy", policy}, {"assets", static_cast<std::int64_t>(spec.assets.size())}, {"job", id}}});
  return true;
}

std::vector<FreshnessState> Freshness::states() {
  std::lock_guard lock(mutex_);
  std::vector<FreshnessState> out;
  for (const Promise& each : promises_) out.push_back(each.state);
  return out;
}

}  // namespace leat::run

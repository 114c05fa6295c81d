#include "sources/declarative/api_budget.h"

#include <fmt/core.h>

#include <algorithm>
#include <deque>
#include <mutex>

#include "base/error.h"
#include "jinja/operations.h"
#include "sources/declarative/calendar_duration.h"
#include "sources/declarative/request_matcher.h"

namespace leat::sources::declarative {

using std::chrono::microseconds;
using std::chrono::milliseconds;

namespace {

microseconds duration_of(const Value& component, std::string_view name, const Workshop& workshop) {
  need(component, name);
  std::string text = workshop.text_now(component, name);
  std::optional<CalendarDuration> duration = parse_iso_duration(text);
  if (!duration || duration->empty() || duration->months < 0 || duration->length.count() < 0) {
    throw Error(ErrorCode::config_invalid, fmt::format("`{}` is no ISO 8601 duration: {}", name, text),
                component[name].where());
  }
  return duration->length + std::chrono::days(30) * duration->months;
}

}  // namespace

class CallPolicy {
 public:
  CallPolicy(const Value& component, const Workshop& workshop) {
    for (const Value& each : component["matchers"].items()) matchers_.emplace_back(each, workshop);
  }
  virtual ~CallPolicy() = default;
  bool matches(const http::Request& request) const {
    return matchers_.empty() || matcher_of(request) != nullptr;
  }
  std::int64_t weight(const http::Request& request) const {
    const RequestMatcher* matcher = matcher_of(request);
    return matcher ? matcher->weight() : 1;
  }
  /// Takes `weight` calls, or returns how long to wait before another try.
  std::optional<microseconds> take(Timestamp now, std::int64_t weight) {
    std::lock_guard lock(mutex_);
    if (blocked_until_ && now < *blocked_until_) return *blocked_until_ - now;
    return try_take(now, weight);
  }
  /// A call was answered: the API counted it between its leaving and now.
  void answered(Timestamp now, std::int64_t weight) {
    std::lock_guard lock(mutex_);
    for (std::int64_t i = 0; i < weight; ++i) note_answer(now);
  }
  /// The API says that so many calls are left until `reset`.
  void learn(Timestamp now, std::int64_t left, std::optional<Timestamp> reset) {
    std::lock_guard lock(mutex_);
    if (left <= 0) blocked_until_ = reset && *reset > now ? *reset : now + pause();
    limit(left, reset);
  }

 protected:
  virtual std::optional<microseconds> try_take(Timestamp now, std::int64_t weight) = 0;
  virtual void note_answer(Timestamp) {}
  /// How long to hold back after a refusal that does not say.
  virtual microseconds pause() const { return microseconds(0); }
  virtual void limit(std::int64_t, std::optional<Timestamp>) {}

 private:
  const RequestMatcher* matcher_of(const http::Request& request) const {
    for (const RequestMatcher& each : matchers_) {
      if (each.matches(request)) return &each;
    }
    return nullptr;
  }
  std::vector<RequestMatcher> matchers_;
  std::mutex mutex_;  // guards blocked_until_ and what the kinds of policies count
  std::optional<Timestamp> blocked_until_;
};

namespace {

// Any stretch of the interval holds at most so many calls; of several rates all count. The API counts a call
// when it arrives there, which is known only when it is answered: until then, and for the interval after, it
// holds its place. A call that is never answered gives its place back after two intervals.
class MovingWindow final : public CallPolicy {
 public:
  MovingWindow(const Value& component, const Workshop& workshop) : CallPolicy(component, workshop) {
    for (const Value& rate : need(component, "rates").items())
      rates_.push_back({count_of(rate, "limit", workshop, 1), duration_of(rate, "interval", workshop), {}});
  }

 private:
  struct Call {
    Timestamp at;  ///< when it left; once answered, when the answer came
    bool answered = false;
    Timestamp free(microseconds interval) const { return at + interval * (answered ? 1 : 2); }
  };
  struct Rate {
    std::int64_t limit;
    microseconds interval;
    std::deque<Call> calls;
  };
  std::optional<microseconds> try_take(Timestamp now, std::int64_t weight) override {
    std::optional<microseconds> wait;
    for (Rate& rate : rates_) {
      while (!rate.calls.empty() && rate.calls.front().free(rate.interval) <= now) rate.calls.pop_front();
      std::int64_t over =
          static_cast<std::int64_t>(rate.calls.size()) + std::min(weight, rate.limit) - rate.limit;
      if (over > 0) {
        microseconds until = rate.calls[static_cast<std::size_t>(over - 1)].free(rate.interval) - now;
        if (!wait || until > *wait) wait = until;
      }
    }
    if (wait) return wait;
    for (Rate& rate : rates_) {
      for (std::int64_t i = 0; i < std::min(weight, rate.limit); ++i) rate.calls.push_back({now});
    }
    return std::nullopt;
  }
  void note_answer(Timestamp now) override {
    for (Rate& rate : rates_) {
      auto open =
          std::find_if(rate.calls.begin(), rate.calls.end(), [](const Call& call) { return !call.answered; });
      if (open != rate.calls.end()) *open = {std::min(now, open->at + rate.interval), true};
    }
  }
  microseconds pause() const override {
    microseconds out = rates_.front().interval;
    for (const Rate& rate : rates_) out = std::min(out, rate.interval);
    return out;
  }
  std::vector<Rate> rates_;
};

// So many calls from one reset to the next.
class FixedWindow final : public CallPolicy {
 public:
  FixedWindow(const Value& component, const Workshop& workshop)
      : CallPolicy(component, workshop),
        period_(duration_of(component, "period", workshop)),
        limit_(count_of(component, "call_limit", workshop, 1)) {}

 private:
  std::optional<microseconds> try_take(Timestamp now, std::int64_t weight) override {
    if (!reset_ || now >= *reset_) {
      reset_ = now + period_;
      used_ = 0;
    }
    if (used_ + std::min(weight, limit_) > limit_) return *reset_ - now;
    used_ += std::min(weight, limit_);
    return std::nullopt;
  }
  microseconds pause() const override { return reset_ ? microseconds(0) : period_; }
  void limit(std::int64_t left, std::optional<Timestamp> reset) override {
    used_ = std::max(used_, limit_ - left);
    if (reset && reset_ && *reset > *reset_) reset_ = reset;
  }
  const microseconds period_;
  const std::int64_t limit_;
  std::int64_t used_ = 0;
  std::optional<Timestamp> reset_;
};

class Unlimited final : public CallPolicy {
 public:
  using CallPolicy::CallPolicy;

 private:
  std::optional<microseconds> try_take(Timestamp, std::int64_t) override { return std::nullopt; }
};

template <class T>
std::unique_ptr<CallPolicy> make(const Value& component, const Workshop& workshop) {
  return std::make_unique<T>(component, workshop);
}

constexpr ComponentRow<CallPolicy> kPolicies[] = {
    {"FixedWindowCallRatePolicy", make<FixedWindow>},
    {"MovingWindowCallRatePolicy", make<MovingWindow>},
    {"UnlimitedCallRatePolicy", make<Unlimited>},
};

}  // namespace

ApiBudget::ApiBudget(const Value& component, const Workshop& workshop)
    : reset_header_(plain_text(component, "ratelimit_reset_header", "ratelimit-reset")),
      remaining_header_(plain_text(component, "ratelimit_remaining_header", "ratelimit-remaining")) {
  for (const Value& each : need(component, "policies").items())
    policies_.push_back(make_component<CallPolicy>(kPolicies, each, "policies", workshop));
  for (const Value& code : component["status_codes_for_ratelimit_hit"].items())
    hit_codes_.push_back(static_cast<int>(code.integer()));
  if (!component.find("status_codes_for_ratelimit_hit")) hit_codes_.push_back(429);
}

ApiBudget::~ApiBudget() = default;

CallPolicy* ApiBudget::policy_of(const http::Request& request) const {
  for (const auto& policy : policies_) {
    if (policy->matches(request)) return policy.get();
  }
  return nullptr;
}

void ApiBudget::acquire(const http::Request& request, Env& env, std::stop_token stop) {
  CallPolicy* policy = policy_of(request);
  if (!policy) return;
  std::int64_t weight = policy->weight(request);
  while (std::optional<microseconds> wait = policy->take(env.now(), weight)) {
    if (stop.stop_requested()) throw Error(ErrorCode::cancelled, "A request was given up");
    // In short steps, so that a page that nobody needs any more does not hold its thread.
    milliseconds step = std::chrono::ceil<milliseconds>(std::max(*wait, microseconds(1)));
    env.wait(std::min(step, milliseconds(200)));
  }
}

void ApiBudget::learn(const http::Request& request, const http::Response& response, Timestamp now) {
  CallPolicy* policy = policy_of(request);
  if (!policy) return;
  policy->answered(now, policy->weight(request));
  std::optional<std::int64_t> left, reset;
  if (const std::string* text = response.headers.find(remaining_header_)) left = jinja::parse_integer(*text);
  if (const std::string* text = response.headers.find(reset_header_)) reset = jinja::parse_integer(*text);
  if (std::find(hit_codes_.begin(), hit_codes_.end(), response.status) != hit_codes_.end()) left = 0;
  if (!left) return;
  std::optional<Timestamp> at;
  if (reset) at = Timestamp(std::chrono::seconds(*reset));
  policy->learn(now, *left, at);
}

}  // namespace leat::sources::declarative

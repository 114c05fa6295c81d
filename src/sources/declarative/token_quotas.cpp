#include "sources/declarative/token_quotas.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"

namespace leat::sources::declarative {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr microseconds kSpreadMax = seconds(10), kUsedUpMin = seconds(5);
// Between the API's page of quotas and its answers' headers the time of a reset may differ a little.
constexpr microseconds kSkew = seconds(60);
// Shorter delays are not worth a wait.
constexpr microseconds kSpreadMin = milliseconds(100);

void wait(Env& env, microseconds duration, std::stop_token stop) {
  // In short steps, so that a page that nobody needs any more does not hold its thread.
  for (auto left = std::chrono::ceil<milliseconds>(duration); left.count() > 0;) {
    if (stop.stop_requested()) throw Error(ErrorCode::cancelled, "A request was given up");
    milliseconds step = std::min(left, milliseconds(200));
    env.wait(step);
    left -= step;
  }
}

}  // namespace

const QuotaCount& TokenQuotas::count(std::size_t token, std::size_t kind) const {
  return counts_[token][kind];
}

std::optional<std::size_t> TokenQuotas::index_of(const std::string& token) const {
  auto found = std::find(rules_.tokens.begin(), rules_.tokens.end(), token);
  if (found == rules_.tokens.end()) return std::nullopt;
  return static_cast<std::size_t>(found - rules_.tokens.begin());
}

bool TokenQuotas::is_used_up(std::size_t kind) const {
  return std::all_of(counts_.begin(), counts_.end(),
                     [&](const auto& kinds) { return kinds[kind].remaining <= 0 && kinds[kind].is_tracked; });
}

void TokenQuotas::ask_all(const Ask& ask) {
  std::vector<std::vector<QuotaCount>> counts;
  for (const std::string& token : rules_.tokens) counts.push_back(ask(token));
  std::lock_guard lock(mutex_);
  counts_ = std::move(counts);
}

std::string TokenQuotas::acquire(std::size_t kind, const Ask& ask, Env& env, std::stop_token stop) {
  {
    std::lock_guard asking(asking_);
    bool known = false;
    {
      std::lock_guard lock(mutex_);
      known = !counts_.empty();
    }
    if (!known) ask_all(ask);
  }
  std::optional<Timestamp> deadline;
  while (true) {
    Step step = next_step(kind, env.now(), deadline);
    if (step.delay >= kSpreadMin || step.is_used_up) wait(env, step.delay, stop);
    if (!step.is_used_up) return step.token;
    std::lock_guard asking(asking_);
    bool still = false;
    {
      std::lock_guard lock(mutex_);
      still = is_used_up(kind);
    }
    if (still) ask_all(ask);
  }
}

TokenQuotas::Step TokenQuotas::next_step(std::size_t kind, Timestamp now,
                                         std::optional<Timestamp>& deadline) {
  std::lock_guard lock(mutex_);
  if (is_used_up(kind)) return all_used_up(kind, now, deadline);
  while (true) {
    QuotaCount& active = counts_[active_][kind];
    const std::string& token = rules_.tokens[active_];
    std::size_t next = (active_ + 1) % rules_.tokens.size();
    if (!active.is_tracked) {
      // Nothing tells the tokens apart, so they take turns.
      active_ = next;
      return {.token = token};
    }
    if (active.remaining > 0) {
      --active.remaining;
      return {.token = token, .delay = spread(kind, now)};
    }
    active_ = next;
  }
}

TokenQuotas::Step TokenQuotas::all_used_up(std::size_t kind, Timestamp now,
                                           std::optional<Timestamp>& deadline) const {
  if (!deadline) deadline = now + rules_.wait_max;
  microseconds left = *deadline - now, until_reset = counts_[0][kind].reset - now;
  for (const auto& kinds : counts_)
    until_reset = std::min(until_reset, microseconds(kinds[kind].reset - now));
  if (left.count() <= 0 || until_reset >= left) {
    throw Error(ErrorCode::http_rate_limited,
                fmt::format("All tokens have used up their quota `{}` until {}", rules_.names[kind],
                            format_iso_timestamp(now + std::max(until_reset, microseconds(0)))),
                "RateLimitedMultipleTokenAuthenticator")
        .fix("Run again after that time, add tokens, or raise `max_wait_time`.");
  }
  return {.token = {}, .delay = std::min(std::max(until_reset, kUsedUpMin), left), .is_used_up = true};
}

// When every token is down to its reserve, the calls that are left are spread over the time until the reset.
microseconds TokenQuotas::spread(std::size_t kind, Timestamp now) const {
  std::int64_t total = 0;
  for (const auto& kinds : counts_) {
    const QuotaCount& each = kinds[kind];
    double reserve = std::max(static_cast<double>(rules_.reserve_min),
                              static_cast<double>(each.limit) * rules_.reserve_fraction);
    if (!each.is_tracked || static_cast<double>(each.remaining) > reserve) return microseconds(0);
    total += std::max<std::int64_t>(each.remaining, 0);
  }
  microseconds until_reset = count(active_, kind).reset - now;
  if (total <= 0 || until_reset.count() <= 0) return microseconds(0);
  return std::min(until_reset / total, kSpreadMax);
}

void TokenQuotas::learn(std::size_t kind, const std::string& token, const QuotaNews& news) {
  std::optional<std::int64_t> remaining = news.remaining;
  if (!remaining && news.is_refusal) remaining = 0;
  std::lock_guard lock(mutex_);
  std::optional<std::size_t> index = index_of(token);
  if (!index || counts_.empty() || (!remaining && !news.limit && !news.reset)) return;
  QuotaCount& count = counts_[*index][kind];
  if (!count.is_tracked) return;
  if (news.limit && *news.limit > 0 && (!news.reset || *news.reset >= count.reset)) count.limit = *news.limit;
  if (news.reset && *news.reset > count.reset) {
    // A new window: its numbers are all new.
    count.reset = *news.reset;
    count.remaining = remaining.value_or(count.limit);
    return;
  }
  // The same window: answers come out of order, so the least of what they say counts. What is left of a
  // window that is over says nothing of this one, but for a refusal.
  bool counts = !news.reset || *news.reset >= count.reset - kSkew || (news.is_refusal && remaining <= 0);
  if (remaining && counts) count.remaining = std::min(count.remaining, *remaining);
}

bool TokenQuotas::has_other(std::size_t kind, const std::string& token) {
  std::lock_guard lock(mutex_);
  std::optional<std::size_t> index = index_of(token);
  if (!index || counts_.empty()) return false;
  const QuotaCount& own = count(*index, kind);
  if (!own.is_tracked || own.remaining > 0) return false;
  for (std::size_t each = 0; each < counts_.size(); ++each) {
    if (each != *index && count(each, kind).remaining > 0) return true;
  }
  return false;
}

}  // namespace leat::sources::declarative

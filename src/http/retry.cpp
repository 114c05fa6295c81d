#include "http/retry.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "http/message.h"

namespace leat::http {
namespace {
using std::chrono::milliseconds;
using std::chrono::seconds;

milliseconds doubled(milliseconds first, int times, milliseconds limit) {
  return times > 20 ? limit : std::min<milliseconds>(limit, first * (1L << times));
}
}  // namespace

// An API that names a longer wait than all waits together may take is waited for once.
bool Retry::fits(std::optional<milliseconds> wanted, milliseconds wait, milliseconds waited,
                 milliseconds total_max) const {
  return waited + wait <= total_max || (wanted && waited < total_max && wait <= limits_.wanted_max);
}

std::optional<milliseconds> Retry::after_failure(std::optional<milliseconds> wanted) {
  milliseconds wait = wanted.value_or(doubled(seconds(1), failures_, seconds(600)));
  if (failures_ >= limits_.retries_max || !fits(wanted, wait, waited_, limits_.total_max))
    return std::nullopt;
  ++failures_;
  waited_ += wait;
  return wait;
}

std::optional<milliseconds> Retry::after_rate_limit(std::optional<milliseconds> wanted) {
  milliseconds wait = wanted.value_or(doubled(seconds(5), rate_limits_, seconds(300)));
  if (rate_limits_ >= limits_.rate_limited_retries_max ||
      !fits(wanted, wait, rate_waited_, limits_.rate_limited_total_max)) {
    return std::nullopt;
  }
  ++rate_limits_;
  rate_waited_ += wait;
  return wait;
}

std::optional<milliseconds> parse_retry_after(std::string_view value, Timestamp now) {
  while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
  while (!value.empty() && value.back() == ' ') value.remove_suffix(1);
  if (value.empty()) return std::nullopt;
  double amount = 0;
  auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), amount);
  if (error == std::errc() && end == value.data() + value.size()) {
    if (!std::isfinite(amount) || amount < 0) return std::nullopt;
    return milliseconds(static_cast<std::int64_t>(std::min(amount, 1e9) * 1000));
  }
  std::optional<Timestamp> date = parse_http_date(value);
  if (!date) return std::nullopt;
  return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(*date - now));
}

}  // namespace leat::http

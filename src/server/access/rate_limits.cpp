#include "server/access/rate_limits.h"

#include <algorithm>
#include <cmath>

namespace leat::server {

// Requires: the lock is held.
RateLimits::Bucket& RateLimits::filled(const std::string& key) {
  auto now = env_.steady();
  if (buckets_.size() >= kKeysMax && !buckets_.count(key)) forget_full();
  Bucket& bucket = buckets_.try_emplace(key, Bucket{burst_, now}).first->second;
  double passed = std::chrono::duration<double>(now - bucket.at).count();
  bucket.left = std::min(burst_, bucket.left + passed * rate_);
  bucket.at = now;
  return bucket;
}

void RateLimits::forget_full() {
  auto now = env_.steady();
  std::erase_if(buckets_, [&](const auto& each) {
    return each.second.left + std::chrono::duration<double>(now - each.second.at).count() * rate_ >= burst_;
  });
  if (buckets_.size() >= kKeysMax) buckets_.clear();
}

bool RateLimits::take(const std::string& key) {
  if (rate_ <= 0) return true;
  std::lock_guard lock(mutex_);
  Bucket& bucket = filled(key);
  if (bucket.left < 1) return false;
  bucket.left -= 1;
  return true;
}

bool RateLimits::has(const std::string& key) {
  if (rate_ <= 0) return true;
  std::lock_guard lock(mutex_);
  return filled(key).left >= 1;
}

std::chrono::seconds RateLimits::wait_for(const std::string& key) {
  if (rate_ <= 0) return std::chrono::seconds(0);
  std::lock_guard lock(mutex_);
  double missing = std::max(0.0, 1 - filled(key).left);
  return std::chrono::seconds(static_cast<std::int64_t>(std::ceil(missing / rate_)));
}

}  // namespace leat::server

#include "http/rate_limit.h"

namespace leat::http {

std::chrono::milliseconds RateLimit::reserve(std::chrono::steady_clock::time_point now) {
  std::lock_guard lock(mutex_);
  auto place = now;
  if (places_.size() == calls_) {
    place = std::max(now, places_.front() + window_);
    places_.pop_front();
  }
  places_.push_back(place);
  return std::chrono::ceil<std::chrono::milliseconds>(place - now);
}

}  // namespace leat::http

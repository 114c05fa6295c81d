#include "sources/declarative/page_fetcher.h"

namespace leat::sources::declarative {

PageFetcher::PageFetcher(const Requester& requester, std::size_t threads)
    : requester_(requester), threads_max_(std::max<std::size_t>(1, threads)) {}

PageFetcher::~PageFetcher() {
  for (auto& [number, stop] : stops_) stop.request_stop();
  jobs_.cancel();
  outcomes_.cancel();
  for (std::thread& thread : threads_) thread.join();
}

std::uint64_t PageFetcher::submit(http::Request request) {
  std::uint64_t number = next_++;
  std::stop_token stop = stops_[number].get_token();
  if (threads_.size() < std::min(threads_max_, stops_.size())) threads_.emplace_back([this] { work(); });
  jobs_.push({number, std::move(request), std::move(stop)}, 1);
  return number;
}

void PageFetcher::work() {
  while (std::optional<Job> job = jobs_.pop()) {
    std::variant<Answer, Error> result{Answer{}};
    try {
      if (job->stop.stop_requested()) throw Error(ErrorCode::cancelled, "A request was given up");
      result = requester_.send(job->request, job->stop);
    } catch (const Error& error) {
      result = error;
    } catch (const std::exception& error) {
      result = Error(ErrorCode::internal, error.what());
    }
    if (!outcomes_.push({job->number, std::move(result)}, 1)) return;
  }
}

Answer PageFetcher::wait(std::uint64_t number) {
  while (!early_.count(number)) {
    std::optional<Outcome> outcome = outcomes_.pop();
    LEAT_ASSERT(outcome);
    if (stops_.count(outcome->number)) early_.emplace(outcome->number, std::move(outcome->result));
  }
  std::variant<Answer, Error> result = std::move(early_.extract(number).mapped());
  stops_.erase(number);
  if (Error* error = std::get_if<Error>(&result)) throw *error;
  return std::move(std::get<Answer>(result));
}

void PageFetcher::forget(std::uint64_t number) {
  auto stop = stops_.find(number);
  if (stop == stops_.end()) return;
  stop->second.request_stop();
  stops_.erase(stop);
  early_.erase(number);
}

}  // namespace leat::sources::declarative

// PageFetcher: sends requests on threads of its own and hands the answers over by number.
//
// Guarantees: at most `threads` requests are under way; an answer that was forgotten is dropped, its request
//   given up.
// Threads: submit, wait and forget from one thread; the requests run on the fetcher's.
// Owns: its threads; the destructor gives up what is under way and joins them.
// Errors: wait throws what the request ended in.
#pragma once
#include <map>
#include <stop_token>
#include <thread>
#include <variant>
#include <vector>

#include "batch/bounded_queue.h"
#include "sources/declarative/requester.h"

namespace leat::sources::declarative {

class PageFetcher {
 public:
  PageFetcher(const Requester& requester, std::size_t threads);
  ~PageFetcher();
  PageFetcher(const PageFetcher&) = delete;
  PageFetcher& operator=(const PageFetcher&) = delete;

  /// Takes a request; returns its number.
  std::uint64_t submit(http::Request request);
  /// The answer to the request of that number.
  Answer wait(std::uint64_t number);
  /// Gives up the request of that number.
  void forget(std::uint64_t number);
  /// How many were submitted and neither waited for nor forgotten.
  std::size_t outstanding() const { return stops_.size(); }

 private:
  struct Job {
    std::uint64_t number = 0;
    http::Request request;
    std::stop_token stop;
  };
  struct Outcome {
    std::uint64_t number = 0;
    std::variant<Answer, Error> result;
  };
  void work();

  const Requester& requester_;
  const std::size_t threads_max_;
  batch::BoundedQueue<Job> jobs_{1u << 20};
  batch::BoundedQueue<Outcome> outcomes_{1u << 20};
  std::vector<std::thread> threads_;
  std::map<std::uint64_t, std::stop_source> stops_;             // by number, of those outstanding
  std::map<std::uint64_t, std::variant<Answer, Error>> early_;  // arrived before they were asked for
  std::uint64_t next_ = 1;
};

}  // namespace leat::sources::declarative

// LiveView: what is at work, as lines that are redrawn on a terminal: streams with their rates, nodes, the
// whole.
//
// Guarantees: a frame is at most `height` lines of at most `width` characters.
// Threads: one at a time; the caller locks.
#pragma once
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "base/event.h"

namespace leat::cli {

class LiveView {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  void note(const Event& event, Instant now);
  /// The lines to show now; none while nothing is at work.
  std::vector<std::string> frame(std::size_t width, std::size_t height, Instant now);
  /// The same without motion, for logs: a line a stream at work.
  std::vector<std::string> heartbeat(Instant now);
  std::int64_t total() const { return total_; }

 private:
  struct Sample {
    Instant at;
    std::int64_t rows, bytes;
  };
  struct Work {
    std::string kind, name, partition;
    std::int64_t rows = 0, bytes = 0;
    Instant since;
    std::deque<Sample> samples;  // of the last seconds, for the rate
  };
  Work& stream_of(const Event& event, Instant now);
  std::string work_line(Work& work, std::size_t width, Instant now);
  std::string total_line(std::size_t width, Instant now) const;

  std::map<std::string, Work> work_;  // by asset
  std::int64_t done_ = 0, total_ = 0;
  std::map<std::string, std::int64_t> done_of_, total_of_;  // by "streams", "models", "tests", "pages"
  Instant started_{};
  std::size_t frames_ = 0;
};

}  // namespace leat::cli

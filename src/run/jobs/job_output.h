// JobOutput: what `leat run --log-format json` prints, as the events that it was.
//
// Guarantees: lines that are no events are the program's own words; the last of them is kept,
//   for an error. Measures (CloudWatch's embedded metric format) are passed on to standard
//   output.
// Threads: one.
// Owns: the piece of a line that has not come to its end.
// Errors: none.
#pragma once
#include <string>
#include <string_view>

#include "base/event.h"
#include "run/jobs/launcher.h"

namespace leat::run {

class JobOutput {
 public:
  explicit JobOutput(EventListener& listener) : listener_(listener) {}
  /// Takes what was read, in pieces of any length.
  void take(std::string_view piece);
  /// The last error that an event told, or the last line that was no event.
  const std::string& last_error() const { return last_error_; }

 private:
  void tell(const std::string& line);
  EventListener& listener_;
  std::string buffer_, last_error_;
};

/// What an exit code of `leat run` means, with what it said last; `ended_by` says how its process ended,
/// where it did not exit.
LaunchResult result_of_exit(int code, const std::string& last_error, const std::string& ended_by = {});

}  // namespace leat::run

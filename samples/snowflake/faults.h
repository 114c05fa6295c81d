// Faults: what goes wrong on purpose.
//
// Guarantees: a fault waits for `skip` statements or requests that match, then strikes `next` of them and is
//   gone.
// Threads: any; one mutex.
// Owns: its orders.
// Errors: none; unknown kinds are refused by knows().
#pragma once
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace snowflake {

struct Fault {
  std::string kind, match;
  std::size_t next = 1, skip = 0;
  int status = 503, retry_after = -1, ms = 0;
};

class Faults {
 public:
  static bool knows(std::string_view kind);
  void add(Fault fault);
  /// The fault of that kind that strikes what `subject` (a path or a statement) says, if any.
  std::optional<Fault> strike(std::string_view kind, std::string_view subject);
  void reset();

 private:
  std::mutex mutex_;
  std::vector<Fault> faults_;
};

}  // namespace snowflake

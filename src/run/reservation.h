// Reservation: what a run is at work on, by name, so that no other run of the project is at the same
// time.
//
// Guarantees: all names or none. Runs in this process and in others keep out of each other's way; what is
//   held goes with the process, however that ends. Names of which none is held by another never wait for
//   each other (but for two names of the same 62 bits of hash).
// Threads: one.
// Owns: its descriptor of `.leat/lock`.
// Errors: Error(file_io); Error(run_busy), Error(cancelled) from take().
// Source: fcntl_locking(2), open file description locks: a byte of the file for each name
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/env.h"

namespace leat::run {

class Reservation {
 public:
  explicit Reservation(const std::string& folder);
  ~Reservation();
  Reservation(const Reservation&) = delete;
  Reservation& operator=(const Reservation&) = delete;

  /// Takes all `names` beside those that it holds; returns the first that is held by another, and then has
  /// none.
  std::optional<std::string> try_take(std::vector<std::string> names);
  /// The same, and waits for others, at most so long; then Error(run_busy) names what is held. Tells what it
  /// waits for once (run_waiting).
  void take(const std::vector<std::string>& names, Env& env,
            std::optional<std::chrono::milliseconds> patience = std::nullopt);
  /// Takes the project as a whole; false where a run is under way.
  bool try_take_all();
  void release();

 private:
  bool lock(short kind, std::uint64_t from, std::uint64_t count);
  std::string path_;
  int file_ = -1;
};

}  // namespace leat::run

// Child: a program that runs beside us, and what it writes, line by line.
//
// Guarantees: the program is the leader of a process group of its own, reads nothing, and inherits no open
//   file; whoever is left of the group is ended with the Child. A line longer than the limit ends the read
//   instead of filling memory. What it writes to stderr is cut at kNoteBytesMax a line.
// Threads: one; it has to outlive the calls only, but the program gets SIGTERM when that thread ends.
// Owns: the process and its pipes.
// Errors: Error(process_not_started), Error(process_silent), Error(process_output), Error(cancelled).
#pragma once
#include <chrono>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/env.h"

namespace leat::sources {

struct Program {
  std::vector<std::string> words;                              ///< the program and its arguments
  std::string folder;                                          ///< where it runs, "" for ours
  std::vector<std::pair<std::string, std::string>> variables;  ///< added to our environment
  std::vector<std::string> killed_by;  ///< a command that ends it where a signal does not reach it
};

struct ChildLimits {
  std::size_t line_bytes_max = 64u << 20;
  std::chrono::milliseconds silence_max = std::chrono::minutes(30);
  std::chrono::milliseconds end_max = std::chrono::seconds(60);  ///< from the end of its output to its own
};

class Child {
 public:
  static constexpr std::size_t kNoteBytesMax = 4096;
  using OnNote = std::function<void(std::string_view)>;

  /// Starts the program; `on_note` hears its stderr.
  Child(Program program, ChildLimits limits, OnNote on_note, Env& env);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// The next line of its output, nullopt at the end. Valid until the next call, with kLinePadding readable
  /// bytes behind it, the first of them 0.
  std::optional<std::string_view> next_line();
  /// Waits for its end; returns the exit code, 128 + N where signal N ended it.
  int wait();
  /// The last lines of its stderr.
  std::string last_notes() const;

 private:
  void start();
  bool read_more();
  void read_notes(bool to_the_end);
  void take_notes();
  void stop();

  const Program program_;
  const ChildLimits limits_;
  OnNote on_note_;
  Env& env_;
  int pid_ = -1, output_ = -1, notes_ = -1;
  std::string held_;                                  // what was read, with room behind
  std::size_t from_ = 0, filled_ = 0, searched_ = 0;  // the next line, the end, no break before here
  bool ended_ = false;
  std::string note_;
  std::deque<std::string> last_notes_;
};

}  // namespace leat::sources

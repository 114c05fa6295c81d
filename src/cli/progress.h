// Progress: turns events into what a user sees while work goes on: a live display on a
// terminal, a line a finished thing elsewhere, a JSON object a line with --log-format
// json.
//
// Guarantees: nothing is printed twice; the live display is gone, and the cursor back,
//   before a line is printed and at the end.
// Threads: on_event from any; a thread of its own redraws ten times a second on a
//   terminal, and elsewhere tells every 15 seconds what is still at work. Stop it when
//   nothing emits any more.
#pragma once
#include <memory>

#include "base/env.h"
#include "cli/command.h"

namespace leat::cli {

class Progress {
 public:
  /// Listens to `env` until it is stopped or goes.
  Progress(const Globals& globals, Env& env);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  /// Takes the display away; later events are not shown.
  void stop();

 private:
  class Screen;
  std::unique_ptr<Screen> screen_;
};

}  // namespace leat::cli

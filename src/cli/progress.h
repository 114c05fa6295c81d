// Progress: turns events into what a user sees while work goes on: a live display on a terminal, a line a
// finished thing elsewhere, a JSON object a line with --log-format json.
//
// Guarantees: nothing is printed twice; the live display is removed before a line is printed and at the end.
// Threads: on_event from any; a thread of its own redraws ten times a second on a terminal.
#pragma once
#include <memory>

#include "base/env.h"
#include "cli/command.h"

namespace leat::cli {

class Progress {
 public:
  /// Listens to `env` until it goes; Env must not emit afterwards.
  Progress(const Globals& globals, Env& env);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  /// Stops the display; later events are dropped.
  void stop();

 private:
  class Screen;
  std::shared_ptr<Screen> screen_;
};

}  // namespace leat::cli

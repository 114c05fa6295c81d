// Engine: JavaScript that computes and can do nothing else: a process of its own (`leat-script`) without
// files, network, programs or the environment.
//
// Guarantees: a script that runs too long is ended, one that takes too much memory is refused; neither hurts
//   this process. Globals last as long as the engine.
// Threads: one thread at a time; several engines side by side.
// Owns: the process, which ends with the engine.
// Errors: none are thrown; an Answer says what went wrong.
// Source: SpiderMonkey 102 (engine/), the way requests are written there
#pragma once
#include <sys/types.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace leat::script {

struct Answer {
  enum class Kind {
    done,
    threw,      ///< text: what, and where
    too_large,  ///< it wanted more memory than it may have
    too_long,   ///< it was ended; so is the engine
    gone        ///< the engine is not there any more
  };
  Kind kind = Kind::done;
  std::string text;  ///< what the script came to, as text
  bool is_done() const { return kind == Kind::done; }
};

class Engine {
 public:
  /// Null where the program is not installed or can't be started.
  static std::unique_ptr<Engine> open();
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Evaluates a script; `name` is what its errors call it.
  Answer evaluate(std::string_view name, std::string_view script, std::chrono::milliseconds limit);
  /// Calls a global function with one text.
  Answer call(std::string_view function, std::string_view argument, std::chrono::milliseconds limit);

 private:
  Engine(pid_t pid, int to, int from) : pid_(pid), to_(to), from_(from) {}
  Answer ask(const std::string& name, std::string_view text, std::chrono::milliseconds limit);
  Answer lost();

  pid_t pid_;
  int to_, from_;
};

}  // namespace leat::script

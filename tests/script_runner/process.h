// Process: runs a command in a folder with an environment of its own, within a time
// limit.
//
// Guarantees: the command and its children form a group that is ended when the time is
//   up; a background process ends with its object.
// Threads: one at a time.
// Owns: the processes it starts.
// Errors: a command that cannot be started ends with code 127.
#pragma once
#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

namespace script {

struct Outcome {
  int code = 0;    ///< exit code, or 128 + signal
  int signal = 0;  ///< 0: it ended by itself
  bool timed_out = false;
  std::string out, err;
};

using Variables = std::map<std::string, std::string>;

/// Waits for the end. `variables` are the whole environment.
Outcome run_process(const std::vector<std::string>& words, const std::string& folder,
                    const Variables& variables, int seconds);

/// A process in the background, whose first line of output has been read.
class Background {
 public:
  Background() = default;
  Background(const std::vector<std::string>& words, const std::string& folder, const Variables& variables);
  ~Background() { stop(); }
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;
  Background& operator=(Background&& other) noexcept;
  const std::string& first_line() const { return first_line_; }
  void stop();

 private:
  pid_t pid_ = 0;
  std::string first_line_;
};

}  // namespace script

// StandIn: a server program that a test starts for itself: it prints "listening on URL" first.
//
// Guarantees: the program is looked for beside the test's own; it is stopped with the object.
// Threads: one.
// Owns: the child process.
// Errors: url() is empty when the program is not there or does not start.
#pragma once
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

namespace leat::testing {

class StandIn {
 public:
  StandIn(const std::string& program, std::vector<std::string> arguments) {
    std::filesystem::path file = std::filesystem::read_symlink("/proc/self/exe").parent_path() / program;
    if (!std::filesystem::exists(file)) return;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return;
    arguments.insert(arguments.begin(), file.string());
    std::vector<char*> words;
    for (std::string& argument : arguments) words.push_back(argument.data());
    words.push_back(nullptr);
    pid_ = fork();
    if (pid_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGTERM);  // a test that is killed can't stop it
      dup2(ends[1], STDOUT_FILENO);
      execv(words[0], words.data());
      _exit(127);
    }
    close(ends[1]);
    std::string line;
    for (char c; read(ends[0], &c, 1) == 1 && c != '\n';) line.push_back(c);
    close(ends[0]);
    constexpr std::string_view kBefore = "listening on ";
    if (line.starts_with(kBefore)) url_ = line.substr(kBefore.size());
  }
  ~StandIn() {
    if (pid_ <= 0) return;
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
  }
  StandIn(const StandIn&) = delete;
  StandIn& operator=(const StandIn&) = delete;
  const std::string& url() const { return url_; }

 private:
  pid_t pid_ = -1;
  std::string url_;
};

}  // namespace leat::testing

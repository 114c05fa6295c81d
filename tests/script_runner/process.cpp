#include "process.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <utility>

namespace script {
namespace {

/// Ends in exec; never returns.
[[noreturn]] void become(const std::vector<std::string>& words, const std::string& folder,
                         const Variables& variables) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (chdir(folder.c_str()) != 0) _exit(126);
  clearenv();
  for (const auto& [name, value] : variables) setenv(name.c_str(), value.c_str(), 1);
  const int nothing = open("/dev/null", O_RDONLY);
  dup2(nothing, 0);
  std::vector<char*> pointers;
  for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  execvp(pointers[0], pointers.data());
  const std::string text = fmt::format("{}: cannot be run\n", words[0]);
  [[maybe_unused]] const ssize_t written = write(2, text.data(), text.size());
  _exit(127);
}

struct Pipe {
  std::array<int, 2> ends{-1, -1};
  Pipe() {
    if (pipe2(ends.data(), O_CLOEXEC) != 0) std::abort();
  }
  ~Pipe() {
    shut(0);
    shut(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void shut(std::size_t end) {
    if (ends[end] >= 0) close(ends[end]);
    ends[end] = -1;
  }
};

/// Reads both pipes until they close; false when the time is up first.
bool drain(Pipe& out, Pipe& err, Outcome& outcome, int seconds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  std::array<char, 65536> piece{};
  while (out.ends[0] >= 0 || err.ends[0] >= 0) {
    std::array<pollfd, 2> watched{pollfd{out.ends[0], POLLIN, 0}, pollfd{err.ends[0], POLLIN, 0}};
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    if (poll(watched.data(), watched.size(), static_cast<int>(left.count())) <= 0) continue;
    for (std::size_t i = 0; i < 2; ++i) {
      if (watched[i].revents == 0) continue;
      const ssize_t got = read(watched[i].fd, piece.data(), piece.size());
      if (got > 0)
        (i == 0 ? outcome.out : outcome.err).append(piece.data(), static_cast<std::size_t>(got));
      else
        (i == 0 ? out : err).shut(0);
    }
  }
  return true;
}

}  // namespace

Outcome run_process(const std::vector<std::string>& words, const std::string& folder,
                    const Variables& variables, int seconds) {
  Pipe out, err;
  const pid_t child = fork();
  if (child == 0) {
    dup2(out.ends[1], 1);
    dup2(err.ends[1], 2);
    become(words, folder, variables);
  }
  out.shut(1);
  err.shut(1);
  Outcome outcome;
  if (!drain(out, err, outcome, seconds)) {
    outcome.timed_out = true;
    kill(-child, SIGKILL);
  }
  int status = 0;
  waitpid(child, &status, 0);
  outcome.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + outcome.signal;
  return outcome;
}

Background::Background(const std::vector<std::string>& words, const std::string& folder,
                       const Variables& variables) {
  Pipe out;
  pid_ = fork();
  if (pid_ == 0) {
    dup2(out.ends[1], 1);
    become(words, folder, variables);
  }
  out.shut(1);
  for (char c = 0; read(out.ends[0], &c, 1) == 1 && c != '\n';) first_line_ += c;
}

Background& Background::operator=(Background&& other) noexcept {
  stop();
  pid_ = std::exchange(other.pid_, 0);
  first_line_ = std::move(other.first_line_);
  return *this;
}

void Background::stop() {
  if (pid_ <= 0) return;
  kill(-pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

}  // namespace script

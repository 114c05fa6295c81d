#include "sources/child.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/secret.h"
#include "base/units.h"
#include "sources/record_columns.h"

namespace leat::sources {
namespace {

constexpr int kSliceMs = 100;
constexpr int kStopMs = 3000;
constexpr std::size_t kPieceBytes = 256u << 10;
constexpr std::size_t kLastNotesMax = 12;

void close_file(int& file) {
  if (file >= 0) ::close(file);
  file = -1;
}

// Between fork and exec: nothing here may allocate.
[[noreturn]] void become(char* const* words, char* const* variables, const char* folder, int output,
                         int notes, int report) {
  for (int signal : {SIGTERM, SIGINT, SIGPIPE}) ::signal(signal, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  int nothing = ::open("/dev/null", O_RDONLY);
  bool ready = nothing >= 0 && ::dup2(nothing, STDIN_FILENO) >= 0 && ::dup2(output, STDOUT_FILENO) >= 0 &&
               ::dup2(notes, STDERR_FILENO) >= 0 && (!*folder || ::chdir(folder) == 0);
  constexpr unsigned kCloseOnExec = 4;
  ::syscall(SYS_close_range, 3U, ~0U, kCloseOnExec);
  if (ready) ::execvpe(words[0], words, variables);
  int problem = errno;
  if (::write(report, &problem, sizeof problem) < 0) ::_exit(126);
  ::_exit(127);
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

std::vector<std::string> environment(const std::vector<std::pair<std::string, std::string>>& more) {
  std::vector<std::string> all;
  for (char** each = environ; *each; ++each) {
    std::string_view entry = *each;
    std::string_view name = entry.substr(0, entry.find('='));
    bool replaced = false;
    for (const auto& [other, value] : more) replaced = replaced || other == name;
    if (!replaced) all.emplace_back(entry);
  }
  for (const auto& [name, value] : more) all.push_back(name + "=" + value);
  return all;
}

// Runs a short command to its end, output thrown away; for what a signal can't reach.
void run_quietly(std::vector<std::string> words) {
  std::vector<char*> arguments = pointers(words);
  std::vector<std::string> variables = environment({});
  std::vector<char*> environment_pointers = pointers(variables);
  int nothing = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  int pid = ::fork();
  if (pid == 0) become(arguments.data(), environment_pointers.data(), "", nothing, nothing, nothing);
  if (nothing >= 0) ::close(nothing);
  if (pid < 0) return;
  int handle = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  pollfd over{handle, POLLIN, 0};
  if (handle < 0 || ::poll(&over, 1, kStopMs) <= 0) ::kill(pid, SIGKILL);
  if (handle >= 0) ::close(handle);
  ::waitpid(pid, nullptr, 0);
}

// True once the process has ended; it stays to be waited for.
bool has_ended(int pid, int wait_ms) {
  int handle = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (handle < 0) return true;
  pollfd over{handle, POLLIN, 0};
  bool ended = ::poll(&over, 1, wait_ms) > 0;
  ::close(handle);
  return ended;
}

}  // namespace

Child::Child(Program program, ChildLimits limits, OnNote on_note, Env& env)
    : program_(std::move(program)), limits_(limits), on_note_(std::move(on_note)), env_(env) {
  LEAT_ASSERT(!program_.words.empty());
  start();
}

Child::~Child() {
  stop();
}

void Child::start() {
  int output[2], notes[2], report[2];
  if (::pipe2(output, O_CLOEXEC) != 0 || ::pipe2(notes, O_CLOEXEC) != 0 || ::pipe2(report, O_CLOEXEC) != 0)
    throw Error(ErrorCode::process_not_started, std::strerror(errno), program_.words[0]);
  std::vector<std::string> words = program_.words, variables = environment(program_.variables);
  std::vector<char*> arguments = pointers(words), environment_pointers = pointers(variables);
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, &before);
  pid_ = ::fork();
  if (pid_ == 0) {
    become(arguments.data(), environment_pointers.data(), program_.folder.c_str(), output[1], notes[1],
           report[1]);
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  for (int end : {output[1], notes[1], report[1]}) ::close(end);
  output_ = output[0];
  notes_ = notes[0];
  int problem = pid_ < 0 ? errno : 0;
  ssize_t got = pid_ < 0 ? 1 : ::read(report[0], &problem, sizeof problem);
  ::close(report[0]);
  if (got <= 0) return;
  if (pid_ > 0) ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
  close_file(output_);
  close_file(notes_);
  throw Error(ErrorCode::process_not_started, std::strerror(problem), program_.words[0]);
}

void Child::take_notes() {
  for (std::size_t stop; (stop = note_.find('\n')) != std::string::npos; note_.erase(0, stop + 1)) {
    std::string line = note_.substr(0, std::min(stop, kNoteBytesMax));
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    if (on_note_) on_note_(line);
    last_notes_.push_back(std::move(line));
    if (last_notes_.size() > kLastNotesMax) last_notes_.pop_front();
  }
  // The rest of a line that is too long is of no use.
  if (note_.size() > 4 * kNoteBytesMax) note_.resize(kNoteBytesMax);
}

void Child::read_notes(bool to_the_end) {
  char piece[4096];
  while (notes_ >= 0) {
    pollfd ready{notes_, POLLIN, 0};
    if (::poll(&ready, 1, 0) <= 0) break;
    ssize_t got = ::read(notes_, piece, sizeof piece);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      close_file(notes_);
      break;
    }
    note_.append(piece, static_cast<std::size_t>(got));
    take_notes();
  }
  if (to_the_end && !note_.empty()) {
    note_ += '\n';
    take_notes();
  }
}

// Waits for more output; false at its end.
bool Child::read_more() {
  if (from_ > 0) {
    std::memmove(held_.data(), held_.data() + from_, filled_ - from_);
    filled_ -= from_;
    searched_ -= from_;
    from_ = 0;
  }
  if (filled_ > limits_.line_bytes_max) {
    throw Error(ErrorCode::process_output,
                fmt::format("A line is longer than {}",
                            format_bytes(static_cast<std::int64_t>(limits_.line_bytes_max))),
                program_.words[0])
        .fix("Raise `line_bytes_max`, or have the program write smaller records.");
  }
  if (held_.size() < filled_ + kPieceBytes + kLinePadding)
    held_.resize(std::max(2 * held_.size(), filled_ + kPieceBytes + kLinePadding));
  auto quiet_since = env_.steady();
  while (true) {
    env_.check_cancelled();
    pollfd ready[2] = {{output_, POLLIN, 0}, {notes_, POLLIN, 0}};
    int count = ::poll(ready, 2, kSliceMs);
    if (count > 0 && ready[1].revents) {
      read_notes(false);
      quiet_since = env_.steady();
    }
    if (count > 0 && ready[0].revents) {
      ssize_t got = ::read(output_, held_.data() + filled_, held_.size() - filled_ - kLinePadding);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return false;
      filled_ += static_cast<std::size_t>(got);
      return true;
    }
    if (env_.steady() - quiet_since > limits_.silence_max) {
      throw Error(ErrorCode::process_silent,
                  fmt::format("Nothing was heard for {}", format_duration(limits_.silence_max)),
                  program_.words[0])
          .retry();
    }
  }
}

std::optional<std::string_view> Child::next_line() {
  while (true) {
    const void* found =
        filled_ > searched_ ? std::memchr(held_.data() + searched_, '\n', filled_ - searched_) : nullptr;
    std::size_t stop =
        found ? static_cast<std::size_t>(static_cast<const char*>(found) - held_.data()) : filled_;
    if (found || (ended_ && filled_ > from_)) {
      std::string_view line(held_.data() + from_, stop - from_);
      held_[stop] = '\0';
      from_ = searched_ = std::min(stop + 1, filled_);
      if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
      if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
      held_[static_cast<std::size_t>(line.data() - held_.data()) + line.size()] = '\0';
      return line;
    }
    if (ended_) return std::nullopt;
    searched_ = filled_;
    ended_ = !read_more();
  }
}

int Child::wait() {
  if (pid_ <= 0) return 0;
  auto since = env_.steady();
  while (!has_ended(pid_, kSliceMs)) {
    env_.check_cancelled();
    read_notes(false);
    if (env_.steady() - since > limits_.end_max)
      throw Error(ErrorCode::process_silent, "It closed its output and does not end", program_.words[0]);
  }
  ::kill(-pid_, SIGKILL);  // what it left running
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  read_notes(true);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

void Child::stop() {
  if (pid_ > 0) {
    ::kill(-pid_, SIGTERM);
    if (!has_ended(pid_, kStopMs) && !program_.killed_by.empty()) run_quietly(program_.killed_by);
    ::kill(-pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
  close_file(output_);
  close_file(notes_);
}

std::string Child::last_notes() const {
  std::string out;
  for (const std::string& line : last_notes_) out += (out.empty() ? "" : "\n") + line;
  return redact(out);
}

}  // namespace leat::sources

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/error.h"
#include "base/secret.h"
#include "run/jobs/job_output.h"

namespace leat::run {
namespace {

constexpr int kSliceMs = 100, kStopMs = 10'000;

struct Limits {
  rlimit memory{}, cpu{};
  bool has_memory = false, has_cpu = false;
};

// Between fork and exec: nothing here may allocate.
[[noreturn]] void become(char* const* arguments, int output, int errors, const Limits& limits) {
  for (int signal : {SIGTERM, SIGINT, SIGPIPE}) ::signal(signal, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::setpgid(0, 0);
  // A server that dies takes its jobs along; what they had begun is rolled back, and is done again.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (limits.has_memory) ::setrlimit(RLIMIT_AS, &limits.memory);
  if (limits.has_cpu) ::setrlimit(RLIMIT_CPU, &limits.cpu);
  ::dup2(output, STDOUT_FILENO);
  ::dup2(errors, STDERR_FILENO);
  ::execv(arguments[0], arguments);
  ::_exit(127);
}

// A pipe whose ends are closed with it.
struct Pipe {
  std::array<int, 2> ends{-1, -1};
  Pipe() {
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
      throw Error(ErrorCode::file_io, std::strerror(errno), "a job's pipe");
  }
  ~Pipe() {
    close_end(0);
    close_end(1);
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close_end(std::size_t end) {
    if (ends[end] >= 0) ::close(ends[end]);
    ends[end] = -1;
  }
};

class ChildProcess : public Launcher {
 public:
  explicit ChildProcess(const LauncherOptions& options) : options_(options) {
    std::error_code none;
    if (options_.program.empty())
      options_.program = std::filesystem::read_symlink("/proc/self/exe", none).string();
  }

  LaunchResult run(const Launch& launch, std::stop_token stop, EventListener& listener) override {
    LaunchResult result;
    try {
      result = follow(launch, stop, listener);
    } catch (const Error& error) {
      result.error = redact(error.what());
      result.is_retryable = true;
    }
    if (stop.stop_requested() && result.end == LaunchResult::End::failed)
      result.end = LaunchResult::End::stopped;
    return result;
  }

 private:
  std::vector<std::string> words_of(const Launch& launch) const {
    std::vector<std::string> words = {options_.program, "--project", options_.folder, "--log-format", "json"};
    if (!options_.target.empty()) words.insert(words.end(), {"--target", options_.target});
    words.insert(words.end(), {"run", "--job", to_json(launch.spec)});
    if (options_.live) words.push_back("--live");
    return words;
  }

  Limits limits() const {
    Limits limits;
    auto memory = static_cast<rlim_t>(options_.memory_bytes);
    auto seconds = static_cast<rlim_t>((options_.cpu.count() + 999) / 1000);
    limits.has_memory = memory > 0;
    limits.has_cpu = seconds > 0;
    limits.memory = {memory, memory};
    limits.cpu = {seconds, seconds};
    return limits;
  }

  LaunchResult follow(const Launch& launch, const std::stop_token& stop, EventListener& listener) const {
    Pipe output;
    std::vector<std::string> words = words_of(launch);
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    Limits within = limits();
    sigset_t all, before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, &before);
    int pid = ::fork();
    if (pid == 0) become(arguments.data(), output.ends[1], output.ends[1], within);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    output.close_end(1);
    if (pid < 0) throw Error(ErrorCode::file_io, std::strerror(errno), words[0]);
    JobOutput said(listener);
    read_events(pid, output.ends[0], stop, said);
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return result_of(status, said.last_error());
  }

  // Until the child closes its output, which it does by ending.
  void read_events(int pid, int file, const std::stop_token& stop, JobOutput& said) const {
    std::array<char, 65536> piece;
    int waited = -1;
    for (;;) {
      if (stop.stop_requested()) {
        if (waited < 0) ::kill(pid, SIGTERM);
        if (waited < kStopMs && waited + kSliceMs >= kStopMs) ::kill(-pid, SIGKILL);
        waited = waited < 0 ? 0 : waited + kSliceMs;
      }
      pollfd ready{file, POLLIN, 0};
      if (::poll(&ready, 1, kSliceMs) <= 0) continue;
      ssize_t got = ::read(file, piece.data(), piece.size());
      if (got <= 0) break;
      said.take({piece.data(), static_cast<std::size_t>(got)});
    }
  }

  static LaunchResult result_of(int status, const std::string& last_error) {
    if (!WIFSIGNALED(status)) return result_of_exit(WEXITSTATUS(status), last_error);
    int signal = WTERMSIG(status);
    LaunchResult result =
        result_of_exit(-1, last_error,
                       fmt::format("Its process was ended by signal {} ({})", signal,
                                   signal == SIGXCPU ? "it used up `cpu`" : ::strsignal(signal)));
    result.is_retryable = result.is_retryable && signal != SIGXCPU;
    return result;
  }

  LauncherOptions options_;
};

}  // namespace

std::unique_ptr<Launcher> child_process_launcher(const LauncherOptions& options) {
  return std::make_unique<ChildProcess>(options);
}

}  // namespace leat::run

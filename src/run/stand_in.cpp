#include "run/stand_in.h"

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
#include <filesystem>

#include "base/error.h"

namespace leat::run {
namespace {

std::string find_program(const std::string& name) {
  std::error_code none;
  std::filesystem::path here = std::filesystem::read_symlink("/proc/self/exe", none).parent_path();
  if (name.find('/') == std::string::npos && std::filesystem::exists(here / name))
    return (here / name).string();
  return name;
}

constexpr int kSliceMs = 100;
constexpr int kStartSlices = 600;  // a minute to read its data and listen
constexpr int kStopMs = 3000;

// The program's first line; "" when it ends without one, or takes too long. A slice at a time, so that Ctrl-C
// is heard.
std::string read_line(int file, const Env& env) {
  std::string line;
  for (int slice = 0; slice < kStartSlices; ++slice) {
    env.check_cancelled();
    pollfd ready{file, POLLIN, 0};
    if (::poll(&ready, 1, kSliceMs) <= 0) continue;
    char c = 0;
    while (line.size() < 4096 && ::poll(&ready, 1, 0) > 0) {
      if (::read(file, &c, 1) != 1 || c == '\n') return line;
      line.push_back(c);
    }
  }
  return "";
}

// Between fork and exec: nothing here may allocate.
[[noreturn]] void become(char* const* arguments, int output) {
  for (int signal : {SIGTERM, SIGINT, SIGPIPE}) ::signal(signal, SIG_DFL);
  // A mask is inherited: the program would not hear that it shall end.
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  // Ctrl-C on the terminal is meant for Leat, which still needs the source to end in order.
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  ::dup2(output, STDOUT_FILENO);
  ::execvp(arguments[0], arguments);
  ::_exit(127);
}

// Asks the process to end, and insists when it does not.
int end_process(int pid) {
  ::kill(pid, SIGTERM);
  int handle = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (handle >= 0) {
    pollfd ended{handle, POLLIN, 0};
    if (::poll(&ended, 1, kStopMs) <= 0) ::kill(pid, SIGKILL);
    ::close(handle);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  return status;
}

Error not_started(const std::string& program, const std::string& line, int status) {
  bool missing = WIFEXITED(status) && WEXITSTATUS(status) == 127;
  std::string what = missing        ? "The stand-in's program is not found"
                     : line.empty() ? "The stand-in did not start"
                                    : "The stand-in's first line is no `listening on URL`: " + line;
  return Error(line.empty() ? ErrorCode::config_not_found : ErrorCode::config_invalid, what, program)
      .fix("Build it (`make build`) or correct `stand_in`; `--live` reads the real source without it.");
}

}  // namespace

StandInProcess::StandInProcess(const StandIn& stand_in, Env& env) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw Error(ErrorCode::file_io, std::strerror(errno), "pipe");
  std::vector<std::string> words = stand_in.command;
  if (words.empty()) throw Error(ErrorCode::config_invalid, "`command` of `stand_in` is empty", "leat.yml");
  words[0] = find_program(words[0]);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  // Until it is itself, the child hears no signal that is meant for it.
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, &before);
  pid_ = ::fork();
  if (pid_ == 0) become(arguments.data(), ends[1]);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::close(ends[1]);
  output_ = ends[0];
  if (pid_ < 0) {
    ::close(output_);
    throw Error(ErrorCode::file_io, std::strerror(errno), words[0]);
  }
  constexpr std::string_view kAnnounce = "listening on ";
  try {
    std::string line = read_line(output_, env);
    if (!line.starts_with(kAnnounce)) throw not_started(words[0], line, stop());
    url_ = line.substr(kAnnounce.size());
  } catch (const Error&) {
    stop();  // a constructor that throws has no destructor
    throw;
  }
  env.set_variable(stand_in.variable, url_);
}

int StandInProcess::stop() {
  if (pid_ <= 0) return 0;
  int status = end_process(pid_);
  ::close(output_);
  pid_ = -1;
  return status;
}

StandInProcess::~StandInProcess() {
  stop();
}

std::unique_ptr<StandInProcess> start_stand_in(const ProjectFile& project, bool live, Env& env) {
  if (!project.stand_in || live) return nullptr;
  if (env.variable(project.stand_in->variable).value_or("") != "") return nullptr;
  StandIn stand_in = *project.stand_in;
  // A program of the project is found wherever Leat was started.
  if (!stand_in.command.empty() && stand_in.command[0].find('/') != std::string::npos)
    stand_in.command[0] = (std::filesystem::path(project.folder) / stand_in.command[0]).string();
  auto process = std::make_unique<StandInProcess>(stand_in, env);
  env.emit({"stand_in_started",
            EventLevel::info,
            {{"command", project.stand_in->command[0]}, {"url", process->url()}}});
  return process;
}

}  // namespace leat::run

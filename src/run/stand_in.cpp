#include "run/stand_in.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <signal.h>
#include <sys/prctl.h>
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

std::string read_line(int file) {
  std::string line;
  char c;
  while (line.size() < 4096 && ::read(file, &c, 1) == 1 && c != '\n') line.push_back(c);
  return line;
}

}  // namespace

StandInProcess::StandInProcess(const StandIn& stand_in, Env& env) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw Error(ErrorCode::file_io, std::strerror(errno), "pipe");
  std::vector<std::string> words = stand_in.command;
  words[0] = find_program(words[0]);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ < 0) throw Error(ErrorCode::file_io, std::strerror(errno), words[0]);
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    ::dup2(ends[1], STDOUT_FILENO);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  output_ = ends[0];
  std::string line = read_line(output_);
  constexpr std::string_view kAnnounce = "listening on ";
  if (!line.starts_with(kAnnounce)) {
    int status = 0;
    ::waitpid(pid_, &status, WNOHANG);
    ::close(output_);
    ::kill(pid_, SIGTERM);
    bool missing = WIFEXITED(status) && WEXITSTATUS(status) == 127;
    throw Error(missing || line.empty() ? ErrorCode::config_not_found : ErrorCode::config_invalid,
                line.empty() ? "The stand-in did not start"
                             : fmt::format("The stand-in's first line is no `listening on URL`: {}", line),
                words[0])
        .fix("Build it (`make build`), or run with --live to read the real source.");
  }
  url_ = line.substr(kAnnounce.size());
  env.set_variable(stand_in.variable, url_);
}

StandInProcess::~StandInProcess() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
  ::close(output_);
}

std::unique_ptr<StandInProcess> start_stand_in(const ProjectFile& project, bool live, Env& env) {
  if (!project.stand_in || live) return nullptr;
  if (env.variable(project.stand_in->variable).value_or("") != "") return nullptr;
  auto process = std::make_unique<StandInProcess>(*project.stand_in, env);
  env.emit({"stand_in_started",
            EventLevel::info,
            {{"command", project.stand_in->command[0]}, {"url", process->url()}}});
  return process;
}

}  // namespace leat::run

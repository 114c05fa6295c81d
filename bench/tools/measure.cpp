// measure FILE CMD ARGS…: runs a command and writes "seconds max_kilobytes cpu_seconds own_kilobytes
// all_kilobytes" of it to FILE. Own is the most memory that was its own (anonymous: neither program text nor
// libraries), looked at every 2 ms. All is the most that it and the processes below it had resident together,
// looked at every 20 ms: what they share counts for each.
#include <fmt/core.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

namespace {

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

// A line of a process's status, such as "RssAnon: %ld"; 0 when it is gone.
long kilobytes(pid_t process, const char* format) {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/%d/status", process);
  std::FILE* file = std::fopen(path, "r");
  if (!file) return 0;
  char line[256];
  long found = 0;
  while (std::fgets(line, sizeof line, file)) {
    if (std::sscanf(line, format, &found) == 1) break;
  }
  std::fclose(file);
  return found;
}

// What a process and those that it started, and they in turn, have resident.
long all_kilobytes(pid_t process) {
  long sum = kilobytes(process, "VmRSS: %ld");
  std::error_code gone;
  const std::string tasks = fmt::format("/proc/{}/task", process);
  for (std::filesystem::directory_iterator at(tasks, gone), end; !gone && at != end; at.increment(gone)) {
    std::ifstream children(at->path() / "children");
    for (pid_t child = 0; children >> child;) sum += all_kilobytes(child);
  }
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    fmt::print(stderr, "measure: usage: measure FILE CMD ARGS...\n");
    return 125;
  }
  const auto start = std::chrono::steady_clock::now();
  const pid_t child = fork();
  if (child < 0) return 125;
  if (child == 0) {
    execvp(argv[2], argv + 2);
    fmt::print(stderr, "measure: {} cannot be run\n", argv[2]);
    _exit(127);
  }
  int status = 0;
  rusage usage{};
  long own = 0, all = 0;
  for (int look = 0;; ++look) {
    const pid_t ended = wait4(child, &status, WNOHANG, &usage);
    if (ended == child) break;
    if (ended < 0) return 125;
    own = std::max(own, kilobytes(child, "RssAnon: %ld"));
    if (look % 10 == 0) all = std::max(all, all_kilobytes(child));
    usleep(2000);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::FILE* file = std::fopen(argv[1], "w");
  if (!file) {
    fmt::print(stderr, "measure: {} cannot be written\n", argv[1]);
    return 125;
  }
  fmt::print(file, "{:.3f} {} {:.3f} {} {}\n", took.count(), usage.ru_maxrss,
             seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime), own, std::max(all, usage.ru_maxrss));
  std::fclose(file);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// measure FILE CMD ARGS…: runs a command and writes "seconds max_kilobytes cpu_seconds own_kilobytes" of it to FILE; the
// last is the most memory that was its own (anonymous: neither program text nor libraries), looked at every 2 ms.
#include <fmt/core.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace {

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

long own_kilobytes(pid_t child) {
  char path[64];
  std::snprintf(path, sizeof path, "/proc/%d/status", child);
  std::FILE* file = std::fopen(path, "r");
  if (!file) return 0;
  char line[256];
  long found = 0;
  while (std::fgets(line, sizeof line, file)) {
    if (std::sscanf(line, "RssAnon: %ld", &found) == 1) break;
  }
  std::fclose(file);
  return found;
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
  long own = 0;
  while (true) {
    const pid_t ended = wait4(child, &status, WNOHANG, &usage);
    if (ended == child) break;
    if (ended < 0) return 125;
    own = std::max(own, own_kilobytes(child));
    usleep(2000);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::FILE* file = std::fopen(argv[1], "w");
  if (!file) {
    fmt::print(stderr, "measure: {} cannot be written\n", argv[1]);
    return 125;
  }
  fmt::print(file, "{:.3f} {} {:.3f} {}\n", took.count(), usage.ru_maxrss,
             seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime), own);
  std::fclose(file);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// measure FILE CMD ARGS…: runs a command and writes "seconds max_kilobytes cpu_seconds" of it and its
// children to FILE.
#include <fmt/core.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>

namespace {

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
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
  if (wait4(child, &status, 0, &usage) != child) return 125;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::FILE* file = std::fopen(argv[1], "w");
  if (!file) {
    fmt::print(stderr, "measure: {} cannot be written\n", argv[1]);
    return 125;
  }
  fmt::print(file, "{:.3f} {} {:.3f}\n", took.count(), usage.ru_maxrss,
             seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime));
  std::fclose(file);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// The composition root: signals, the environment, the command line.
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <thread>

#include "base/env.h"
#include "cli/command.h"
#include "files/aws_secrets.h"

namespace {

// Ctrl-C and SIGTERM ask the run to end at its next batch boundary; a second one ends the process at once.
void watch_signals(leat::Env& env) {
  static sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  std::thread([&env] {
    int got = 0;
    sigwait(&signals, &got);
    env.request_stop();
    env.emit({"stop_requested",
              leat::EventLevel::warning,
              {{"message", std::string("stopping at the next batch (Ctrl-C again: at once)")}}});
    sigwait(&signals, &got);
    constexpr char kCursor[] = "\033[?25h\n";  // a live display hides it
    if (isatty(STDOUT_FILENO) && write(STDOUT_FILENO, kCursor, sizeof kCursor - 1) < 0) _exit(130);
    _exit(130);
  }).detach();
}

// A core holds the memory, and the memory holds secrets. LEAT_CORE_DUMPS=1 allows it, to those who look for a
// bug.
void dump_no_core(const leat::Env& env) {
  rlimit none{0, 0};
  if (!env.variable("LEAT_CORE_DUMPS")) setrlimit(RLIMIT_CORE, &none);
}

}  // namespace

int main(int argc, char** argv) {
  leat::Env env;
  dump_no_core(env);
  watch_signals(env);
  leat::files::provide_aws_secrets(env);
  return leat::cli::run_command_line(argc, argv, env);
}

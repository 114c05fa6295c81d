// The composition root: signals, the environment, the command line.
#include <pthread.h>
#include <signal.h>

#include <thread>

#include "base/env.h"
#include "cli/command.h"

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
    sigwait(&signals, &got);
    _exit(130);
  }).detach();
}

}  // namespace

int main(int argc, char** argv) {
  leat::Env env;
  watch_signals(env);
  return leat::cli::run_command_line(argc, argv, env);
}

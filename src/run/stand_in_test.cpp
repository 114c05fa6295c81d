#include "run/stand_in.h"

#include <doctest/doctest.h>
#include <signal.h>

#include "base/error.h"

using namespace leat;
using namespace leat::run;

namespace {
ProjectFile project_with(std::vector<std::string> command) {
  ProjectFile project;
  project.stand_in = StandIn{std::move(command), "LEAT_TEST_STAND_IN"};
  return project;
}
}  // namespace

TEST_CASE("a stand-in sets its variable and is gone afterwards, also when signals are blocked here") {
  sigset_t signals, before;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, &before);
  Env env(fixed_clock({}), 1);
  std::string pid;
  {
    auto stand_in = start_stand_in(
        project_with({"sh", "-c", "echo listening on http://127.0.0.1:1/$$; exec tail -f /dev/null"}), false,
        env);
    REQUIRE(stand_in);
    CHECK(env.variable("LEAT_TEST_STAND_IN") == stand_in->url());
    pid = stand_in->url().substr(stand_in->url().rfind('/') + 1);
    CHECK(kill(std::stoi(pid), 0) == 0);
  }
  CHECK(kill(std::stoi(pid), 0) != 0);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST_CASE("a stand-in is left out for --live and where its variable is set already") {
  Env env(fixed_clock({}), 1);
  ProjectFile project =
      project_with({"sh", "-c", "echo listening on http://127.0.0.1:1; exec tail -f /dev/null"});
  CHECK_FALSE(start_stand_in(project, true, env));
  env.set_variable("LEAT_TEST_STAND_IN", "http://elsewhere");
  CHECK_FALSE(start_stand_in(project, false, env));
}

TEST_CASE("a stand-in may be a program of the project") {
  Env env(fixed_clock({}), 1);
  ProjectFile project =
      project_with({"bin/sh", "-c", "echo listening on http://127.0.0.1:1; exec tail -f /dev/null"});
  project.folder = "/usr";
  CHECK(start_stand_in(project, false, env));
}

TEST_CASE("a stand-in that is missing or says something else is refused") {
  Env env(fixed_clock({}), 1);
  auto code_of = [&](std::vector<std::string> command) {
    try {
      start_stand_in(project_with(std::move(command)), false, env);
    } catch (const Error& error) {
      return error.code();
    }
    return ErrorCode::internal;
  };
  CHECK(code_of({"no-such-program-anywhere"}) == ErrorCode::config_not_found);
  CHECK(code_of({"sh", "-c", "echo hello; exec tail -f /dev/null"}) == ErrorCode::config_invalid);
  CHECK(code_of({"true"}) == ErrorCode::config_not_found);
}

TEST_CASE("a stop is heard while a stand-in starts") {
  Env env(fixed_clock({}), 1);
  env.request_stop();
  CHECK_THROWS_AS(start_stand_in(project_with({"tail", "-f", "/dev/null"}), false, env), Error);
}

#include "run/reservation.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>

#include "base/error.h"
#include "run/lock.h"
#include "support/event_count.h"
#include "support/temporary_folder.h"

namespace leat::run {

TEST_CASE("two runs of different assets go on at once; of one asset only one does") {
  testing::TemporaryFolder folder;
  Reservation one(folder.path()), other(folder.path());
  CHECK_FALSE(one.try_take({"a", "b"}));
  CHECK_FALSE(other.try_take({"c", "d"}));
  Reservation third(folder.path());
  CHECK(third.try_take({"x", "b"}) == "b");
  // All or none: `x` is free again.
  Reservation fourth(folder.path());
  CHECK_FALSE(fourth.try_take({"x"}));
}

TEST_CASE("what a run holds is free when it is over") {
  testing::TemporaryFolder folder;
  {
    Reservation one(folder.path());
    CHECK_FALSE(one.try_take({"a"}));
  }
  CHECK_FALSE(Reservation(folder.path()).try_take({"a"}));
}

TEST_CASE("a process that dies holds nothing any more") {
  testing::TemporaryFolder folder;
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  pid_t child = ::fork();
  if (child == 0) {
    Reservation held(folder.path());
    held.try_take({"a"});
    (void)!::write(ready[1], "x", 1);
    ::pause();
    ::_exit(0);
  }
  char byte = 0;
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  Reservation mine(folder.path());
  CHECK(mine.try_take({"a"}) == "a");
  CHECK_FALSE(mine.try_take({"b"}));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  CHECK_FALSE(mine.try_take({"a"}));
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_CASE("taking waits for as long as its patience, tells what for once, and names it in its error") {
  testing::TemporaryFolder folder;
  testing::EventCount told("run_waiting", "a");
  Env env(fixed_clock({}), 1);
  env.listen(told);
  Reservation held(folder.path());
  held.try_take({"a"});
  Reservation mine(folder.path());
  try {
    mine.take({"b", "a"}, env, std::chrono::seconds(2));
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::run_busy);
    CHECK(error.what_failed().find("at work on a") != std::string::npos);
  }
  CHECK(told.count == 1);
  env.request_stop();
  CHECK_THROWS_AS(mine.take({"a"}, env), Error);
}

TEST_CASE("the whole project is free only while nobody is at work on any of it") {
  testing::TemporaryFolder folder;
  auto run = std::make_unique<Reservation>(folder.path());
  run->try_take({"a"});
  CHECK_THROWS_AS(ProjectLock(folder.path()), Error);
  run.reset();
  ProjectLock whole(folder.path());
  CHECK(Reservation(folder.path()).try_take({"anything"}) == "anything");
}

TEST_CASE("ten thousand assets are reserved in a moment") {
  testing::TemporaryFolder folder;
  std::vector<std::string> names;
  for (int i = 0; i < 10'000; ++i) names.push_back("model.big.m" + std::to_string(i));
  Reservation one(folder.path());
  CHECK_FALSE(one.try_take(names));
  CHECK(Reservation(folder.path()).try_take({"model.big.m9999"}));
}

}  // namespace leat::run

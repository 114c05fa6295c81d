#include "run/packages/version_range.h"

#include <doctest/doctest.h>

using namespace leat::run;

TEST_CASE("versions compare by their numbers, and a prerelease comes before its release") {
  CHECK(compare_versions("1.10.0", "1.9.9") > 0);
  CHECK(compare_versions("v1.0.0", "1.0.0") == 0);
  CHECK(compare_versions("1.0.0-rc1", "1.0.0") < 0);
  CHECK(compare_versions("1.0.0-b2", "1.0.0-rc1") < 0);
  CHECK(compare_versions("1.0.0-rc.2", "1.0.0-rc.10") < 0);
  CHECK(compare_versions("1.0", "1.0.0") < 0);
}

TEST_CASE("the newest version that all conditions allow is taken") {
  VersionRange range;
  range.add(">=0.8.0");
  range.add("<1.2.0");
  CHECK(range.newest({"0.7.9", "0.8.0", "1.1.1", "1.2.0", "1.2.0-rc1"}, false) == "1.1.1");
  CHECK(range.newest({"0.7.9", "1.2.0-rc1"}, true) == "1.2.0-rc1");
  CHECK(range.newest({"0.7.9"}, false) == "");
}

TEST_CASE("a version that is named is taken even where it is a prerelease") {
  VersionRange range;
  range.add("1.0.0-rc1");
  CHECK(range.newest({"1.0.0-rc1", "1.0.0"}, false) == "1.0.0-rc1");
}

TEST_CASE("conditions may be joined by commas") {
  VersionRange range;
  range.add(">=1.0.0,<1.1.0");
  CHECK(range.holds("1.0.9"));
  CHECK_FALSE(range.holds("1.1.0"));
  CHECK_THROWS(range.add("newest"));
}

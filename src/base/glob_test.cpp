#include "base/glob.h"

#include <doctest/doctest.h>

#include <string>

namespace leat {

TEST_CASE("globs match stars and question marks, in linear time") {
  CHECK(matches_glob(":@*", ":@computed_region_x"));
  CHECK(matches_glob("a?c", "abc"));
  CHECK_FALSE(matches_glob("a?c", "ac"));
  CHECK(matches_glob("*x*y", "axbxcy"));
  CHECK_FALSE(matches_glob("*a*a*a*a*a*b", std::string(5000, 'a')));
}

TEST_CASE("path globs stay within a folder unless two stars cross it") {
  CHECK(matches_path_glob("*.csv", "a.csv"));
  CHECK_FALSE(matches_path_glob("*.csv", "b/a.csv"));
  CHECK(matches_path_glob("**/*.csv", "a.csv"));
  CHECK(matches_path_glob("**/*.csv", "x/y/a.csv"));
  CHECK_FALSE(matches_path_glob("**/*.csv", "x/y/a.json"));
  CHECK(matches_path_glob("2026/**/a?.csv", "2026/01/02/a1.csv"));
  CHECK(matches_path_glob("2026/**/a?.csv", "2026/a1.csv"));
  CHECK_FALSE(matches_path_glob("2026/**/a?.csv", "2026/a/.csv"));
  CHECK_FALSE(matches_path_glob("a?c", "a/c"));
  CHECK(matches_path_glob("**", "x/y"));
  CHECK(matches_path_glob("x**", "x/y"));
  CHECK_FALSE(matches_path_glob("**/b", "ab"));
  CHECK(is_glob("a*"));
  CHECK_FALSE(is_glob("a[1]"));
}

}  // namespace leat

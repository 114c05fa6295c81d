#include "sources/postgres/whole_reader.h"

#include <doctest/doctest.h>

namespace leat::sources::postgres {
namespace {

std::string print(const std::vector<PageRange>& ranges) {
  std::string out;
  for (const PageRange& range : ranges)
    out += range.name + ":" + std::to_string(range.from) + "-" + std::to_string(range.to) + " ";
  return out;
}

}  // namespace

TEST_CASE("portions are ranges of pages, leaf after leaf; the end of a leaf is open") {
  std::vector<Leaf> leaves = {{1, 1, "a", 'r', 5}, {2, 2, "b", 'r', 0}, {3, 3, "c", 'r', 9}};
  Unfinished at;
  CHECK(print(next_portion(leaves, 4, at)) == "a:0-4 ");
  CHECK(print(next_portion(leaves, 4, at)) == "a:4--1 b:0--1 c:0-2 ");
  CHECK(print(next_portion(leaves, 4, at)) == "c:2-6 ");
  CHECK(print(next_portion(leaves, 4, at)) == "c:6--1 ");
  CHECK(next_portion(leaves, 4, at).empty());
}

TEST_CASE("a leaf that is shorter by now has its end left to read") {
  std::vector<Leaf> leaves = {{1, 1, "a", 'r', 5}};
  Unfinished at;
  at.page = 7;
  CHECK(print(next_portion(leaves, 4, at)) == "a:7--1 ");
  CHECK(at.leaf == 1);
}

}  // namespace leat::sources::postgres

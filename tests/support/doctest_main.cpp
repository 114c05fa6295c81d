#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdio>

int main(int count, char** words) {
  // Line by line: a child that is forked has nothing of this process's to print once more.
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  return doctest::Context(count, words).run();
}

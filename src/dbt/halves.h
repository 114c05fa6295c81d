// in_halves: work on many things by two threads.
//
// Guarantees: every number from 0 to `count` is in one of the two spans; when both halves
//   fail, the first one's error is thrown, as if one thread had done it all.
// Threads: `work` is called by two at once, unless there are too few things to be worth
//   it.
// Owns: nothing.
// Errors: those of the work.
#pragma once
#include <cstddef>
#include <future>

namespace leat::dbt {

/// How many nodes or files are worth a second thread.
inline constexpr std::size_t kWorthAThread = 500;

/// Where the second half of `count` things begins; `count` when that is not worth a thread.
constexpr std::size_t half_of(std::size_t count) {
  return count < kWorthAThread ? count : count / 2;
}

/// Calls `work(from, to)` for both halves of `count` things.
template <class Work>
void in_halves(std::size_t count, Work work) {
  std::size_t half = half_of(count);
  std::future<void> rest;
  if (half < count) rest = std::async(std::launch::async, [&work, half, count] { work(half, count); });
  work(std::size_t{0}, half);
  if (rest.valid()) rest.get();
}

}  // namespace leat::dbt

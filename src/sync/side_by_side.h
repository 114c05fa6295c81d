// read_side_by_side: one thread reads into a queue while this one takes what comes out of it.
//
// Guarantees: when it returns or throws, the reading thread has ended. What taking throws comes first and
//   stops the reading; what reading throws comes once all that was read before it is taken.
// Threads: `read` runs on a thread of its own, everything else on the caller's.
// Owns: the queue, for as long as it runs.
// Errors: what `read` and `take` throw.
#pragma once
#include <cstddef>
#include <exception>
#include <optional>
#include <thread>
#include <utility>

#include "batch/bounded_queue.h"

namespace leat::sync {

/// Calls `read(queue)` and, for each item, `take(item)`; `over(failed)` once nothing is taken any more and
/// before what failed goes on, while the reading thread may still be ending.
template <class Item, class Read, class Take, class Over>
void read_side_by_side(std::size_t bytes_max, Read read, Take take, Over over) {
  batch::BoundedQueue<Item> queue(bytes_max);
  std::exception_ptr reading_failed;
  std::jthread reader([&] {
    try {
      read(queue);
    } catch (...) {
      reading_failed = std::current_exception();
    }
    queue.close();
  });
  try {
    while (std::optional<Item> item = queue.pop()) take(std::move(*item));
    reader.join();
  } catch (...) {
    queue.cancel();
    over(true);
    reader.join();
    throw;
  }
  over(false);
  if (reading_failed) std::rethrow_exception(reading_failed);
}

}  // namespace leat::sync

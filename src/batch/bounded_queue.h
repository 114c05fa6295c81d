// BoundedQueue: hands items from producing threads to a consuming thread and holds the producers back.
//
// Guarantees: first in, first out; never holds more than `bytes_max`, except that one item larger than the
//   limit is let through alone. After close() the items still held can be popped; after cancel() nothing
//   can.
// Threads: push, pop, close and cancel from any.
// Owns: the items it holds; pop moves one out.
// Errors: push returns false after cancel; pop returns nullopt when closed and empty, or cancelled; nothing
//   throws.
#pragma once
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace leat::batch {

template <class Item>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  /// Waits until there is room for `bytes`, then takes the item.
  bool push(Item&& item, std::size_t bytes) {
    std::unique_lock lock(mutex_);
    has_room_.wait(lock,
                   [&] { return cancelled_ || closed_ || bytes_ == 0 || bytes_ + bytes <= bytes_max_; });
    if (cancelled_ || closed_) return false;
    items_.emplace_back(std::move(item), bytes);
    bytes_ += bytes;
    has_item_.notify_one();
    return true;
  }
  /// Waits for the next item.
  std::optional<Item> pop() {
    std::unique_lock lock(mutex_);
    has_item_.wait(lock, [&] { return cancelled_ || closed_ || !items_.empty(); });
    if (cancelled_ || items_.empty()) return std::nullopt;
    auto [item, bytes] = std::move(items_.front());
    items_.pop_front();
    bytes_ -= bytes;
    has_room_.notify_all();
    return std::move(item);
  }
  /// Says that nothing more will be pushed.
  void close() {
    std::lock_guard lock(mutex_);
    closed_ = true;
    has_item_.notify_all();
    has_room_.notify_all();
  }
  /// Gives up: both sides return at once, held items are dropped.
  void cancel() {
    std::lock_guard lock(mutex_);
    cancelled_ = true;
    items_.clear();
    has_item_.notify_all();
    has_room_.notify_all();
  }

 private:
  const std::size_t bytes_max_;
  std::mutex mutex_;  // guards all below
  std::condition_variable has_room_, has_item_;
  std::deque<std::pair<Item, std::size_t>> items_;
  std::size_t bytes_ = 0;
  bool closed_ = false, cancelled_ = false;
};

}  // namespace leat::batch

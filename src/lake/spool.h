// Spool: records on this machine's disk between a sender that was told they are safe and the lake.
//
// Guarantees: append() returns once the records are synced; what a crash cut off in the middle of a write was
//   told to nobody and is dropped. A batch id is taken once, as long as its segment is among the last
//   kSegmentsRemembered.
// Threads: any; a lock inside.
// Owns: the folder: one process at a time, which it locks.
// Errors: Error(file_io), Error(spool_damaged), Error(run_busy).
// Source: docs/formats/lake.md
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/env.h"

namespace leat::lake {

class Spool {
 public:
  static constexpr std::size_t kSegmentsRemembered = 1024;
  Spool(std::string folder, Env& env);
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  /// Takes records; false when the batch of that id ("" for none) was taken before.
  bool append(const std::string& batch_id, const std::vector<std::string_view>& records);
  /// Ends the segment in use, when it holds anything: from then on it can be read.
  void seal();
  /// The sealed segments, oldest first.
  std::vector<std::int64_t> sealed();
  void read(std::int64_t segment, const std::function<void(std::string_view record)>& take);
  /// Drops a segment's records; the ids of its batches are kept for a while.
  void forget(std::int64_t segment);
  /// Bytes and time since the first record of the segment in use.
  std::int64_t open_bytes();
  std::chrono::milliseconds open_for();
  /// Bytes of all segments together.
  std::int64_t bytes();
  /// Of this spool's own making: a lake's state names it.
  const std::string& id() const { return id_; }

 private:
  std::string path_of(std::int64_t segment, const char* extension) const;
  std::int64_t scan(std::int64_t segment, const std::function<void(std::string_view frame)>& take) const;
  void recover();
  void begin_segment();
  void prune();

  const std::string folder_;
  Env& env_;
  std::string id_;
  std::mutex mutex_;  // guards all below
  int lock_ = -1, file_ = -1;
  std::int64_t open_ = 0, open_bytes_ = 0, sealed_bytes_ = 0;
  std::chrono::steady_clock::time_point first_record_{};
  std::map<std::int64_t, std::int64_t> sealed_;              // segment -> bytes
  std::map<std::int64_t, std::vector<std::string>> ids_of_;  // also of forgotten segments
  std::unordered_set<std::string> known_;
};

}  // namespace leat::lake

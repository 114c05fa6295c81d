// Delivery: one delivery stream of our own: takes records into a spool and brings them to the lake.
//
// Guarantees: what accept() took reaches the lake once: the lake's state, committed with the rows, names the
//   segment of the spool that they come from. A record that is no JSON goes to the lake's error prefix.
// Threads: accept from any; deliver() by one.
// Owns: the spool and the lake.
// Errors: accept throws Error(file_io) and Error(spool_full); deliver throws those of the lake, and what was
//   not committed stays in the spool.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "lake/lake.h"
#include "lake/spool.h"

namespace leat::lake {

class Delivery {
 public:
  static constexpr std::int64_t kSpoolBytesMax = 4LL << 30;
  /// `stream` names it, and the lake's table; `spool` is a folder.
  Delivery(const LakeSettings& settings, std::string stream, const std::string& spool, Env& env);
  /// Takes records; a batch id that came before is taken once.
  void accept(const std::string& batch_id, const std::vector<std::string_view>& records);
  /// Delivers what is due by size or time; all of it with `everything`. Returns the records delivered.
  std::int64_t deliver(bool everything);

 private:
  std::int64_t deliver_segment(std::int64_t segment);
  std::int64_t committed_segment();
  LakeSettings settings_;
  const std::string stream_;
  Env& env_;
  Spool spool_;
  LakeDestination lake_;
};

}  // namespace leat::lake

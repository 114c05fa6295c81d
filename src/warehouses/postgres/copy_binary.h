// CopyBinary: columns as PostgreSQL's binary COPY rows.
//
// Guarantees: one growing buffer, reused; no allocation per value.
// Threads: one.
// Errors: none; values fit the types that dialect.h names for their columns once storable.h has been asked.
// Source: PostgreSQL 15 documentation, COPY (binary format), and the send/receive functions of each type
#pragma once
#include <cstdint>
#include <string>

#include "base/time.h"
#include "batch/record_batch.h"

namespace leat::warehouses::postgres {

/// The values of Leat's own columns, behind the batch's: raw_id, extracted_at, meta, generation_id.
class CopyMetadata {
 public:
  /// `seed` starts the random raw_ids.
  CopyMetadata(std::uint64_t seed, Timestamp extracted_at, std::int64_t generation);
  static constexpr std::size_t kColumns = 4;
  void append(std::string& bytes);

 private:
  std::uint64_t next();
  std::uint64_t state_[2];
  std::string constant_;  // what follows raw_id, the same in each row
};

class CopyBinary {
 public:
  /// Starts with the header.
  CopyBinary();
  /// Appends rows [from, to) of a batch, each followed by its metadata where there is any.
  void append(const batch::RecordBatch& batch, std::size_t from, std::size_t to, CopyMetadata* metadata);
  /// Appends the trailer.
  void finish();
  std::string& bytes() { return bytes_; }

 private:
  std::string bytes_;
};

}  // namespace leat::warehouses::postgres

// CopyBinary: columns as PostgreSQL's binary COPY rows.
//
// Guarantees: one growing buffer, reused; no allocation per value. A NUL inside text, which PostgreSQL can't
// store, is
//   left out.
// Threads: one.
// Errors: none; values always fit the types that dialect.h names for their columns.
// Source: PostgreSQL 15 documentation, COPY (binary format), and the send/receive functions of each type
#pragma once
#include <cstdint>
#include <string>

#include "batch/record_batch.h"

namespace leat::warehouses::postgres {

class CopyBinary {
 public:
  /// Starts with the header.
  CopyBinary();
  /// Appends rows [from, to) of a batch.
  void append(const batch::RecordBatch& batch, std::size_t from, std::size_t to);
  /// Appends the trailer.
  void finish();
  std::string& bytes() { return bytes_; }

 private:
  std::string bytes_;
};

}  // namespace leat::warehouses::postgres

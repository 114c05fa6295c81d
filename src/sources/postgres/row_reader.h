// RowReader: rows of a binary COPY, decoded into batches that go to a sink.
//
// Guarantees: a batch goes out when it has 32,768 rows or 4 MB.
// Threads: one.
// Owns: the batch under way.
// Errors: Error(postgres_value) for bytes that are no row.
// Source: PostgreSQL 15 documentation, COPY (binary format)
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "sources/postgres/snapshot.h"
#include "sources/postgres/values.h"

namespace leat::sources::postgres {

class RowReader {
 public:
  RowReader(const std::vector<ColumnPlan>& plans, const std::vector<ConstantColumn>& constants,
            const std::string& stream, std::size_t index, stream::Sink& sink);
  /// A COPY begins: its header comes first.
  void begin() { header_ = true; }
  /// Takes the next whole rows of it.
  void take(std::string_view bytes);
  /// Hands over what is left.
  void finish();
  std::int64_t replaced() const { return replaced_; }

 private:
  const char* take_row(const char* at, const char* end);
  void flush();
  [[noreturn]] void refuse(const std::string& column) const;

  const std::vector<ColumnPlan>& plans_;
  const std::vector<ConstantColumn>& constants_;
  const std::string& stream_;
  std::size_t index_;
  stream::Sink& sink_;
  batch::SchemaPtr schema_;
  std::vector<batch::ColumnData> columns_;
  std::size_t rows_ = 0, bytes_ = 0;
  std::int64_t replaced_ = 0;
  bool header_ = true;
};

}  // namespace leat::sources::postgres

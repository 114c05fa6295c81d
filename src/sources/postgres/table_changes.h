// TableChanges: the changes of one table since the last flush, brought down to one row a key.
//
// Guarantees: after a flush the table holds what it would hold after each change in turn. A value
//   that an update does not send (unchanged and stored apart) comes from the row's own earlier change
//   where there is one, else the row tells that the table's value is kept (stream/destination.h). A
//   deleted key arrives as the key and nulls. Of a table without a key only whole rows are told
//   apart.
// Threads: one.
// Owns: the rows under way.
// Errors: Error(postgres_protocol, postgres_value) for what fits no column.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "sources/postgres/catalog.h"
#include "sources/postgres/key_index.h"
#include "sources/postgres/pgoutput.h"
#include "stream/source.h"

namespace leat::sources::postgres {

/// The names of what Leat adds to rows of changes (Airbyte's, so that models read both).
inline constexpr const char* kLsnColumn = "_ab_cdc_lsn";
inline constexpr const char* kUpdatedColumn = "_ab_cdc_updated_at";
inline constexpr const char* kDeletedColumn = "_ab_cdc_deleted_at";
inline constexpr const char* kOperationColumn = "_ab_cdc_operation";
inline constexpr const char* kLogSuffix = "_changes";  ///< of the stream that takes every change
inline constexpr const char* kOrdinalColumn = "_ab_cdc_ordinal";

/// The transaction that a change belongs to.
struct ChangeOrigin {
  Lsn lsn = 0;            ///< of its commit
  std::int64_t time = 0;  ///< of its commit, microseconds since 1970-01-01 UTC
  std::int64_t ordinal = 0;
};

class TableChanges {
 public:
  /// `log` is the index of the stream that takes every change, where there is one.
  /// `replaced`: values that were replaced by null before.
  TableChanges(const Table& table, std::vector<ColumnPlan> plans, std::size_t index,
               std::optional<std::size_t> log, std::int64_t replaced = 0);
  /// `columns`: the table's column for each of the message's, -1 for none.
  void apply(const Message& change, const std::vector<int>& columns, const ChangeOrigin& origin);
  /// TRUNCATE.
  void clear(const ChangeOrigin& origin);
  std::size_t rows() const { return size_; }
  std::size_t bytes() const { return bytes_; }
  bool empty() const { return size_ == 0 && log_size_ == 0 && !cleared_; }
  void flush(stream::Sink& sink);
  std::int64_t replaced() const { return replaced_; }

 private:
  struct Kept {
    std::vector<bool> columns;
    std::size_t stored_key;  // row of stored_keys_
  };
  using Tuple = std::vector<const TupleValue*>;  // by the table's columns; null: not sent
  void start();
  void arrange(const std::vector<TupleValue>& values, const std::vector<int>& columns, Tuple& to) const;
  void write_key(const Tuple& tuple, const Tuple* otherwise, std::string& to) const;
  void append_value(std::size_t column, const TupleValue& value, batch::ColumnData& to);
  std::size_t append_row(const Tuple& tuple, const ChangeOrigin& origin, bool deleted);
  void update(const Tuple& before, Tuple& after, bool has_before, const ChangeOrigin& origin);
  void keep(std::size_t row, const Tuple& after, const Tuple& stored, std::optional<std::size_t> previous);
  void supersede(const std::string& key, std::size_t row);
  void remove(const std::string& key, const Tuple& before, const ChangeOrigin& origin);
  void log(char operation, const Tuple& tuple, const ChangeOrigin& origin);
  batch::RecordBatch take_rows();

  const std::string stream_;
  const std::vector<ColumnPlan> plans_;
  const std::size_t index_;
  const std::optional<std::size_t> log_index_;
  const batch::SchemaPtr schema_, log_schema_;
  std::vector<std::size_t> key_;  // columns; empty: rows are told apart by all of them
  std::vector<batch::ColumnData> columns_, stored_keys_, log_columns_;
  Tuple before_, after_;
  std::string key_before_, key_after_;
  KeyIndex live_;                                                    // the row of a key that counts
  std::unordered_map<std::string, std::vector<std::size_t>> equal_;  // without a key: the rows that are equal
  std::unordered_map<std::size_t, Kept> kept_;
  std::vector<std::size_t> dead_;
  std::size_t size_ = 0, log_size_ = 0, bytes_ = 0;
  std::int64_t replaced_ = 0;
  bool cleared_ = false;
};

/// The columns of a stream of changes behind the table's own, and those of its log.
std::vector<batch::Column> change_columns();
std::vector<batch::Column> log_columns();

}  // namespace leat::sources::postgres

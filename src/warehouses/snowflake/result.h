// Result: Snowflake's answers as columns.
//
// Guarantees: no value is rounded but times, to microseconds. A column of NUMBER(20..38,0), which Snowflake's
// INTEGER
//   is, comes as int64 where all its values fit, else as decimal(38,0). Names are unfolded (dialect.h).
// Threads: one.
// Errors: Error(warehouse_sql) for a value that does not fit its type, an answer in Arrow's form, and too
// many rows. Source: the JSON result format as read by Snowflake's published drivers
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "document/value.h"
#include "sql/adapter.h"

namespace leat::warehouses::snowflake {

class Session;

/// The rows of an answer's `data`, with the parts that lie elsewhere. Error(warehouse_sql) beyond `rows_max`.
sql::QueryResult read_rows(const document::Value& data, Session& session, std::int64_t rows_max);
/// The rows that a statement changed, by the counts that it answers with.
std::int64_t rows_changed(const document::Value& data);
/// The count of an answer's column, "number of rows updated"; 0 where it has none.
std::int64_t count_of(const document::Value& data, std::string_view column);
/// Builds rows from texts as Snowflake prints them.
class RowBuilder {
 public:
  explicit RowBuilder(const document::Value& rowtype);
  std::size_t width() const { return columns_.size(); }
  /// Appends the next value of the row, column after column.
  void append_null();
  void append(std::string_view text);
  std::int64_t rows() const { return rows_; }
  /// Requires: whole rows were appended.
  sql::QueryResult finish();

 private:
  std::vector<batch::Column> columns_;
  std::vector<std::string> native_types_;
  batch::SchemaPtr schema_;
  std::vector<batch::RecordBatch> batches_;
  std::size_t next_column_ = 0;
  std::int64_t rows_ = 0;
  void advance();
};

/// Reads `["a","b"],["c",null]`, the form of a result's parts (with or without the outer brackets), into
/// `rows`; returns false where it is not of that form.
bool read_part(std::string_view json, RowBuilder& rows);

}  // namespace leat::warehouses::snowflake

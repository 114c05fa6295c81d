// RecordDecoder: turns records in indexed JSON straight into columns, without an object in between.
//
// Guarantees: columns that are declared keep their type: a record with a value that does not fit is rejected
//   as a whole, with its raw text, the field and the reason. Fields that are not declared get columns of
//   their own, whose type widens as values demand. A declared column is there even when no record has the
//   field; absent and null are the same. Of a key that stands twice the last value counts, as in Python.
// Threads: one at a time.
// Owns: the batch that is being built.
// Errors: what is wrong with the JSON is returned as text (the answer is then no valid page); what the
//   receiver throws passes through.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "batch/record_batch.h"
#include "sources/declarative/fast_parse.h"
#include "sources/declarative/json_index.h"
#include "stream/stream.h"

namespace leat::sources::declarative {

/// A field of a record and the column it becomes.
struct Field {
  std::string name;
  batch::Type type;
  bool may_widen = false;  ///< int64 by the look of it: becomes float64 when a fraction comes
  bool is_point = false;   ///< GeoJSON point or location object: also NAME_longitude and NAME_latitude
};

/// The columns that fields become, in order.
batch::SchemaPtr schema_of(const std::vector<Field>& fields);

struct BatchLimits {
  std::size_t rows_max = 50'000;
  std::size_t bytes_max = 8u << 20;
  std::size_t fields_max = 10'000;  ///< columns of one stream; records with more are rejected
};

class RecordDecoder {
 public:
  using OnBatch = std::function<void(batch::RecordBatch&&)>;
  using OnReject = std::function<void(stream::RejectedRecord&&)>;

  RecordDecoder(std::vector<Field> fields, BatchLimits limits, OnBatch on_batch, OnReject on_reject);

  /// Decodes the record at `at` of the text; returns what stands behind it, nullptr for invalid JSON.
  JsonAt record(const char* text, JsonAt at, JsonAt end);
  /// Hands over the rows that are held.
  void flush();
  /// Rows held and not handed over yet.
  std::size_t pending() const { return rows_; }

 private:
  static constexpr std::size_t kNone = ~std::size_t{0};
  struct Slot {
    std::string key;  ///< as it stands in the text, escapes included
    std::size_t column = 0;
    bool may_widen = false, is_point = false;
    bool is_inferred = false;  ///< not declared: takes any value, its type widens
    std::size_t next = kNone;  ///< the slot that followed last time
    DateCache cache = {};
  };
  std::size_t find_slot(std::string_view key, std::size_t guess);
  std::size_t find_slot_slowly(std::string_view key);
  std::size_t add_slot(std::string_view key, std::string_view token);
  void add_column(std::string name, batch::Type type);
  bool put(Slot& slot, const char* text, JsonAt value, JsonAt after);
  bool put_text(batch::ColumnData& column, std::string_view token);
  bool put_scalar(Slot& slot, std::string_view token);
  bool put_misfit(Slot& slot, std::string_view token);
  bool put_rare(batch::ColumnData& column, std::string_view content);
  bool put_point(Slot& slot, const char* text, JsonAt value, JsonAt after);
  void widen(Slot& slot, batch::Type type);
  void fill_absent();
  void take_back();
  JsonAt reject(const char* text, JsonAt at, JsonAt end, const Slot* slot, std::string_view key,
                std::string reason);

  const BatchLimits limits_;
  OnBatch on_batch_;
  OnReject on_reject_;
  std::vector<Slot> slots_;
  std::vector<batch::Column> schema_columns_;
  std::vector<batch::ColumnData> columns_;
  batch::SchemaPtr schema_;  // of schema_columns_, null when they changed
  std::size_t rows_ = 0, first_slot_ = kNone;
  std::string scratch_, reason_;
};

}  // namespace leat::sources::declarative

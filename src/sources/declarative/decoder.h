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
#include "sources/declarative/column_writer.h"
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
  bool is_record = false;  ///< no field: the column holds each record as it came
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
    std::uint64_t key_words[2] = {0, 0},
                  key_masks[2] = {0, 0};  ///< its first 16 bytes, for one comparison each
    std::size_t column = 0;
    bool may_widen = false, is_point = false;
    bool is_inferred = false;  ///< not declared: takes any value, its type widens
    std::size_t next = kNone;  ///< the slot that followed last time
  };
  enum class Put { done, misfit, broken };

  static bool is_key(const Slot& slot, std::string_view key);
  std::size_t find_slot(std::string_view key, std::size_t guess) const;
  std::size_t find_slot_slowly(std::string_view key) const;
  std::size_t add_slot(std::string_view key, std::string_view token);
  Slot& new_slot(std::string key, batch::Type type, std::string name);
  void add_column(std::string name, batch::Type type);
  bool members(const char* text, JsonAt& at, JsonAt end);
  bool member(const char* text, JsonAt& at, JsonAt end);
  Put put(Slot& slot, const char* text, JsonAt value, JsonAt after);
  Put put_token(Slot& slot, std::string_view token);
  Put put_misfit(Slot& slot, std::string_view token);
  Put put_container(Slot& slot, std::string_view raw);
  Put put_point(Slot& slot, const char* text, JsonAt value, JsonAt after);
  Put put_string(ColumnWriter& column, std::string_view content);
  bool put_rare(ColumnWriter& column, std::string_view content);
  void widen(Slot& slot, batch::Type type);
  void forget_earlier(const Slot& slot);
  void end_row(std::string_view raw);
  void take_back();
  JsonAt reject(const char* text, JsonAt at, JsonAt end);

  const BatchLimits limits_;
  OnBatch on_batch_;
  OnReject on_reject_;
  std::vector<Slot> slots_;
  std::vector<batch::Column> schema_columns_;
  std::vector<ColumnWriter> columns_;
  batch::SchemaPtr schema_;  // of schema_columns_, null when they changed
  std::size_t rows_ = 0, places_ = 1024;
  std::size_t first_slot_ = kNone, previous_ = kNone, guess_ = kNone;
  std::size_t record_column_ = kNone;    // holds each record as it came
  std::size_t filled_ = 0;               // columns that the row has so far
  std::string rejected_field_, reason_;  // of a record that is rejected
  std::string scratch_;
};

}  // namespace leat::sources::declarative

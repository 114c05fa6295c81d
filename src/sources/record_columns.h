// JsonLine and RecordColumns: lines of JSON that other programs write, and columns out of the records in
// them.
//
// Guarantees: a record goes from the line's bytes into columns without an object in between. A record with a
//   value that its declared column can't hold is rejected whole; fields that nobody declared get columns.
// Threads: one at a time.
// Owns: RecordColumns the batch that is being built; a JsonLine only points into the text.
// Errors: what is no JSON is returned as text, "" when nothing is wrong.
// Source: RFC 8259; JSON Schema draft 7 with Airbyte's `airbyte_type`.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "batch/record_batch.h"
#include "document/value.h"
#include "stream/stream.h"

namespace leat::sources {

/// The readable bytes that have to stand behind a line, the first of them 0.
inline constexpr std::size_t kLinePadding = 64;

class JsonLine {
 public:
  JsonLine();
  ~JsonLine();
  JsonLine(const JsonLine&) = delete;
  JsonLine& operator=(const JsonLine&) = delete;

  /// Takes the next line; returns what is wrong with it. Requires: kLinePadding bytes behind it; it outlives
  /// the questions.
  std::string read(std::string_view line);
  /// The raw text of the value below these keys, "" where there is none.
  std::string_view raw(std::initializer_list<std::string_view> keys) const;
  /// The same of a string, its escapes resolved; "" for all else.
  std::string text(std::initializer_list<std::string_view> keys) const;

 private:
  friend class RecordColumns;
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

class RecordColumns {
 public:
  using OnBatch = std::function<void(batch::RecordBatch&&)>;
  using OnReject = std::function<void(stream::RejectedRecord&&)>;
  /// Columns as the properties of a JSON schema declare them.
  RecordColumns(const document::Value& schema, OnBatch on_batch, OnReject on_reject);
  ~RecordColumns();
  RecordColumns(const RecordColumns&) = delete;
  RecordColumns& operator=(const RecordColumns&) = delete;

  /// Adds the object below these keys of a line; returns what is wrong with it.
  std::string add(const JsonLine& line, std::initializer_list<std::string_view> keys);
  /// Hands over the rows that are held.
  void flush();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// The columns that the properties of a JSON schema declare.
batch::SchemaPtr columns_of_json_schema(const document::Value& schema);

}  // namespace leat::sources

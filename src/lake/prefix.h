// Prefix: where a file of the lake goes: a text with expressions in it, such as
// "calls/ingestion_date=!{timestamp:yyyy-MM-dd}/hour=!{timestamp:HH}/".
//
// Guarantees: what is put in for a value of a row is one part of a path: "/" and
//   what Hive escapes become %XX, null becomes __HIVE_DEFAULT_PARTITION__. Times are
//   UTC.
// Threads: immutable after parsing.
// Errors: Error(lake_expression) with the text and what is wrong with it.
// Source: Amazon Data Firehose, "Custom prefixes for Amazon S3 objects"; Java's
//   DateTimeFormatter patterns; Hive's partition names.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace leat::lake {

/// What the expressions of one file or row stand for.
struct PrefixValues {
  Timestamp time{};
  /// The value of a key field of the row; nullopt for null.
  std::function<std::optional<std::string>(const std::string& field)> key;
  std::string connection, stream, schema, table;
  std::string error_type;     ///< "processing-failed" and so on
  std::string random_string;  ///< 11 characters
};

class Prefix {
 public:
  /// Parses !{timestamp:PATTERN}, !{partitionKeyFromQuery:field} (also partitionKeyFromLambda and key),
  /// !{firehose:error-output-type}, !{firehose:random-string}, and !{connection}, !{stream}, !{schema},
  /// !{table}.
  explicit Prefix(std::string text);
  std::string evaluate(const PrefixValues& values) const;
  const std::string& text() const { return text_; }
  /// The fields of rows that it asks for.
  const std::vector<std::string>& keys() const { return keys_; }
  bool uses_time() const { return uses_time_; }

 private:
  enum class Kind { literal, time, key, error_type, random_string, connection, stream, schema, table };
  struct Part {
    Kind kind;
    std::string text;
  };
  void add_expression(std::string_view expression);
  std::string text_;
  std::vector<Part> parts_;
  std::vector<std::string> keys_;
  bool uses_time_ = false;
};

/// Prints `time` by a pattern of y, M, d, H, m, s, S and 'quoted' text.
std::string format_pattern(std::string_view pattern, Timestamp time);
/// Escapes a value for a Hive partition's name.
std::string hive_escape(std::string_view value);

}  // namespace leat::lake

// JsonRecords: cuts a stream of bytes into JSON records, and says which are none.
//
// Guarantees: a record a line; several on one line (as a delivery stream without delimiter writes them) are
//   told apart; a file that is one array gives its elements when they stand on lines of their own or the file
//   is one line. A bad line costs itself only. Empty lines count as none. A byte order mark is passed over.
// Threads: one at a time.
// Owns: the line that is not complete yet, of at most kRecordBytesMax.
// Errors: none; a bad record is told with its reason.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "document/json_check.h"

namespace leat::files {

struct JsonRecord {
  std::string_view text;  ///< valid during the call
  std::int64_t line = 0;  ///< from 1
  std::string problem;    ///< "" for a good record
};

class JsonRecords {
 public:
  static constexpr std::size_t kLineBytesMax = 256u << 20;
  using Take = std::function<void(const JsonRecord&)>;
  /// Hands the records that are complete to `take`.
  void push(std::string_view bytes, const Take& take);
  /// Hands over the last one.
  void finish(const Take& take);

 private:
  void take_line(std::string_view line, const Take& take);
  bool take_several(std::string_view line, const Take& take);
  document::JsonCheck check_;
  std::string held_;
  std::int64_t line_ = 0;
  bool is_too_long_ = false;
};

}  // namespace leat::files

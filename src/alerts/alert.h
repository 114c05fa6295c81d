// Alert: something that people should know of: one for a kind and a subject, from when it begins until it is
// over.
//
// Guarantees: plain values. Texts hold no secrets: whoever makes one has redacted them.
// Threads: values.
// Errors: none.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"

namespace leat::alerts {

enum class Kind { failure, freshness, lag, row_count, test, page, backfill, sensor };
std::string_view name(Kind kind);
/// False for a word that is none.
bool parse_kind(std::string_view word, Kind& kind);

enum class Severity { warning, error };
std::string_view name(Severity severity);

struct Alert {
  std::int64_t id = 0;
  Kind kind = Kind::failure;
  std::string subject;  ///< the asset, schedule, slot, page
  Severity severity = Severity::error;
  std::string title;   ///< one line
  std::string detail;  ///< what was said
  std::string code;    ///< "LEAT-…", "" for none
  std::string fix;     ///< the likely mend
  std::int64_t job = 0, count = 1;
  Timestamp opened{}, updated{}, recovered{};  ///< recovered: zero while it is open
  bool is_recovered() const { return recovered != Timestamp{}; }
  /// The same for the same kind and subject, whatever happens: what services group by.
  std::string key() const { return std::string(name(kind)) + "/" + subject; }
};

}  // namespace leat::alerts

#include "warehouses/postgres/storable.h"

#include <cstring>
#include <limits>

#include "warehouses/apply.h"

namespace leat::warehouses::postgres {
namespace {

using batch::ColumnData;
using batch::TypeKind;

// PostgreSQL counts from 2000-01-01 and begins at 4714-11-24 BC (datatype/timestamp.h of the server).
constexpr MomentLimits kMoments = {-210866803200000000, std::numeric_limits<std::int64_t>::max() - 1,
                                   -2440588, 2145042905, true};

int hex_at(std::string_view text, std::size_t at) {
  int value = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    if (i >= text.size()) return -1;
    char c = text[i];
    int digit = c >= '0' && c <= '9'                 ? c - '0'
                : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10
                                                     : -1;
    if (digit < 0) return -1;
    value = value << 4 | digit;
  }
  return value;
}

// What is wrong with the escapes of a JSON text; nullptr when nothing is.
const char* bad_escape(std::string_view json) {
  for (std::size_t at = json.find('\\'); at != std::string_view::npos; at = json.find('\\', at)) {
    if (at + 1 >= json.size() || json[at + 1] != 'u') {
      at += 2;
      continue;
    }
    int code = hex_at(json, at + 2);
    at += 6;
    if (code == 0) return "PostgreSQL stores no NUL character";
    if (code >= 0xDC00 && code < 0xE000) return "half of a surrogate pair is no character";
    if (code < 0xD800 || code >= 0xDC00) continue;
    int low = at + 1 < json.size() && json[at] == '\\' && json[at + 1] == 'u' ? hex_at(json, at + 2) : -1;
    if (low < 0xDC00 || low >= 0xE000) return "half of a surrogate pair is no character";
    at += 6;
  }
  return nullptr;
}

}  // namespace

std::vector<stream::Misfit> find_unstorable(const batch::RecordBatch& batch) {
  std::vector<stream::Misfit> found;
  for (std::size_t i = 0; i < batch.schema()->size(); ++i) {
    const ColumnData& column = batch.column(i);
    TypeKind kind = column.type().kind;
    if ((kind != TypeKind::text && kind != TypeKind::json) || column.values().empty()) continue;
    // One look at all of the column's bytes; rows only where it finds something.
    bool has_nul = std::memchr(column.values().data(), 0, column.values().size()) != nullptr;
    bool has_escape =
        kind == TypeKind::json && memmem(column.values().data(), column.values().size(), "\\u", 2) != nullptr;
    if (!has_nul && !has_escape) continue;
    for (std::size_t row = 0; row < column.size(); ++row) {
      const char* reason = column.text(row).find('\0') != std::string_view::npos
                               ? "PostgreSQL stores no NUL character"
                           : has_escape ? bad_escape(column.text(row))
                                        : nullptr;
      if (reason) found.push_back({row, i, reason});
    }
  }
  find_moments_outside(batch, kMoments, found);
  return found;
}

}  // namespace leat::warehouses::postgres

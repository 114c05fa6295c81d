#include "warehouses/snowflake/storable.h"

#include <cstring>

#include "warehouses/apply.h"
#include "warehouses/json_escapes.h"

namespace leat::warehouses::snowflake {
namespace {

using batch::ColumnData;
using batch::TypeKind;

// Years 1 to 9999.
constexpr MomentLimits kMoments = {-62135596800000000, 253402300799999999, -719162, 2932896};
constexpr std::size_t kTextBytesMax = 16u << 20, kBytesMax = 8u << 20;

std::size_t limit_of(TypeKind kind) {
  return kind == TypeKind::bytes ? kBytesMax : kTextBytesMax;
}

const char* refusal(const ColumnData& column, std::size_t row) {
  TypeKind kind = column.type().kind;
  if (column.text(row).size() > limit_of(kind)) {
    return kind == TypeKind::bytes ? "Snowflake stores at most 8 MB of bytes in a value"
                                   : "Snowflake stores at most 16 MB of text in a value";
  }
  bool is_broken = kind == TypeKind::json && has_lone_surrogate(column.text(row));
  return is_broken ? "half of a surrogate pair is no character" : nullptr;
}

}  // namespace

std::vector<stream::Misfit> find_unstorable(const batch::RecordBatch& batch) {
  std::vector<stream::Misfit> found;
  for (std::size_t i = 0; i < batch.schema()->size(); ++i) {
    const ColumnData& column = batch.column(i);
    TypeKind kind = column.type().kind;
    if (!column.type().is_variable() || column.values().empty()) continue;
    // One look at all of the column's bytes; rows only where it finds something.
    bool is_long = column.values().size() > limit_of(kind);
    bool has_escape =
        kind == TypeKind::json && memmem(column.values().data(), column.values().size(), "\\u", 2) != nullptr;
    if (!is_long && !has_escape) continue;
    for (std::size_t row = 0; row < column.size(); ++row) {
      if (const char* reason = refusal(column, row)) found.push_back({row, i, reason});
    }
  }
  find_moments_outside(batch, kMoments, found);
  return found;
}

}  // namespace leat::warehouses::snowflake

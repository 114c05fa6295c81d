#include "warehouses/duckdb/compression.h"

#include <algorithm>
#include <functional>
#include <string_view>
#include <vector>

namespace leat::warehouses::duckdb {

std::set<std::string> various_columns(const batch::RecordBatch& first) {
  // DuckDB keeps a dictionary for each block of a file; values that fill one tell as much as many rows do.
  constexpr std::size_t kRowsMin = 2048, kRowsMax = 32'768, kBlockBytes = 256 << 10;
  std::set<std::string> names;
  std::vector<std::size_t> hashes;
  for (std::size_t i = 0; i < first.schema()->size(); ++i) {
    const batch::ColumnData& column = first.column(i);
    batch::TypeKind kind = column.type().kind;
    if (kind != batch::TypeKind::text && kind != batch::TypeKind::json) continue;
    hashes.clear();
    std::size_t bytes = 0;
    for (std::size_t row = 0; row < std::min(column.size(), kRowsMax); ++row) {
      if (column.is_null(row)) continue;
      hashes.push_back(std::hash<std::string_view>{}(column.text(row)));
      bytes += column.text(row).size();
    }
    std::size_t count = hashes.size();
    if (count < kRowsMin && bytes < kBlockBytes) continue;
    std::sort(hashes.begin(), hashes.end());
    auto different = static_cast<std::size_t>(std::unique(hashes.begin(), hashes.end()) - hashes.begin());
    // At 95 in 100 of so many, values that are drawn at random come less than twice in a row group.
    if (different * 100 >= count * 95) names.insert((*first.schema())[i].name);
  }
  return names;
}

}  // namespace leat::warehouses::duckdb

#include "stream/stream.h"

#include "stream/destination.h"

namespace leat::stream {
namespace {
constexpr std::string_view kModeNames[] = {"append", "overwrite", "append_dedup", "overwrite_dedup", "scd2"};
}

std::optional<WriteMode> parse_write_mode(std::string_view text) {
  for (std::size_t i = 0; i < std::size(kModeNames); ++i) {
    if (kModeNames[i] == text) return static_cast<WriteMode>(i);
  }
  return std::nullopt;
}

std::string_view name(WriteMode mode) {
  return kModeNames[static_cast<std::size_t>(mode)];
}

std::optional<MergeStrategy> parse_merge_strategy(std::string_view text) {
  if (text == "merge") return MergeStrategy::merge;
  if (text == "delete_insert") return MergeStrategy::delete_insert;
  if (text == "insert_only") return MergeStrategy::insert_only;
  return std::nullopt;
}

const Stream* Catalog::find(std::string_view wanted) const {
  for (const Stream& stream : streams) {
    if (stream.name == wanted) return &stream;
  }
  return nullptr;
}

}  // namespace leat::stream

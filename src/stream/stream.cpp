#include "stream/stream.h"

#include <fmt/core.h>

#include "base/error.h"
#include "base/spec.h"
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

const Stream& Catalog::at(std::string_view wanted, const std::string& where) const {
  if (const Stream* found = find(wanted)) return *found;
  std::vector<std::string> names;
  std::string all;
  for (const Stream& each : streams) {
    names.push_back(each.name);
    all += (all.empty() ? "" : ", ") + each.name;
  }
  std::string near = nearest(wanted, names);
  throw Error(ErrorCode::source_stream_unknown,
              fmt::format("The source has no stream `{}`{}", wanted,
                          near.empty() ? "" : fmt::format("; did you mean `{}`?", near)),
              where)
      .fix(fmt::format("Its streams: {}.", all));
}

}  // namespace leat::stream

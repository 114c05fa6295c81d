#include "warehouses/snowflake/flat_buffer.h"

namespace leat::warehouses::snowflake {

FlatTable FlatTable::root(std::string_view buffer) {
  FlatTable whole(buffer, 0);
  return {buffer, whole.follow(0)};
}

std::size_t FlatTable::field(int index) const {
  std::optional<std::int32_t> back = read<std::int32_t>(at_);
  if (at_ == 0 || !back) return 0;
  auto table = static_cast<std::int64_t>(at_) - *back;  // where the table of offsets stands
  if (table < 0) return 0;
  auto at = static_cast<std::size_t>(table);
  std::size_t entry = 4 + 2 * static_cast<std::size_t>(index);
  std::optional<std::uint16_t> size = read<std::uint16_t>(at);
  if (!size || entry + 2 > *size) return 0;
  std::optional<std::uint16_t> offset = read<std::uint16_t>(at + entry);
  return offset && *offset != 0 ? at_ + *offset : 0;
}

std::size_t FlatTable::follow(std::size_t at) const {
  std::optional<std::uint32_t> offset = read<std::uint32_t>(at);
  return offset && at + *offset < buffer_.size() ? at + *offset : 0;
}

FlatTable FlatTable::table(int index) const {
  std::size_t at = field(index);
  return at == 0 ? FlatTable() : FlatTable(buffer_, follow(at));
}

FlatVector FlatTable::vector(int index) const {
  std::size_t at = field(index);
  if (at != 0) at = follow(at);
  std::optional<std::uint32_t> size = at == 0 ? std::nullopt : read<std::uint32_t>(at);
  if (!size || *size > buffer_.size()) return {};
  return {*this, at + 4, *size};
}

std::string_view FlatTable::text(int index) const {
  std::size_t at = field(index);
  if (at != 0) at = follow(at);
  std::optional<std::uint32_t> size = at == 0 ? std::nullopt : read<std::uint32_t>(at);
  return size && at + 4 + *size <= buffer_.size() ? buffer_.substr(at + 4, *size) : std::string_view();
}

FlatTable FlatVector::table(std::size_t index) const {
  if (index >= size_) return {};
  return {inside_.buffer_, inside_.follow(at_ + 4 * index)};
}

std::int64_t FlatVector::word(std::size_t index, std::size_t words, std::size_t n) const {
  if (index >= size_) return 0;
  return inside_.read<std::int64_t>(at_ + 8 * (index * words + n)).value_or(0);
}

}  // namespace leat::warehouses::snowflake

#include "sources/postgres/key_index.h"

#include <functional>

namespace leat::sources::postgres {
namespace {
constexpr std::size_t kSlotsMin = 1024;

std::uint64_t hash_of(std::string_view key) {
  return std::hash<std::string_view>{}(key);
}
}  // namespace

std::string_view KeyIndex::key_at(std::size_t entry) const {
  std::size_t end = entry + 1 < entries_.size() ? entries_[entry + 1].offset : keys_.size();
  return std::string_view(keys_).substr(entries_[entry].offset, end - entries_[entry].offset);
}

// Where the key is, or the free slot where it would be.
std::size_t KeyIndex::slot_of(std::string_view key, std::uint64_t hash) const {
  std::size_t mask = slots_.size() - 1;
  for (std::size_t slot = hash & mask;; slot = (slot + 1) & mask) {
    if (slots_[slot] == 0) return slot;
    std::size_t entry = slots_[slot] - 1;
    if (entries_[entry].hash == hash && key_at(entry) == key) return slot;
  }
}

std::size_t KeyIndex::find(std::string_view key) const {
  if (slots_.empty()) return kNone;
  std::size_t slot = slot_of(key, hash_of(key));
  return slots_[slot] == 0 ? kNone : entries_[slots_[slot] - 1].row;
}

std::size_t KeyIndex::put(std::string_view key, std::size_t row) {
  if (2 * entries_.size() >= slots_.size()) grow();
  std::uint64_t hash = hash_of(key);
  std::size_t slot = slot_of(key, hash);
  if (slots_[slot] != 0) {
    std::size_t before = entries_[slots_[slot] - 1].row;
    entries_[slots_[slot] - 1].row = row;
    return before;
  }
  entries_.push_back({hash, keys_.size(), row});
  keys_.append(key);
  slots_[slot] = static_cast<std::uint32_t>(entries_.size());
  return kNone;
}

void KeyIndex::grow() {
  slots_.assign(slots_.empty() ? kSlotsMin : 4 * slots_.size(), 0);
  std::size_t mask = slots_.size() - 1;
  for (std::size_t entry = 0; entry < entries_.size(); ++entry) {
    std::size_t slot = entries_[entry].hash & mask;
    while (slots_[slot] != 0) slot = (slot + 1) & mask;
    slots_[slot] = static_cast<std::uint32_t>(entry + 1);
  }
}

// A table of few changes must not pay for the many of another time.
void KeyIndex::clear() {
  keys_.clear();
  entries_.clear();
  slots_.clear();
}

}  // namespace leat::sources::postgres

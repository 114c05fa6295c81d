// KeyIndex: from keys, as bytes, to the row that counts of each.
//
// Guarantees: one row a key. Memory is about the keys' bytes and 32 more for each.
// Threads: one.
// Owns: a copy of the keys.
// Errors: none throw.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace leat::sources::postgres {

class KeyIndex {
 public:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  /// The key's row, kNone where it has none.
  std::size_t find(std::string_view key) const;
  /// Makes `row` the key's row; the one before, kNone where there was none.
  std::size_t put(std::string_view key, std::size_t row);
  void clear();

 private:
  struct Entry {
    std::uint64_t hash;
    std::size_t offset, row;  // offset: of the key in keys_, where the next one's begins it ends
  };
  std::size_t slot_of(std::string_view key, std::uint64_t hash) const;
  std::string_view key_at(std::size_t entry) const;
  void grow();
  std::string keys_;
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> slots_;  // number of an entry + 1, 0: free; a power of two of them
};

}  // namespace leat::sources::postgres

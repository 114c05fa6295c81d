// Table: one data set in memory, column by column, and its indexes.
//
// Guarantees: rows keep their number for ever; deleting only hides them. Every change moves `version`
//   on.
// Threads: take `lock` shared to read (for one piece of an answer at a time, so that a slow client does
//   not hold a change back) and alone to change; index() is safe under the shared lock.
// Owns: its cells; a Value or text it hands out lives until the next change.
// Errors: none; what a file may hold is checked where it is read.
#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "value.h"

namespace soda {

/// Row numbers in some order.
using Rows = std::shared_ptr<const std::vector<std::uint32_t>>;

struct Column {
  /// How the cells lie in memory: bytes in a heap, 64-bit words (instants, codes, booleans), or, for a
  /// location made of two other columns, not at all.
  enum class Storage : std::uint8_t { heap, words, pair };
  static constexpr std::uint32_t kNullSlot = UINT32_MAX;
  static constexpr std::int64_t kNullWord = INT64_MIN;

  Column(std::string column_name, Type column_type);

  std::string name;   ///< as in the API, such as "date_of_occurrence"
  std::string label;  ///< as people read it, such as "Date Of Occurrence"
  Type type;
  Storage storage;
  bool escapes = false;                     ///< some cell holds a byte that JSON must escape
  std::uint64_t version = 0;                ///< moves on when a cell changes
  std::size_t latitude = 0, longitude = 0;  ///< of a pair: the columns it is made of
  std::vector<std::uint32_t> slots;
  std::string heap;
  std::vector<std::int64_t> words;

  void append_text(std::string_view text);
  void append_word(std::int64_t word);
  void append_null();
  void set_text(std::size_t row, std::string_view text);
  /// The bytes of a heap cell. Requires: the cell is not null.
  std::string_view text(std::size_t row) const { return text_at(slots[row]); }
  std::string_view text_at(std::uint32_t slot) const {
    std::uint32_t length;
    __builtin_memcpy(&length, heap.data() + slot, sizeof length);
    return {heap.data() + slot + sizeof length, length};
  }
  void reserve(std::size_t rows);

 private:
  std::uint32_t store(std::string_view text);
  // Cells that repeat share their bytes, as long as the looking up pays.
  std::unordered_map<std::string, std::uint32_t> seen_;
  std::size_t lookups_ = 0, hits_ = 0;
};

class Table {
 public:
  explicit Table(std::string id, std::string name) : id_(std::move(id)), name_(std::move(name)) {}

  const std::string& id() const { return id_; }
  const std::string& name() const { return name_; }
  std::size_t row_count() const { return row_count_; }
  std::size_t live_count() const { return row_count_ - deleted_count_; }
  bool is_deleted(std::size_t row) const { return !deleted_.empty() && deleted_[row]; }
  bool has_deleted() const { return deleted_count_ > 0; }

  Column& add_column(std::string name, Type type);
  /// Finds a column by name, whatever the case of its letters.
  std::optional<std::size_t> find(std::string_view name) const;
  bool is_system(std::size_t column) const {
    return columns[column].name.starts_with(':') && !columns[column].name.starts_with(":@");
  }
  Value value(std::size_t column, std::size_t row) const;
  void set_row_count(std::size_t count);
  void erase(std::size_t row);
  /// Hides or shows a column, as when a publisher drops one.
  void hide(std::size_t column) { columns[column].name = "\x01" + columns[column].name; }
  bool is_hidden(std::size_t column) const { return columns[column].name.starts_with('\x01'); }

  /// All live rows ordered by a column of words (nulls last), ties by row number.
  Rows index(std::size_t column) const;
  /// The sort key of a cell of words; nulls come last.
  std::uint64_t key(std::size_t column, std::size_t row) const;
  bool has_index(std::size_t column) const { return columns[column].storage == Column::Storage::words; }

  std::vector<Column> columns;
  std::uint64_t version = 1;
  std::int64_t rows_updated_at = 0;  ///< microseconds
  std::int64_t stale_before = 0;     ///< what a replica that lags behind has not seen yet is newer than this
  mutable std::shared_mutex lock;

 private:
  struct Index {
    std::uint64_t column_version, rows_version;
    Rows rows;
  };
  std::string id_, name_;
  std::size_t row_count_ = 0, deleted_count_ = 0;
  std::uint64_t rows_version_ = 0;
  std::vector<bool> deleted_;
  mutable std::mutex index_lock_;
  mutable std::unordered_map<std::size_t, Index> indexes_;
};

/// Makes "Date Of Occurrence" of "date_of_occurrence".
std::string label_of(std::string_view name);

}  // namespace soda

// RecordBatch: columns of equal length for one stream; the only form in which data moves.
//
// Guarantees: Arrow's layout: a validity bitmap (1 = there, least significant bit first, empty when nothing
//   is null), fixed-width values or 32-bit offsets + bytes. A batch holds at most 2 GB of text in one
//   column.
// Threads: one at a time; a batch moves from thread to thread as a whole.
// Owns: its buffers. Move-only, so that no copy happens unseen.
// Errors: builders assert on misuse (wrong width); they throw nothing but bad_alloc.
// Source: https://arrow.apache.org/docs/format/Columnar.html
#pragma once
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "batch/type.h"

namespace leat::batch {

/// A growing byte buffer that does not zero what it grows by.
template <class T>
struct UninitializedAllocator : std::allocator<T> {
  template <class U>
  struct rebind {
    using other = UninitializedAllocator<U>;
  };
  using std::allocator<T>::allocator;
  template <class U, class... Args>
  void construct(U* at, Args&&... args) {
    if constexpr (sizeof...(Args) == 0) {
      ::new (static_cast<void*>(at)) U;
    } else {
      ::new (static_cast<void*>(at)) U(std::forward<Args>(args)...);
    }
  }
};
using Buffer = std::vector<std::uint8_t, UninitializedAllocator<std::uint8_t>>;

/// The values of one column. Also its builder: append in row order, one call a row.
class ColumnData {
 public:
  explicit ColumnData(Type type);
  /// A column of finished buffers, laid out as Arrow does. Requires: they agree with type, size and
  /// null_count.
  ColumnData(Type type, std::size_t size, std::size_t null_count, Buffer values,
             std::vector<std::uint8_t> validity,
             std::vector<std::int32_t, UninitializedAllocator<std::int32_t>> offsets);

  Type type() const { return type_; }
  std::size_t size() const { return size_; }
  std::size_t null_count() const { return null_count_; }
  bool is_null(std::size_t row) const {
    return !validity_.empty() && !(validity_[row >> 3] >> (row & 7) & 1);
  }
  /// Bytes held, for queue accounting.
  std::size_t byte_size() const { return values_.size() + offsets_.size() * 4 + validity_.size(); }

  /// The value of a fixed-width column. Requires: sizeof(T) == type().width(); 0 where null.
  template <class T>
  T value(std::size_t row) const {
    T out;
    std::memcpy(&out, values_.data() + row * sizeof(T), sizeof(T));
    return out;
  }
  /// The value of a variable-length column ("" where null); valid until the next append.
  std::string_view text(std::size_t row) const {
    return {reinterpret_cast<const char*>(values_.data()) + offsets_[row],
            static_cast<std::size_t>(offsets_[row + 1] - offsets_[row])};
  }
  /// The value printed as SQL and people write it ("true", "1.50", "2026-01-05 10:00:00"); "" where null.
  std::string print(std::size_t row) const;

  void append_null();
  /// Requires: sizeof(T) == type().width().
  template <class T>
  void append(T value) {
    LEAT_ASSERT(sizeof(T) == width_);
    std::size_t at = values_.size();
    values_.resize(at + sizeof(T));
    std::memcpy(values_.data() + at, &value, sizeof(T));
    note_valid();
  }
  /// Requires: type().is_variable().
  void append_text(std::string_view value) {
    std::size_t at = values_.size();
    values_.resize(at + value.size());
    if (!value.empty()) std::memcpy(values_.data() + at, value.data(), value.size());
    offsets_.push_back(static_cast<std::int32_t>(values_.size()));
    note_valid();
  }
  /// Appends row `row` of a column of the same type.
  void append_from(const ColumnData& other, std::size_t row);
  void reserve(std::size_t rows, std::size_t bytes_of_text = 0);
  /// Drops the rows from `rows` on: a record that turned out bad takes its values back.
  void truncate(std::size_t rows);

  /// The raw buffers, for bulk loaders. validity() is empty when nothing is null.
  std::span<const std::uint8_t> validity() const { return validity_; }
  std::span<const std::uint8_t> values() const { return values_; }
  std::span<const std::int32_t> offsets() const { return offsets_; }

 private:
  void note_valid() {
    if (!validity_.empty()) set_bit();
    ++size_;
  }
  void set_bit();
  void start_validity();

  Type type_;
  std::size_t width_;
  std::size_t size_ = 0, null_count_ = 0;
  Buffer values_;
  std::vector<std::uint8_t> validity_;
  std::vector<std::int32_t, UninitializedAllocator<std::int32_t>> offsets_;
};

class RecordBatch {
 public:
  /// An empty batch, ready to be built column by column.
  explicit RecordBatch(SchemaPtr schema);
  /// A batch of finished columns. Requires: as many columns as the schema has, all of one length, types
  /// equal.
  RecordBatch(SchemaPtr schema, std::vector<ColumnData> columns);
  RecordBatch(RecordBatch&&) = default;
  RecordBatch& operator=(RecordBatch&&) = default;

  const SchemaPtr& schema() const { return schema_; }
  std::size_t rows() const { return columns_.empty() ? 0 : columns_[0].size(); }
  std::size_t byte_size() const;
  const ColumnData& column(std::size_t i) const { return columns_[i]; }
  ColumnData& column(std::size_t i) { return columns_[i]; }
  /// Moves the columns out; the batch is empty afterwards.
  std::vector<ColumnData> take_columns() && { return std::move(columns_); }

 private:
  SchemaPtr schema_;
  std::vector<ColumnData> columns_;
};

}  // namespace leat::batch

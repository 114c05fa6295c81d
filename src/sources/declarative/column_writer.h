// ColumnWriter: builds one column with as little work a value as there can be: raw buffers, no checks in the
// common case. ColumnData is what it becomes.
//
// Guarantees: as ColumnData; rows can be taken back.
// Threads: one at a time.
// Owns: its buffers until take().
// Errors: none but bad_alloc.
// Source: https://arrow.apache.org/docs/format/Columnar.html
#pragma once
#include <cstdint>
#include <cstring>
#include <string_view>

#include "batch/record_batch.h"

namespace leat::sources::declarative {

class ColumnWriter {
 public:
  /// Text may be copied this much too far; whoever appends with copy_text needs as many readable bytes
  /// behind.
  static constexpr std::size_t kOverrun = 32;

  /// A column of `rows` nulls with places for `places` rows. Requires: rows <= places.
  ColumnWriter(batch::Type type, std::size_t places, std::size_t rows = 0);
  /// Makes places for that many rows in all. Requires for each append: rows() is below it.
  void reserve(std::size_t places);

  batch::Type type() const { return type_; }
  std::size_t rows() const { return rows_; }
  std::size_t byte_size() const { return is_text_ ? used_ + rows_ * 4 : rows_ * width_; }

  void append_null() {
    validity_[rows_ >> 3] = static_cast<std::uint8_t>(validity_[rows_ >> 3] & ~(1U << (rows_ & 7)));
    ++null_count_;
    if (is_text_) {
      offsets_[++rows_] = static_cast<std::int32_t>(used_);
    } else {
      std::memset(values_.data() + rows_++ * width_, 0, width_);
    }
  }
  /// Requires: sizeof(T) == type().width().
  template <class T>
  void append(T value) {
    std::memcpy(values_.data() + rows_++ * sizeof(T), &value, sizeof(T));
  }
  /// Requires: type().is_variable().
  void append_text(std::string_view value) {
    if (used_ + value.size() + kOverrun > values_.size()) grow(value.size());
    if (!value.empty()) std::memcpy(values_.data() + used_, value.data(), value.size());
    used_ += value.size();
    offsets_[++rows_] = static_cast<std::int32_t>(used_);
  }
  /// Appends text unless there is a backslash in it; false then. Requires: kOverrun readable bytes behind it.
  bool copy_text(std::string_view value);
  /// Drops the rows from `rows` on.
  void truncate(std::size_t rows);
  /// Hands the column over and begins anew, with places for `places` rows.
  batch::ColumnData take(std::size_t places);
  /// The rows so far as a column of their own; the writer is used up.
  batch::ColumnData finish();

 private:
  void grow(std::size_t more);

  batch::Type type_;
  std::size_t width_, places_ = 0;
  bool is_text_;
  std::size_t rows_ = 0, used_ = 0, null_count_ = 0;
  batch::Buffer values_;  // of fixed width: places_ values; of text: more than used_ by kOverrun
  std::vector<std::uint8_t> validity_;  // all 1 until a null clears its bit
  std::vector<std::int32_t, batch::UninitializedAllocator<std::int32_t>> offsets_;
};

}  // namespace leat::sources::declarative

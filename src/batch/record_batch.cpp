#include "batch/record_batch.h"

#include <fmt/core.h>

#include "base/time.h"
#include "batch/decimal.h"

namespace leat::batch {

ColumnData::ColumnData(Type type) : type_(type), width_(type.width()) {
  if (type.is_variable()) offsets_.push_back(0);
}

ColumnData::ColumnData(Type type, std::size_t size, std::size_t null_count, Buffer values,
                       std::vector<std::uint8_t> validity,
                       std::vector<std::int32_t, UninitializedAllocator<std::int32_t>> offsets)
    : type_(type),
      width_(type.width()),
      size_(size),
      null_count_(null_count),
      values_(std::move(values)),
      validity_(std::move(validity)),
      offsets_(std::move(offsets)) {
  LEAT_ASSERT(width_ == 0 ? offsets_.size() == size_ + 1 : values_.size() == size_ * width_);
  LEAT_ASSERT(null_count_ == 0 || validity_.size() == (size_ + 7) / 8);
}

void ColumnData::set_bit() {
  if ((size_ & 7) == 0) {
    validity_.push_back(1);
  } else {
    validity_.back() = static_cast<std::uint8_t>(validity_.back() | (1U << (size_ & 7)));
  }
}

void ColumnData::start_validity() {
  // All rows so far were there; their bits are 1, the rest of the last byte is 0.
  validity_.assign((size_ + 7) / 8, 0xFF);
  if (size_ & 7) validity_.back() = static_cast<std::uint8_t>((1U << (size_ & 7)) - 1);
}

void ColumnData::append_null() {
  if (validity_.empty()) start_validity();
  if ((size_ & 7) == 0) validity_.push_back(0);
  if (width_ == 0) {
    offsets_.push_back(static_cast<std::int32_t>(values_.size()));
  } else {
    values_.resize(values_.size() + width_);
    std::memset(values_.data() + values_.size() - width_, 0, width_);
  }
  ++size_;
  ++null_count_;
}

void ColumnData::append_from(const ColumnData& other, std::size_t row) {
  LEAT_ASSERT(other.type_ == type_);
  if (other.is_null(row)) return append_null();
  if (width_ == 0) return append_text(other.text(row));
  std::size_t at = values_.size();
  values_.resize(at + width_);
  std::memcpy(values_.data() + at, other.values_.data() + row * width_, width_);
  note_valid();
}

void ColumnData::reserve(std::size_t rows, std::size_t bytes_of_text) {
  if (width_ == 0) {
    offsets_.reserve(rows + 1);
    values_.reserve(bytes_of_text);
  } else {
    values_.reserve(rows * width_);
  }
}

void ColumnData::truncate(std::size_t rows) {
  if (rows >= size_) return;
  if (null_count_ > 0) {
    for (std::size_t row = rows; row < size_; ++row) null_count_ -= is_null(row) ? 1 : 0;
  }
  if (width_ == 0) {
    offsets_.resize(rows + 1);
    values_.resize(static_cast<std::size_t>(offsets_[rows]));
  } else {
    values_.resize(rows * width_);
  }
  if (!validity_.empty()) {
    validity_.resize((rows + 7) / 8);
    // A later row sets its bit by adding it, so the rest of the last byte has to be 0.
    if (rows & 7) validity_.back() = static_cast<std::uint8_t>(validity_.back() & ((1U << (rows & 7)) - 1));
  }
  size_ = rows;
}

std::string ColumnData::print(std::size_t row) const {
  if (is_null(row)) return {};
  switch (type_.kind) {
    case TypeKind::boolean:
      return value<std::uint8_t>(row) ? "true" : "false";
    case TypeKind::int16:
      return fmt::format("{}", value<std::int16_t>(row));
    case TypeKind::int32:
      return fmt::format("{}", value<std::int32_t>(row));
    case TypeKind::int64:
      return fmt::format("{}", value<std::int64_t>(row));
    case TypeKind::float32:
      return fmt::format("{}", value<float>(row));
    case TypeKind::float64:
      return fmt::format("{}", value<double>(row));
    case TypeKind::decimal:
      return format_decimal(value<Int128>(row), type_.scale);
    case TypeKind::date:
      if (std::int32_t days = value<std::int32_t>(row); days == kInfiniteDays || days == -kInfiniteDays)
        return days < 0 ? "-infinity" : "infinity";
      return format_iso_date(value<std::int32_t>(row));
    case TypeKind::time:
      if (value<std::int64_t>(row) == 86'400'000'000) return "24:00:00";  // PostgreSQL has it
      return format_sql_timestamp(Timestamp(std::chrono::microseconds(value<std::int64_t>(row)))).substr(11);
    case TypeKind::timestamp:
    case TypeKind::timestamptz:
      if (std::int64_t micros = value<std::int64_t>(row);
          micros == kInfiniteMicros || micros == -kInfiniteMicros)
        return micros < 0 ? "-infinity" : "infinity";
      return format_sql_timestamp(Timestamp(std::chrono::microseconds(value<std::int64_t>(row)))) +
             (type_.kind == TypeKind::timestamptz ? "+00" : "");
    case TypeKind::text:
    case TypeKind::bytes:
    case TypeKind::json:
    case TypeKind::uuid:
      return std::string(text(row));
  }
  return {};
}

RecordBatch::RecordBatch(SchemaPtr schema) : schema_(std::move(schema)) {
  columns_.reserve(schema_->size());
  for (const Column& column : schema_->columns()) columns_.emplace_back(column.type);
}

RecordBatch::RecordBatch(SchemaPtr schema, std::vector<ColumnData> columns)
    : schema_(std::move(schema)), columns_(std::move(columns)) {
  LEAT_ASSERT(columns_.size() == schema_->size());
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    LEAT_ASSERT(columns_[i].size() == columns_[0].size());
    LEAT_ASSERT(columns_[i].type() == (*schema_)[i].type);
  }
}

std::size_t RecordBatch::byte_size() const {
  std::size_t total = 0;
  for (const ColumnData& column : columns_) total += column.byte_size();
  return total;
}

}  // namespace leat::batch

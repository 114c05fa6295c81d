#include "sources/declarative/column_writer.h"

namespace leat::sources::declarative {
namespace {
constexpr std::size_t kFirstTextBytes = 4096;

// Not 0 when one of the eight bytes is a backslash.
std::uint64_t backslashes(std::uint64_t word) {
  constexpr std::uint64_t kOnes = 0x0101010101010101, kHighs = 0x8080808080808080;
  word ^= kOnes * '\\';
  return (word - kOnes) & ~word & kHighs;
}
}  // namespace

ColumnWriter::ColumnWriter(batch::Type type, std::size_t places, std::size_t rows)
    : type_(type), width_(type.width()), is_text_(type.is_variable()) {
  if (is_text_) {
    values_.resize(kFirstTextBytes + kOverrun);
    offsets_.push_back(0);
  }
  reserve(places);
  while (rows_ < rows) append_null();
}

void ColumnWriter::reserve(std::size_t places) {
  if (places <= places_) return;
  places_ = places;
  validity_.resize((places + 7) / 8, 0xFF);
  if (is_text_) {
    offsets_.resize(places + 1);
  } else {
    values_.resize(places * width_);
  }
}

void ColumnWriter::grow(std::size_t more) {
  values_.resize((used_ + more) * 2 + kOverrun);
}

bool ColumnWriter::copy_text(std::string_view value) {
  if (used_ + value.size() + kOverrun > values_.size()) grow(value.size());
  std::uint8_t* to = values_.data() + used_;
  const char* from = value.data();
  std::uint64_t escaped = 0;
  for (std::size_t done = 0; done < value.size(); done += 16) {
    std::uint64_t words[2];
    std::memcpy(words, from + done, 16);
    std::memcpy(to + done, words, 16);
    escaped |= backslashes(words[0]) | backslashes(words[1]);
  }
  // What lies behind the end was looked at as well; only then it matters exactly where the backslash is.
  if (escaped && std::memchr(from, '\\', value.size())) return false;
  used_ += value.size();
  offsets_[++rows_] = static_cast<std::int32_t>(used_);
  return true;
}

void ColumnWriter::truncate(std::size_t rows) {
  for (; rows_ > rows; --rows_) {
    std::size_t row = rows_ - 1;
    std::uint8_t bit = static_cast<std::uint8_t>(1U << (row & 7));
    if (!(validity_[row >> 3] & bit)) {
      validity_[row >> 3] = static_cast<std::uint8_t>(validity_[row >> 3] | bit);
      --null_count_;
    }
  }
  if (is_text_) used_ = static_cast<std::size_t>(offsets_[rows_]);
}

batch::ColumnData ColumnWriter::finish() {
  if (is_text_) {
    values_.resize(used_);
    offsets_.resize(rows_ + 1);
  } else {
    values_.resize(rows_ * width_);
  }
  if (null_count_ == 0) {
    validity_.clear();
  } else {
    validity_.resize((rows_ + 7) / 8);
    if (rows_ & 7) validity_.back() = static_cast<std::uint8_t>(validity_.back() & ((1U << (rows_ & 7)) - 1));
  }
  return batch::ColumnData(type_, rows_, null_count_, std::move(values_), std::move(validity_),
                           std::move(offsets_));
}

batch::ColumnData ColumnWriter::take(std::size_t places) {
  std::size_t text_bytes = std::max(kFirstTextBytes, used_ + used_ / 16);
  batch::ColumnData column = finish();
  values_ = {};
  validity_ = {};
  offsets_ = {};
  rows_ = used_ = null_count_ = places_ = 0;
  if (is_text_) {
    values_.resize(text_bytes + kOverrun);
    offsets_.push_back(0);
  }
  reserve(places);
  return column;
}

}  // namespace leat::sources::declarative

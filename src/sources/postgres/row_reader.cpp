#include "sources/postgres/row_reader.h"

#include <fmt/core.h>

#include "base/error.h"

namespace leat::sources::postgres {
namespace {

constexpr std::size_t kRowsMax = 32'768, kBytesMax = 4 << 20;
constexpr std::size_t kSignature = 11, kHeader = kSignature + 8;

std::uint32_t number32(const char* at) {
  std::uint32_t value = 0;
  std::memcpy(&value, at, sizeof value);
  return __builtin_bswap32(value);
}

std::uint16_t number16(const char* at) {
  std::uint16_t value = 0;
  std::memcpy(&value, at, sizeof value);
  return __builtin_bswap16(value);
}

}  // namespace

RowReader::RowReader(const std::vector<ColumnPlan>& plans, const std::vector<ConstantColumn>& constants,
                     const std::string& stream, std::size_t index, stream::Sink& sink)
    : plans_(plans), constants_(constants), stream_(stream), index_(index), sink_(sink) {
  std::vector<batch::Column> columns = schema_of(plans)->columns();
  for (const ConstantColumn& each : constants) columns.push_back({each.name, each.type});
  schema_ = std::make_shared<const batch::Schema>(std::move(columns));
  for (const batch::Column& column : schema_->columns()) columns_.emplace_back(column.type);
}

void RowReader::refuse(const std::string& column) const {
  throw Error(ErrorCode::postgres_value, "The server sent bytes that are no value of their column",
              column.empty() ? stream_ : fmt::format("{}, column {}", stream_, column));
}

void RowReader::take(std::string_view bytes) {
  if (header_) {
    if (bytes.size() < kHeader || bytes.substr(0, 6) != "PGCOPY") refuse("");
    std::size_t extension = number32(bytes.data() + kHeader - 4);
    if (bytes.size() - kHeader < extension) refuse("");
    bytes.remove_prefix(kHeader + extension);
    header_ = false;
    if (bytes.empty()) return;
  }
  const char *at = bytes.data(), *end = at + bytes.size();
  while (at < end) at = take_row(at, end);
}

// Returns where the row ends.
const char* RowReader::take_row(const char* at, const char* end) {
  const char* begin = at;
  if (end - at < 2) refuse("");
  std::uint16_t count = number16(at);
  at += 2;
  if (count == 0xffff) return at;  // the end
  if (count != plans_.size()) refuse("");
  for (std::size_t i = 0; i < plans_.size(); ++i) {
    if (end - at < 4) refuse(plans_[i].name);
    auto size = static_cast<std::int32_t>(number32(at));
    at += 4;
    if (size < 0) {
      columns_[i].append_null();
      continue;
    }
    if (end - at < size) refuse(plans_[i].name);
    Decoded decoded = append_binary(plans_[i], {at, static_cast<std::size_t>(size)}, columns_[i]);
    if (decoded == Decoded::malformed) refuse(plans_[i].name);
    if (decoded == Decoded::replaced) ++replaced_;
    at += size;
  }
  for (std::size_t i = 0; i < constants_.size(); ++i) {
    batch::ColumnData& column = columns_[plans_.size() + i];
    if (constants_[i].is_null) {
      column.append_null();
    } else {
      column.append(constants_[i].value);
    }
  }
  ++rows_;
  bytes_ += static_cast<std::size_t>(at - begin);
  if (rows_ >= kRowsMax || bytes_ >= kBytesMax) flush();
  return at;
}

void RowReader::flush() {
  if (rows_ == 0) return;
  std::vector<batch::ColumnData> columns;
  for (const batch::Column& column : schema_->columns()) {
    columns.emplace_back(column.type);
    columns.back().reserve(rows_);
  }
  std::swap(columns, columns_);
  rows_ = bytes_ = 0;
  sink_.batch(index_, batch::RecordBatch(schema_, std::move(columns)));
}

void RowReader::finish() {
  flush();
}

}  // namespace leat::sources::postgres

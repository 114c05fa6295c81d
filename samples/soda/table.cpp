#include "table.h"

#include <algorithm>
#include <cctype>
#include <numeric>

namespace soda {
namespace {

bool same_ignoring_case(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
  });
}

Column::Storage storage_of(Type type) {
  return is_timestamp(type) || is_row_code(type) || type == Type::checkbox ? Column::Storage::words
                                                                           : Column::Storage::heap;
}

bool must_escape(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20; });
}

}  // namespace

std::string label_of(std::string_view name) {
  std::string label;
  for (char c : name) {
    if (c == '_') {
      if (!label.empty()) label += ' ';
    } else {
      const bool first = label.empty() || label.back() == ' ';
      label += first ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    }
  }
  while (!label.empty() && label.back() == ' ') label.pop_back();
  return label;
}

Column::Column(std::string column_name, Type column_type)
    : name(std::move(column_name)),
      label(label_of(name)),
      type(column_type),
      storage(storage_of(column_type)) {}

std::uint32_t Column::store(std::string_view text) {
  const bool worth_it = lookups_ < 50000 || hits_ * 4 > lookups_;
  if (worth_it) {
    ++lookups_;
    if (const auto found = seen_.find(std::string(text)); found != seen_.end()) {
      ++hits_;
      return found->second;
    }
  } else if (!seen_.empty()) {
    seen_ = {};
  }
  if (!is_object(type) && !escapes) escapes = must_escape(text);
  const auto slot = static_cast<std::uint32_t>(heap.size());
  const auto length = static_cast<std::uint32_t>(text.size());
  heap.append(reinterpret_cast<const char*>(&length), sizeof length);
  heap.append(text);
  if (worth_it && seen_.size() < 20000) seen_.emplace(text, slot);
  return slot;
}

void Column::append_text(std::string_view text) {
  slots.push_back(store(text));
}
void Column::append_word(std::int64_t word) {
  words.push_back(word);
}
void Column::append_null() {
  if (storage == Storage::heap) slots.push_back(kNullSlot);
  if (storage == Storage::words) words.push_back(kNullWord);
}
void Column::set_text(std::size_t row, std::string_view text) {
  slots[row] = store(text);
}

void Column::reserve(std::size_t rows) {
  if (storage == Storage::heap) slots.reserve(rows);
  if (storage == Storage::words) words.reserve(rows);
}

Column& Table::add_column(std::string name, Type type) {
  return columns.emplace_back(std::move(name), type);
}

std::optional<std::size_t> Table::find(std::string_view name) const {
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (same_ignoring_case(columns[i].name, name)) return i;
  return std::nullopt;
}

Value Table::value(std::size_t index, std::size_t row) const {
  const Column& column = columns[index];
  if (column.storage == Column::Storage::words) {
    const std::int64_t word = column.words[row];
    if (word == Column::kNullWord) return {};
    if (column.type == Type::checkbox) return Value::of_bool(word != 0);
    if (is_row_code(column.type)) return Value::of_code(static_cast<std::uint64_t>(word));
    return Value::of_instant(word);
  }
  if (column.storage == Column::Storage::pair) {
    const Value latitude = value(column.latitude, row);
    return latitude.is_null() ? Value() : Value::of_text("(location)");
  }
  if (column.slots[row] == Column::kNullSlot) return {};
  const std::string_view text = column.text(row);
  if (column.type != Type::number) return Value::of_text(text);
  // A cell that does not fit its type is served as it is, but it is not a number for SoQL.
  const auto number = parse_number(text);
  return number ? Value::of_number(*number) : Value();
}

void Table::set_row_count(std::size_t count) {
  row_count_ = count;
  if (!deleted_.empty()) deleted_.resize(count, false);
  ++rows_version_;
}

void Table::erase(std::size_t row) {
  if (deleted_.empty()) deleted_.resize(row_count_, false);
  if (deleted_[row]) return;
  deleted_[row] = true;
  ++deleted_count_;
  ++rows_version_;
}

std::uint64_t Table::key(std::size_t column, std::size_t row) const {
  const std::int64_t word = columns[column].words[row];
  if (is_row_code(columns[column].type)) return static_cast<std::uint64_t>(word);
  if (word == Column::kNullWord) return UINT64_MAX;
  return static_cast<std::uint64_t>(word) ^ (std::uint64_t{1} << 63);
}

Rows Table::index(std::size_t column) const {
  std::lock_guard guard(index_lock_);
  Index& index = indexes_[column];
  if (index.rows && index.column_version == columns[column].version && index.rows_version == rows_version_)
    return index.rows;
  std::vector<std::uint32_t> rows;
  rows.reserve(live_count());
  for (std::size_t row = 0; row < row_count_; ++row)
    if (!is_deleted(row)) rows.push_back(static_cast<std::uint32_t>(row));
  const auto before = [&](std::uint32_t a, std::uint32_t b) {
    const std::uint64_t left = key(column, a), right = key(column, b);
    return left != right ? left < right : a < b;
  };
  if (!std::is_sorted(rows.begin(), rows.end(), before)) {
    // Keys beside their rows: sorting then stays within its own memory.
    std::vector<std::pair<std::uint64_t, std::uint32_t>> keyed(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) keyed[i] = {key(column, rows[i]), rows[i]};
    std::sort(keyed.begin(), keyed.end());
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = keyed[i].second;
  }
  index = {columns[column].version, rows_version_,
           std::make_shared<const std::vector<std::uint32_t>>(std::move(rows))};
  return index.rows;
}

}  // namespace soda

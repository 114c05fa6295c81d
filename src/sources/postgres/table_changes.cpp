#include "sources/postgres/table_changes.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "batch/convert.h"
#include "sources/postgres/values.h"
#include "stream/destination.h"

namespace leat::sources::postgres {

using batch::ColumnData;
using batch::TypeKind;

std::vector<batch::Column> change_columns() {
  return {{kLsnColumn, {TypeKind::int64}},
          {kUpdatedColumn, {TypeKind::timestamptz}},
          {kDeletedColumn, {TypeKind::timestamptz}}};
}

std::vector<batch::Column> log_columns() {
  std::vector<batch::Column> columns = change_columns();
  columns.push_back({kOperationColumn, {TypeKind::text}});
  columns.push_back({kOrdinalColumn, {TypeKind::int64}});
  return columns;
}

namespace {

// Null is meant where a tuple has nothing for a column.
const TupleValue kNull{};

batch::SchemaPtr extended(const std::vector<ColumnPlan>& plans, const std::vector<batch::Column>& more) {
  std::vector<batch::Column> columns = schema_of(plans)->columns();
  for (batch::Column& column : columns) column.nullable = true;  // a deleted key comes with nulls
  columns.insert(columns.end(), more.begin(), more.end());
  return std::make_shared<const batch::Schema>(std::move(columns));
}

void append_origin(std::vector<ColumnData>& columns, std::size_t at, const ChangeOrigin& origin,
                   bool deleted) {
  columns[at].append(static_cast<std::int64_t>(origin.lsn));
  columns[at + 1].append(origin.time);
  if (deleted) {
    columns[at + 2].append(origin.time);
  } else {
    columns[at + 2].append_null();
  }
}

}  // namespace

TableChanges::TableChanges(const Table& table, std::vector<ColumnPlan> plans, std::size_t index,
                           std::optional<std::size_t> log, std::int64_t replaced)
    : stream_(table.stream),
      plans_(std::move(plans)),
      index_(index),
      log_index_(log),
      schema_(extended(plans_, change_columns())),
      log_schema_(extended(plans_, log_columns())),
      replaced_(replaced) {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (table.columns[i].is_key) key_.push_back(i);
  }
  start();
}

void TableChanges::start() {
  columns_.clear();
  log_columns_.clear();
  stored_keys_.clear();
  for (const batch::Column& column : schema_->columns()) columns_.emplace_back(column.type);
  for (const batch::Column& column : log_schema_->columns()) log_columns_.emplace_back(column.type);
  for (std::size_t column : key_) stored_keys_.emplace_back(plans_[column].type);
  live_.clear();
  equal_.clear();
  kept_.clear();
  dead_.clear();
  size_ = log_size_ = bytes_ = 0;
  cleared_ = false;
}

void TableChanges::arrange(const std::vector<TupleValue>& values, const std::vector<int>& columns,
                           Tuple& to) const {
  if (values.size() != columns.size())
    throw Error(ErrorCode::postgres_protocol, "A row has another number of columns than its relation",
                stream_);
  to.assign(plans_.size(), nullptr);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (columns[i] >= 0) to[static_cast<std::size_t>(columns[i])] = &values[i];
  }
}

// Lengths before the bytes, so that no two keys run into each other.
void TableChanges::write_key(const Tuple& tuple, const Tuple* otherwise, std::string& key) const {
  key.clear();
  auto add = [&](std::size_t column) {
    const TupleValue* value = tuple[column];
    if (otherwise && (!value || value->form == 'u')) value = (*otherwise)[column];
    if (!value) value = &kNull;
    auto size = static_cast<std::uint32_t>(value->bytes.size());
    key.push_back(value->form);
    key.append(reinterpret_cast<const char*>(&size), sizeof size);
    key.append(value->bytes);
  };
  if (key_.empty()) {
    for (std::size_t i = 0; i < plans_.size(); ++i) add(i);
  } else {
    for (std::size_t column : key_) add(column);
  }
}

void TableChanges::append_value(std::size_t column, const TupleValue& value, ColumnData& to) {
  const ColumnPlan& plan = plans_[column];
  if (value.form == 'n' || value.form == 'u') {
    to.append_null();
    return;
  }
  bytes_ += value.bytes.size();
  Decoded decoded =
      value.form == 'b' ? append_binary(plan, value.bytes, to) : append_text(plan, value.bytes, to);
  if (decoded == Decoded::replaced) ++replaced_;
  if (decoded == Decoded::malformed)
    throw Error(ErrorCode::postgres_value, "The server sent bytes that are no value of their column",
                fmt::format("{}, column {}", stream_, plan.name));
}

std::size_t TableChanges::append_row(const Tuple& tuple, const ChangeOrigin& origin, bool deleted) {
  constexpr std::size_t kRowBytes = 64;  // about what is held for a row beside its values
  bool key_only = deleted && !key_.empty();
  for (std::size_t i = 0; i < plans_.size(); ++i) {
    bool wanted = !key_only || std::find(key_.begin(), key_.end(), i) != key_.end();
    append_value(i, wanted && tuple[i] ? *tuple[i] : kNull, columns_[i]);
  }
  append_origin(columns_, plans_.size(), origin, deleted);
  bytes_ += kRowBytes;
  return size_++;
}

// A row of the key takes the place of the one before.
void TableChanges::supersede(const std::string& key, std::size_t row) {
  std::size_t before = live_.put(key, row);
  if (before != KeyIndex::kNone) dead_.push_back(before);
}

void TableChanges::remove(const std::string& key, const Tuple& before, const ChangeOrigin& origin) {
  if (!key_.empty()) return supersede(key, append_row(before, origin, true));
  // A row that came since the last flush has not reached the table.
  auto found = equal_.find(key);
  if (found == equal_.end()) {
    append_row(before, origin, true);
    return;
  }
  dead_.push_back(found->second.back());
  found->second.pop_back();
  if (found->second.empty()) equal_.erase(found);
}

// What an update does not send is taken from the row's earlier change, or left as the table has it.
void TableChanges::keep(std::size_t row, const Tuple& after, const Tuple& stored,
                        std::optional<std::size_t> previous) {
  auto was_kept = previous ? kept_.find(*previous) : kept_.end();
  Kept kept{std::vector<bool>(plans_.size()), 0};
  bool any = false;
  for (std::size_t i = 0; i < plans_.size(); ++i) {
    if (!after[i] || after[i]->form != 'u') continue;
    bool unknown = previous ? was_kept != kept_.end() && was_kept->second.columns[i] : !cleared_;
    if (previous && !unknown) {
      ColumnData& column = columns_[i];
      column.truncate(row);
      ColumnData value(column.type());
      value.append_from(column, *previous);
      column.append_from(value, 0);
      bytes_ += column.type().is_variable() ? column.text(row).size() : 0;
    }
    kept.columns[i] = unknown;
    any = any || unknown;
  }
  if (!any) return;
  if (was_kept != kept_.end()) {
    kept.stored_key = was_kept->second.stored_key;
  } else {
    kept.stored_key = stored_keys_.empty() ? 0 : stored_keys_[0].size();
    for (std::size_t i = 0; i < key_.size(); ++i) {
      const TupleValue* value = stored[key_[i]];
      append_value(key_[i], value ? *value : kNull, stored_keys_[i]);
    }
  }
  kept_.insert_or_assign(row, std::move(kept));
}

void TableChanges::update(const Tuple& before, Tuple& after, bool has_before, const ChangeOrigin& origin) {
  write_key(after, has_before ? &before : nullptr, key_after_);
  const std::string& new_key = key_after_;
  if (has_before) write_key(before, nullptr, key_before_);
  const std::string& old_key = has_before ? key_before_ : key_after_;
  for (std::size_t i = 0; has_before && i < after.size(); ++i) {
    // With the whole old row at hand (or a key that is stored apart), it has the value.
    bool unsent = after[i] && after[i]->form == 'u';
    if (unsent && before[i] && (before[i]->form == 't' || before[i]->form == 'b')) after[i] = before[i];
  }
  if (key_.empty()) {
    remove(old_key, before, origin);
    equal_[new_key].push_back(append_row(after, origin, false));
    return;
  }
  std::optional<std::size_t> previous;
  if (std::size_t found = live_.find(old_key); found != KeyIndex::kNone) previous = found;
  std::size_t row = append_row(after, origin, false);
  keep(row, after, has_before ? before : after, previous);
  if (old_key != new_key) remove(old_key, before, origin);
  supersede(new_key, row);
}

void TableChanges::apply(const Message& change, const std::vector<int>& columns, const ChangeOrigin& origin) {
  bool has_before = change.old_kind != 0;
  if (has_before) arrange(change.old_values, columns, before_);
  if (change.kind != MessageKind::remove) arrange(change.new_values, columns, after_);
  if (change.kind == MessageKind::insert) {
    write_key(after_, nullptr, key_after_);
    std::size_t row = append_row(after_, origin, false);
    if (key_.empty()) {
      equal_[key_after_].push_back(row);
    } else {
      supersede(key_after_, row);
    }
    log('I', after_, origin);
  } else if (change.kind == MessageKind::update) {
    if (key_.empty() && !has_before)
      throw Error(ErrorCode::postgres_protocol,
                  "An update of a table without a key does not tell the old row", stream_);
    update(before_, after_, has_before, origin);
    log('U', after_, origin);
  } else {
    if (!has_before) throw Error(ErrorCode::postgres_protocol, "A deletion does not tell its key", stream_);
    write_key(before_, nullptr, key_before_);
    remove(key_before_, before_, origin);
    log('D', before_, origin);
  }
}

void TableChanges::clear(const ChangeOrigin& origin) {
  std::vector<ColumnData> logged = std::move(log_columns_);
  std::size_t count = log_size_;
  start();
  log_columns_ = std::move(logged);
  log_size_ = count;
  cleared_ = true;
  log('T', Tuple(plans_.size(), nullptr), origin);
}

void TableChanges::log(char operation, const Tuple& tuple, const ChangeOrigin& origin) {
  if (!log_index_) return;
  for (std::size_t i = 0; i < plans_.size(); ++i)
    append_value(i, tuple[i] ? *tuple[i] : kNull, log_columns_[i]);
  std::size_t at = plans_.size();
  append_origin(log_columns_, at, origin, operation == 'D');
  log_columns_[at + 3].append_text({&operation, 1});
  log_columns_[at + 4].append(origin.ordinal);
  ++log_size_;
}

batch::RecordBatch TableChanges::take_rows() {
  batch::SchemaPtr schema = schema_;
  std::vector<ColumnData> columns = std::move(columns_);
  if (!kept_.empty()) {
    std::vector<batch::Column> more = change_columns();
    more.push_back({std::string(stream::kKeptColumn), {TypeKind::text}});
    columns.emplace_back(more.back().type);
    ColumnData& names = columns.back();
    std::vector<ColumnData> stored;
    for (std::size_t column : key_) stored.emplace_back(plans_[column].type);
    for (std::size_t row = 0; row < size_; ++row) {
      auto found = kept_.find(row);
      std::string text = ",";
      for (std::size_t i = 0; found != kept_.end() && i < plans_.size(); ++i) {
        if (found->second.columns[i]) text += plans_[i].name + ",";
      }
      if (found == kept_.end()) {
        names.append_null();
      } else {
        names.append_text(text);
      }
      for (std::size_t i = 0; i < key_.size(); ++i) {
        if (found == kept_.end()) {
          stored[i].append_null();
        } else {
          stored[i].append_from(stored_keys_[i], found->second.stored_key);
        }
      }
    }
    for (std::size_t i = 0; i < key_.size(); ++i) {
      more.push_back({std::string(stream::kStoredKeyPrefix) + plans_[key_[i]].name, plans_[key_[i]].type});
      columns.push_back(std::move(stored[i]));
    }
    schema = extended(plans_, more);
  }
  return {schema, std::move(columns)};
}

namespace {

// In pieces, so that not all of what waits for the warehouse is in memory as often as there are places to
// wait at. `dropped` is sorted.
void hand_over(batch::RecordBatch&& rows, const std::vector<std::size_t>& dropped, std::size_t index,
               stream::Sink& sink) {
  constexpr std::size_t kRowsMax = 32'768, kBytesMax = 4 << 20;
  std::size_t count = rows.rows(), bytes = std::max<std::size_t>(1, rows.byte_size());
  std::size_t step = std::clamp<std::size_t>(kBytesMax * count / bytes, 1, kRowsMax);
  if (count <= step && dropped.empty()) return sink.batch(index, std::move(rows));
  auto next = dropped.begin();
  for (std::size_t from = 0; from < count; from += step) {
    batch::RecordBatch piece(rows.schema());
    for (std::size_t row = from; row < std::min(count, from + step); ++row) {
      if (next != dropped.end() && *next == row) {
        while (next != dropped.end() && *next == row) ++next;
        continue;
      }
      for (std::size_t i = 0; i < rows.schema()->size(); ++i)
        piece.column(i).append_from(rows.column(i), row);
    }
    if (piece.rows() > 0) sink.batch(index, std::move(piece));
  }
}

}  // namespace

void TableChanges::flush(stream::Sink& sink) {
  if (cleared_) sink.clear(index_);
  if (size_ > dead_.size()) {
    if (!cleared_) sink.gather(index_);
    std::sort(dead_.begin(), dead_.end());
    live_.clear();
    hand_over(take_rows(), dead_, index_, sink);
  }
  if (log_size_ > 0) hand_over({log_schema_, std::move(log_columns_)}, {}, *log_index_, sink);
  start();
}

}  // namespace leat::sources::postgres

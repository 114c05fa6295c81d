#include "sources/declarative/decoder.h"

#include <fmt/core.h>

#include "batch/decimal.h"
#include "document/value.h"

namespace leat::sources::declarative {
namespace {

using batch::ColumnData;
using batch::Type;
using batch::TypeKind;

bool is_string(std::string_view token) {
  return token[0] == '"';
}

std::string_view content_of(std::string_view token) {
  return token.substr(1, token.size() - 2);
}

bool has_escape(std::string_view content) {
  return std::memchr(content.data(), '\\', content.size()) != nullptr;
}

// The type of a value that nobody declared.
Type type_of(std::string_view token) {
  switch (token[0]) {
    case '"':
      return Type{TypeKind::text};
    case 't':
    case 'f':
      return Type{TypeKind::boolean};
    case '{':
    case '[':
      return Type{TypeKind::json};
    default:
      std::int64_t whole;
      bool plain = token.find_first_of(".eE") == std::string_view::npos;
      return Type{plain && parse_int64(token, whole) ? TypeKind::int64 : TypeKind::float64};
  }
}

void append_widened(ColumnData& out, const ColumnData& column, std::size_t row) {
  if (column.is_null(row)) return out.append_null();
  if (out.type().kind == TypeKind::float64) {
    if (column.type().kind == TypeKind::int64) {
      return out.append(static_cast<double>(column.value<std::int64_t>(row)));
    }
    return out.append(column.value<double>(row));
  }
  out.append_text(column.print(row));
}

bool is_boolean_word(std::string_view content, bool& value) {
  value = content == "true" || content == "True";
  return value || content == "false" || content == "False";
}

}  // namespace

batch::SchemaPtr schema_of(const std::vector<Field>& fields) {
  std::vector<batch::Column> columns;
  for (const Field& field : fields) {
    columns.push_back({field.name, field.type, true});
    if (!field.is_point) continue;
    columns.push_back({field.name + "_longitude", Type{TypeKind::float64}, true});
    columns.push_back({field.name + "_latitude", Type{TypeKind::float64}, true});
  }
  return std::make_shared<const batch::Schema>(std::move(columns));
}

RecordDecoder::RecordDecoder(std::vector<Field> fields, BatchLimits limits, OnBatch on_batch,
                             OnReject on_reject)
    : limits_(limits), on_batch_(std::move(on_batch)), on_reject_(std::move(on_reject)) {
  for (const Field& field : fields) {
    std::string key = document::json_quote(field.name);
    Slot slot;
    slot.key = key.substr(1, key.size() - 2);
    slot.column = columns_.size();
    slot.may_widen = field.may_widen;
    slot.is_point = field.is_point;
    slot.next = slots_.size() + 1;
    slots_.push_back(std::move(slot));
    add_column(field.name, field.type);
    if (field.is_point) {
      add_column(field.name + "_longitude", Type{TypeKind::float64});
      add_column(field.name + "_latitude", Type{TypeKind::float64});
    }
  }
  if (!slots_.empty()) first_slot_ = 0;
}

void RecordDecoder::add_column(std::string name, Type type) {
  schema_columns_.push_back({std::move(name), type, true});
  columns_.emplace_back(type);
  schema_.reset();
}

std::size_t RecordDecoder::find_slot(std::string_view key, std::size_t guess) {
  // Null keys are left out of rows, so the next few slots are likely ones too.
  for (int tries = 0; tries < 4 && guess < slots_.size(); ++tries, ++guess) {
    const std::string& expected = slots_[guess].key;
    if (expected.size() == key.size() && std::memcmp(expected.data(), key.data(), key.size()) == 0)
      return guess;
  }
  return find_slot_slowly(key);
}

std::size_t RecordDecoder::find_slot_slowly(std::string_view key) {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i].key == key) return i;
  }
  if (!has_escape(key)) return kNone;
  // The same name may be escaped in another way.
  scratch_.clear();
  if (!unescape(key, scratch_)) return kNone;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (schema_columns_[slots_[i].column].name == scratch_) return i;
  }
  return kNone;
}

std::size_t RecordDecoder::add_slot(std::string_view key, std::string_view token) {
  std::string name;
  if (!unescape(key, name)) return kNone;
  for (const batch::Column& column : schema_columns_) {
    if (column.name == name) return kNone;  // a point's column has that name already
  }
  if (slots_.size() >= limits_.fields_max) return kNone;
  Slot slot;
  slot.key = key;
  slot.column = columns_.size();
  slot.is_inferred = true;
  add_column(std::move(name), type_of(token));
  for (std::size_t row = 0; row < rows_; ++row) columns_.back().append_null();
  slots_.push_back(std::move(slot));
  return slots_.size() - 1;
}

JsonAt RecordDecoder::record(const char* text, JsonAt start, JsonAt end) {
  JsonAt at = start;
  if (text[*at] != '{') return reject(text, start, end, nullptr, "", "A record has to be a JSON object");
  ++at;
  std::size_t guess = first_slot_, previous = kNone;
  if (text[*at] == '}') {
    ++at;
  } else {
    while (true) {
      if (at + 3 >= end || text[at[0]] != '"' || text[at[1]] != ':') return nullptr;
      std::string_view key = content_of(scalar_text(text, at));
      JsonAt value = at + 2;
      char first = text[*value];
      JsonAt after = value + 1;
      if (first == '{' || first == '[') {
        after = skip_value(text, value, end);
        if (!after) return nullptr;
      }
      bool is_null = first == 'n';
      if (is_null && scalar_text(text, value) != "null") return nullptr;
      std::size_t found = find_slot(key, guess);
      if (found == kNone && !is_null) {
        found = add_slot(key, raw_value(text, value, after));
        if (found == kNone) {
          return reject(text, start, end, nullptr, key,
                        "A record has too many fields, or one that can't be named");
        }
      }
      if (found != kNone) {
        Slot& slot = slots_[found];
        if (columns_[slot.column].size() > rows_) {  // the key stands twice
          columns_[slot.column].truncate(rows_);
          if (slot.is_point) {
            columns_[slot.column + 1].truncate(rows_);
            columns_[slot.column + 2].truncate(rows_);
          }
        }
        if (!is_null && !put(slot, text, value, after)) {
          return reason_.empty() ? nullptr : reject(text, start, end, &slot, key, std::move(reason_));
        }
        (previous == kNone ? first_slot_ : slots_[previous].next) = found;
        previous = found;
        guess = slots_[found].next;
      }
      at = after;
      char next = text[*at++];
      if (next == '}') break;
      if (next != ',') return nullptr;
    }
  }
  fill_absent();
  ++rows_;
  if (rows_ >= limits_.rows_max) {
    flush();
  } else if ((rows_ & 255) == 0) {
    std::size_t bytes = 0;
    for (const ColumnData& column : columns_) bytes += column.byte_size();
    if (bytes >= limits_.bytes_max) flush();
  }
  return at;
}

void RecordDecoder::fill_absent() {
  for (ColumnData& column : columns_) {
    if (column.size() == rows_) column.append_null();
  }
}

void RecordDecoder::take_back() {
  for (ColumnData& column : columns_) column.truncate(rows_);
}

JsonAt RecordDecoder::reject(const char* text, JsonAt at, JsonAt end, const Slot* slot, std::string_view key,
                             std::string reason) {
  take_back();
  JsonAt after = skip_value(text, at, end);
  if (!after) return nullptr;
  stream::RejectedRecord record;
  record.record = raw_value(text, at, after);
  record.field = slot ? schema_columns_[slot->column].name : std::string(key);
  record.reason = std::move(reason);
  reason_.clear();
  on_reject_(std::move(record));
  return after;
}

// Puts the value into the slot's column; false when it does not fit (reason_ says why) or is no JSON (reason_
// is empty).
bool RecordDecoder::put(Slot& slot, const char* text, JsonAt value, JsonAt after) {
  if (slot.is_point) return put_point(slot, text, value, after);
  ColumnData& column = columns_[slot.column];
  if (after == value + 1) {
    std::string_view token = scalar_text(text, value);
    if (token.empty()) return false;
    if (is_string(token)) {
      if (token.size() < 2) return false;
      if (column.type().kind == TypeKind::text) return put_text(column, content_of(token));
      // Text beside numbers is text: "012" is not 12.
      if (slot.is_inferred && !column.type().is_variable()) widen(slot, Type{TypeKind::text});
    } else if (!skip_value(text, value, after)) {
      return false;
    }
    return put_scalar(slot, token) || (!reason_.empty() && put_misfit(slot, token));
  }
  std::string_view raw = raw_value(text, value, after);
  if (column.type().is_variable()) {
    column.append_text(raw);
    return true;
  }
  if (slot.is_inferred) {
    widen(slot, Type{TypeKind::text});
    columns_[slot.column].append_text(raw);
    return true;
  }
  reason_ = fmt::format("{} does not fit {}", raw[0] == '{' ? "An object" : "A list", column.type().name());
  return false;
}

bool RecordDecoder::put_text(ColumnData& column, std::string_view content) {
  if (!has_escape(content)) {
    column.append_text(content);
    return true;
  }
  scratch_.clear();
  if (!unescape(content, scratch_)) return false;
  column.append_text(scratch_);
  return true;
}

bool RecordDecoder::put_scalar(Slot& slot, std::string_view token) {
  ColumnData& column = columns_[slot.column];
  bool quoted = is_string(token);
  std::string_view content = quoted ? content_of(token) : token;
  switch (column.type().kind) {
    case TypeKind::text:
      if (quoted) return put_text(column, content);
      column.append_text(token);
      return true;
    case TypeKind::json:
      column.append_text(token);
      return true;
    case TypeKind::int64: {
      std::int64_t number;
      if (!parse_int64(content, number)) break;
      column.append(number);
      return true;
    }
    case TypeKind::float64: {
      double number;
      if (!parse_float64(content, number)) break;
      column.append(number);
      return true;
    }
    case TypeKind::timestamp:
    case TypeKind::timestamptz: {
      std::int64_t micros;
      bool has_zone;
      if (!quoted || !parse_instant(content, slot.cache, micros, has_zone)) break;
      column.append(micros);
      return true;
    }
    default:
      if (put_rare(column, content)) return true;
      break;
  }
  reason_ = fmt::format("The value does not fit {}", column.type().name());
  return false;
}

// Widens the column for a value that it can't hold, where that is allowed.
bool RecordDecoder::put_misfit(Slot& slot, std::string_view token) {
  Type type = columns_[slot.column].type();
  double number;
  if (slot.is_inferred) {
    widen(slot, common_type(type, type_of(token)));
  } else if (slot.may_widen && type.kind == TypeKind::int64 &&
             parse_float64(is_string(token) ? content_of(token) : token, number)) {
    widen(slot, Type{TypeKind::float64});
  } else {
    return false;
  }
  reason_.clear();
  return put_scalar(slot, token);
}

bool RecordDecoder::put_rare(ColumnData& column, std::string_view content) {
  switch (column.type().kind) {
    case TypeKind::boolean: {
      bool value;
      if (!is_boolean_word(content, value)) return false;
      column.append(static_cast<std::uint8_t>(value));
      return true;
    }
    case TypeKind::int16:
    case TypeKind::int32: {
      std::int64_t number;
      if (!parse_int64(content, number)) return false;
      if (column.type().kind == TypeKind::int16) {
        if (number != static_cast<std::int16_t>(number)) return false;
        column.append(static_cast<std::int16_t>(number));
      } else {
        if (number != static_cast<std::int32_t>(number)) return false;
        column.append(static_cast<std::int32_t>(number));
      }
      return true;
    }
    case TypeKind::float32: {
      double number;
      if (!parse_float64(content, number)) return false;
      column.append(static_cast<float>(number));
      return true;
    }
    case TypeKind::decimal: {
      std::optional<batch::Int128> number =
          batch::parse_decimal(content, column.type().precision, column.type().scale);
      if (!number) return false;
      column.append(*number);
      return true;
    }
    case TypeKind::date: {
      std::optional<std::int32_t> days = parse_iso_date(content);
      if (!days && content.size() > 10) {
        std::optional<Timestamp> time = parse_iso_timestamp(content);
        constexpr std::int64_t kDay = 86400LL * 1000000;
        if (time && time->time_since_epoch().count() % kDay == 0) {
          days = static_cast<std::int32_t>(time->time_since_epoch().count() / kDay);
        }
      }
      if (!days) return false;
      column.append(*days);
      return true;
    }
    case TypeKind::time: {
      std::optional<std::int64_t> micros = parse_iso_time(content);
      if (!micros) return false;
      column.append(*micros);
      return true;
    }
    case TypeKind::uuid:
      if (content.size() != 36) return false;
      column.append_text(content);
      return true;
    default:
      return put_text(column, content);
  }
}

// Reads {"type":"Point","coordinates":[x,y]} and {"latitude":"…","longitude":"…",…}; the JSON is kept as it
// is.
bool RecordDecoder::put_point(Slot& slot, const char* text, JsonAt value, JsonAt after) {
  std::string_view coordinates[2];  // longitude, latitude
  if (after == value + 1 && !skip_value(text, value, after)) return false;
  if (text[*value] == '{') {
    for (JsonAt at = value + 1; text[*at] == '"';) {
      std::string_view key = content_of(scalar_text(text, at));
      JsonAt inner = at + 2, next = skip_value(text, inner, after);
      if (!next) return false;
      if (key == "coordinates" && text[*inner] == '[' && next - inner >= 5) {
        coordinates[0] = scalar_text(text, inner + 1);
        coordinates[1] = scalar_text(text, inner + 3);
      } else if (next == inner + 1 && (key == "longitude" || key == "latitude")) {
        coordinates[key == "latitude"] = scalar_text(text, inner);
      }
      at = next + (text[*next] == ',' ? 1 : 0);
    }
  }
  double numbers[2] = {0, 0};
  for (int i = 0; i < 2; ++i) {
    std::string_view token = coordinates[i];
    if (token.empty() || token == "null") continue;
    if (is_string(token)) token = content_of(token);
    if (!parse_float64(token, numbers[i])) {
      reason_ = fmt::format("Its {} is no number", i == 0 ? "longitude" : "latitude");
      return false;
    }
  }
  columns_[slot.column].append_text(raw_value(text, value, after));
  for (std::size_t i = 0; i < 2; ++i) {
    ColumnData& column = columns_[slot.column + 1 + i];
    if (coordinates[i].empty() || coordinates[i] == "null") {
      column.append_null();
    } else {
      column.append(numbers[i]);
    }
  }
  return true;
}

void RecordDecoder::widen(Slot& slot, Type type) {
  ColumnData& column = columns_[slot.column];
  if (type.kind != TypeKind::float64) type = Type{TypeKind::text};
  ColumnData wider(type);
  for (std::size_t row = 0; row < column.size(); ++row) append_widened(wider, column, row);
  column = std::move(wider);
  schema_columns_[slot.column].type = type;
  schema_.reset();
}

void RecordDecoder::flush() {
  if (rows_ == 0) return;
  if (!schema_) schema_ = std::make_shared<const batch::Schema>(schema_columns_);
  std::vector<ColumnData> fresh;
  fresh.reserve(columns_.size());
  for (const ColumnData& column : columns_) {
    fresh.emplace_back(column.type());
    // As much as last time, and a little more.
    fresh.back().reserve(rows_ + rows_ / 16, column.values().size() + column.values().size() / 16);
  }
  std::swap(fresh, columns_);
  rows_ = 0;
  on_batch_(batch::RecordBatch(schema_, std::move(fresh)));
}

}  // namespace leat::sources::declarative

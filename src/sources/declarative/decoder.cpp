#include "sources/declarative/decoder.h"

#include <fmt/core.h>

#include "batch/decimal.h"
#include "document/value.h"

namespace leat::sources::declarative {
namespace {

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

// Appends row `row` of a column to one of a wider type.
void append_widened(ColumnWriter& out, const batch::ColumnData& column, std::size_t row) {
  if (column.is_null(row)) return out.append_null();
  if (out.type().kind == TypeKind::float64) {
    if (column.type().kind == TypeKind::int64) {
      return out.append(static_cast<double>(column.value<std::int64_t>(row)));
    }
    return out.append(column.value<double>(row));
  }
  out.append_text(column.print(row));
}

// A date, or an instant at the beginning of a day.
std::optional<std::int32_t> parse_whole_day(std::string_view content) {
  if (content.size() <= 10) return parse_iso_date(content);
  constexpr std::int64_t kDay = 86400LL * 1000000;
  std::optional<Timestamp> time = parse_iso_timestamp(content);
  if (!time || time->time_since_epoch().count() % kDay != 0) return std::nullopt;
  return static_cast<std::int32_t>(time->time_since_epoch().count() / kDay);
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
    if (field.is_record) {
      record_column_ = columns_.size();
      add_column(field.name, Type{TypeKind::json});
      continue;
    }
    std::string key = document::json_quote(field.name);
    Slot& slot = new_slot(key.substr(1, key.size() - 2), field.type, field.name);
    slot.may_widen = field.may_widen;
    slot.is_point = field.is_point;
    slot.next = slots_.size();
    if (field.is_point) {
      add_column(field.name + "_longitude", Type{TypeKind::float64});
      add_column(field.name + "_latitude", Type{TypeKind::float64});
    }
  }
  if (!slots_.empty()) first_slot_ = 0;
}

void RecordDecoder::add_column(std::string name, Type type) {
  schema_columns_.push_back({std::move(name), type, true});
  columns_.emplace_back(type, places_, rows_);
  schema_.reset();
}

RecordDecoder::Slot& RecordDecoder::new_slot(std::string key, Type type, std::string name) {
  Slot slot;
  slot.column = columns_.size();
  for (std::size_t i = 0; i < std::min<std::size_t>(16, key.size()); ++i) {
    std::uint64_t byte = static_cast<unsigned char>(key[i]);
    slot.key_words[i / 8] |= byte << (i % 8 * 8);
    slot.key_masks[i / 8] |= std::uint64_t{0xFF} << (i % 8 * 8);
  }
  slot.key = std::move(key);
  slots_.push_back(std::move(slot));
  add_column(std::move(name), type);
  return slots_.back();
}

// Requires: 16 readable bytes from the key's first on.
inline bool RecordDecoder::is_key(const Slot& slot, std::string_view key) {
  if (slot.key.size() != key.size()) return false;
  std::uint64_t words[2];
  std::memcpy(words, key.data(), 16);
  if (((words[0] ^ slot.key_words[0]) & slot.key_masks[0]) |
      ((words[1] ^ slot.key_words[1]) & slot.key_masks[1])) {
    return false;
  }
  return key.size() <= 16 || std::memcmp(key.data() + 16, slot.key.data() + 16, key.size() - 16) == 0;
}

inline std::size_t RecordDecoder::find_slot(std::string_view key, std::size_t guess) const {
  // Null keys are left out of rows, so the next few slots are likely ones too.
  for (int tries = 0; tries < 4 && guess < slots_.size(); ++tries, ++guess) {
    if (is_key(slots_[guess], key)) return guess;
  }
  return find_slot_slowly(key);
}

std::size_t RecordDecoder::find_slot_slowly(std::string_view key) const {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i].key == key) return i;
  }
  if (!has_escape(key)) return kNone;
  // The same name may be escaped in another way.
  std::string name;
  if (!unescape(key, name)) return kNone;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (schema_columns_[slots_[i].column].name == name) return i;
  }
  return kNone;
}

std::size_t RecordDecoder::add_slot(std::string_view key, std::string_view token) {
  std::string name;
  if (!unescape(key, name) || slots_.size() >= limits_.fields_max) return kNone;
  for (const batch::Column& column : schema_columns_) {
    if (column.name == name) return kNone;  // a point's column has that name already
  }
  new_slot(std::string(key), type_of(token), std::move(name)).is_inferred = true;
  return slots_.size() - 1;
}

JsonAt RecordDecoder::record(const char* text, JsonAt start, JsonAt end) {
  if (rows_ == places_) {
    places_ *= 2;
    for (ColumnWriter& column : columns_) column.reserve(places_);
  }
  JsonAt at = start;
  filled_ = 0;
  if (text[*at] != '{') {
    reason_ = "A record has to be a JSON object";
    return reject(text, start, end);
  }
  if (slots_.empty() && record_column_ != kNone) {
    at = skip_value(text, at, end);
    if (!at) return nullptr;
  } else if (!members(text, at, end)) {
    if (!reason_.empty()) return reject(text, start, end);
    take_back();
    return nullptr;
  }
  end_row(record_column_ == kNone ? std::string_view() : raw_value(text, start, at));
  return at;
}

// Reads the members of the object at `at` and moves behind it; false for a bad record (reason_ says why) or
// no JSON (reason_ is empty).
bool RecordDecoder::members(const char* text, JsonAt& at, JsonAt end) {
  previous_ = kNone;
  guess_ = first_slot_;
  ++at;
  if (text[*at] == '}') {
    ++at;
    return true;
  }
  while (true) {
    if (!member(text, at, end)) return false;
    char next = text[*at++];
    if (next == '}') return true;
    if (next != ',') return false;
  }
}

inline bool RecordDecoder::member(const char* text, JsonAt& at, JsonAt end) {
  std::string_view key;
  if (!read_key(text, at, end, key)) return false;
  JsonAt value = at + 2, after = at + 3;
  char first = text[*value];
  if (first == '{' || first == '[') {
    after = skip_value(text, value, end);
    if (!after) return false;
  }
  at = after;
  std::size_t found = find_slot(key, guess_);
  if (first == 'n') {
    if (scalar_text(text, value) != "null") return false;
    if (found == kNone) return true;
  } else if (found == kNone) {
    if (record_column_ != kNone) return true;
    found = add_slot(key, raw_value(text, value, after));
    if (found == kNone) {
      rejected_field_ = key;
      reason_ = "A record has too many fields, or one that can't be named";
      return false;
    }
  }
  Slot& slot = slots_[found];
  (previous_ == kNone ? first_slot_ : slots_[previous_].next) = found;
  previous_ = found;
  guess_ = slot.next;
  if (columns_[slot.column].rows() > rows_) forget_earlier(slot);
  if (first == 'n') return true;
  Put put_result = put(slot, text, value, after);
  if (put_result == Put::done) return true;
  if (put_result == Put::misfit) {
    rejected_field_ = schema_columns_[slot.column].name;
    if (reason_.empty())
      reason_ = fmt::format("The value does not fit {}", columns_[slot.column].type().name());
  }
  return false;
}

// The key stands twice in the record: its last value counts.
void RecordDecoder::forget_earlier(const Slot& slot) {
  for (std::size_t i = 0; i < (slot.is_point ? 3U : 1U); ++i) {
    columns_[slot.column + i].truncate(rows_);
    --filled_;
  }
}

void RecordDecoder::end_row(std::string_view raw) {
  if (record_column_ != kNone) {
    columns_[record_column_].append_text(raw);
    ++filled_;
  }
  if (filled_ != columns_.size()) {
    for (ColumnWriter& column : columns_) {
      if (column.rows() == rows_) column.append_null();
    }
  }
  ++rows_;
  if (rows_ >= limits_.rows_max) {
    flush();
  } else if ((rows_ & 255) == 0) {
    std::size_t bytes = 0;
    for (const ColumnWriter& column : columns_) bytes += column.byte_size();
    if (bytes >= limits_.bytes_max) flush();
  }
}

void RecordDecoder::take_back() {
  for (ColumnWriter& column : columns_) column.truncate(rows_);
}

JsonAt RecordDecoder::reject(const char* text, JsonAt at, JsonAt end) {
  take_back();
  JsonAt after = skip_value(text, at, end);
  stream::RejectedRecord record;
  record.field = std::exchange(rejected_field_, {});
  record.reason = std::exchange(reason_, {});
  if (!after) return nullptr;
  record.record = raw_value(text, at, after);
  on_reject_(std::move(record));
  return after;
}

RecordDecoder::Put RecordDecoder::put(Slot& slot, const char* text, JsonAt value, JsonAt after) {
  if (slot.is_point) return put_point(slot, text, value, after);
  if (after != value + 1) return put_container(slot, raw_value(text, value, after));
  std::string_view token = scalar_text(text, value);
  if (token.empty()) return Put::broken;
  if (is_string(token)) {
    if (token.size() < 2 || token.back() != '"') return Put::broken;
    ColumnWriter& column = columns_[slot.column];
    if (column.type().kind == TypeKind::text) {
      ++filled_;
      return put_string(column, content_of(token));
    }
    // Text beside numbers is text: "012" is not 12.
    if (slot.is_inferred && !column.type().is_variable()) widen(slot, Type{TypeKind::text});
  } else if (!skip_value(text, value, after)) {
    return Put::broken;
  }
  Put result = put_token(slot, token);
  return result == Put::misfit ? put_misfit(slot, token) : result;
}

inline RecordDecoder::Put RecordDecoder::put_string(ColumnWriter& column, std::string_view content) {
  if (column.copy_text(content)) return Put::done;
  scratch_.clear();
  bool half_pair = false;
  if (!unescape(content, scratch_, &half_pair)) return Put::broken;
  if (half_pair) {
    reason_ = "Half of a surrogate pair is no character";
    return Put::misfit;
  }
  column.append_text(scratch_);
  return Put::done;
}

RecordDecoder::Put RecordDecoder::put_token(Slot& slot, std::string_view token) {
  ColumnWriter& column = columns_[slot.column];
  bool quoted = is_string(token);
  std::string_view content = quoted ? content_of(token) : token;
  switch (column.type().kind) {
    case TypeKind::text:
      if (quoted) {
        if (Put outcome = put_string(column, content); outcome != Put::done) return outcome;
      }
      if (!quoted) column.append_text(token);
      break;
    case TypeKind::json:
      column.append_text(token);
      break;
    case TypeKind::int64: {
      std::int64_t number;
      if (!parse_int64(content, number)) return Put::misfit;
      column.append(number);
      break;
    }
    case TypeKind::float64: {
      double number;
      if (!parse_float64_padded(content, number)) return Put::misfit;
      column.append(number);
      break;
    }
    case TypeKind::timestamp:
    case TypeKind::timestamptz: {
      std::int64_t micros;
      bool has_zone;
      if (!quoted || !parse_instant(content, micros, has_zone)) return Put::misfit;
      column.append(micros);
      break;
    }
    default:
      if (!put_rare(column, content)) return Put::misfit;
      break;
  }
  ++filled_;
  return Put::done;
}

// Widens the column for a value that it can't hold, where that is allowed.
RecordDecoder::Put RecordDecoder::put_misfit(Slot& slot, std::string_view token) {
  Type type = columns_[slot.column].type();
  double number;
  if (slot.is_inferred) {
    widen(slot, common_type(type, type_of(token)));
  } else if (slot.may_widen && type.kind == TypeKind::int64 &&
             parse_float64(is_string(token) ? content_of(token) : token, number)) {
    widen(slot, Type{TypeKind::float64});
  } else {
    return Put::misfit;
  }
  return put_token(slot, token);
}

// Puts an object or list: as its text where the column holds text.
RecordDecoder::Put RecordDecoder::put_container(Slot& slot, std::string_view raw) {
  if (slot.is_inferred && !columns_[slot.column].type().is_variable()) widen(slot, Type{TypeKind::text});
  ColumnWriter& column = columns_[slot.column];
  if (!column.type().is_variable()) {
    reason_ = fmt::format("{} does not fit {}", raw[0] == '{' ? "An object" : "A list", column.type().name());
    return Put::misfit;
  }
  column.append_text(raw);
  ++filled_;
  return Put::done;
}

bool RecordDecoder::put_rare(ColumnWriter& column, std::string_view content) {
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
      std::optional<std::int32_t> days = parse_whole_day(content);
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
      return put_string(column, content) == Put::done;
  }
}

// Reads {"type":"Point","coordinates":[x,y]} and {"latitude":"…","longitude":"…",…}; the JSON is kept as it
// is.
RecordDecoder::Put RecordDecoder::put_point(Slot& slot, const char* text, JsonAt value, JsonAt after) {
  std::string_view coordinates[2];  // longitude, latitude
  if (after == value + 1 && !skip_value(text, value, after)) return Put::broken;
  if (text[*value] == '{') {
    for (JsonAt at = value + 1; text[*at] == '"';) {
      std::string_view key = content_of(scalar_text(text, at));
      JsonAt inner = at + 2, next = inner + 1;
      if (text[*inner] == '{' || text[*inner] == '[') next = skip_value(text, inner, after);
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
  bool there[2];
  for (int i = 0; i < 2; ++i) {
    std::string_view token = coordinates[i];
    there[i] = !token.empty() && token != "null";
    if (there[i] && is_string(token)) token = content_of(token);
    if (there[i] && !parse_float64_padded(token, numbers[i])) {
      reason_ = fmt::format("Its {} is no number", i == 0 ? "longitude" : "latitude");
      return Put::misfit;
    }
  }
  columns_[slot.column].append_text(raw_value(text, value, after));
  for (std::size_t i = 0; i < 2; ++i) {
    ColumnWriter& column = columns_[slot.column + 1 + i];
    there[i] ? column.append(numbers[i]) : column.append_null();
  }
  filled_ += 3;
  return Put::done;
}

void RecordDecoder::widen(Slot& slot, Type type) {
  if (type.kind != TypeKind::float64) type = Type{TypeKind::text};
  batch::ColumnData column = columns_[slot.column].finish();
  ColumnWriter wider(type, places_);
  for (std::size_t row = 0; row < column.size(); ++row) append_widened(wider, column, row);
  columns_[slot.column] = std::move(wider);
  schema_columns_[slot.column].type = type;
  schema_.reset();
}

void RecordDecoder::flush() {
  // Rows without a single field have nothing to hand over.
  if (columns_.empty()) rows_ = 0;
  if (rows_ == 0) return;
  if (!schema_) schema_ = std::make_shared<const batch::Schema>(schema_columns_);
  // Places for as many rows as this time, and a few more.
  places_ = rows_ + rows_ / 16 + 64;
  std::vector<batch::ColumnData> columns;
  columns.reserve(columns_.size());
  for (ColumnWriter& column : columns_) columns.push_back(column.take(places_));
  rows_ = 0;
  on_batch_(batch::RecordBatch(schema_, std::move(columns)));
}

}  // namespace leat::sources::declarative

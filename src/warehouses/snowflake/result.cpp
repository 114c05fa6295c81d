#include "warehouses/snowflake/result.h"

#include <fmt/core.h>

#include <openssl/evp.h>

#include <charconv>
#include <cmath>
#include <limits>

#include "base/base64.h"
#include "base/error.h"
#include "batch/decimal.h"
#include "warehouses/snowflake/arrow.h"
#include "warehouses/snowflake/dialect.h"
#include "warehouses/snowflake/session.h"

namespace leat::warehouses::snowflake {

using batch::ColumnData;
using batch::Int128;
using batch::Type;
using batch::TypeKind;
using document::Value;

namespace {

constexpr std::size_t kBatchRows = 65536;
constexpr std::int64_t kSecondsPerDay = 86400;

// "NUMBER(10,2)" of a rowtype's entry, as the catalog would say.
std::string native_name(const Value& column) {
  std::string type = column["type"].raw();
  for (char& c : type) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  if (type == "FIXED")
    return fmt::format("NUMBER({},{})", column["precision"].integer(), column["scale"].integer());
  if (type == "REAL") return "FLOAT";
  return type;
}

[[noreturn]] void refuse(const batch::Column& column) {
  throw Error(ErrorCode::warehouse_sql,
              fmt::format("A value of the column `{}` does not read as {}", column.name, column.type.name()),
              "");
}

// "1700000000.123456789": seconds with a fraction, as nanoseconds.
std::optional<Int128> nanoseconds(std::string_view text) {
  return batch::parse_decimal(text, 38, 9);
}

std::int64_t floor_micros(Int128 nanos) {
  Int128 micros = nanos / 1000;
  if (nanos % 1000 < 0) --micros;
  return static_cast<std::int64_t>(micros);
}

std::string bytes_of_hex(std::string_view text) {
  std::string out;
  auto digit = [](char c) { return c <= '9' ? c - '0' : (c | 32) - 'a' + 10; };
  for (std::size_t at = 0; at + 1 < text.size(); at += 2)
    out.push_back(static_cast<char>(digit(text[at]) << 4 | digit(text[at + 1])));
  return out;
}

template <class Number>
bool append_number(ColumnData& column, std::string_view text) {
  Number value{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return false;
  column.append<Number>(value);
  return true;
}

bool append_instant(ColumnData& column, std::string_view text) {
  // TIMESTAMP_TZ adds its offset after a blank; the seconds are UTC's already.
  std::optional<Int128> nanos = nanoseconds(text.substr(0, text.find(' ')));
  if (!nanos) return false;
  column.append<std::int64_t>(floor_micros(*nanos));
  return true;
}

bool append_text(ColumnData& column, std::string_view text) {
  switch (column.type().kind) {
    case TypeKind::boolean:
      column.append<std::uint8_t>(text == "1" || text == "true" || text == "TRUE");
      return true;
    case TypeKind::int16:
      return append_number<std::int16_t>(column, text);
    case TypeKind::int32:
      return append_number<std::int32_t>(column, text);
    case TypeKind::int64:
      return append_number<std::int64_t>(column, text);
    case TypeKind::float32:
      return append_number<float>(column, text);
    case TypeKind::float64:
      return append_number<double>(column, text);
    case TypeKind::decimal: {
      std::optional<Int128> value = batch::parse_decimal(text, 38, column.type().scale);
      if (value) column.append<Int128>(*value);
      return value.has_value();
    }
    case TypeKind::date:
      return append_number<std::int32_t>(column, text);
    case TypeKind::time: {
      std::optional<Int128> nanos = nanoseconds(text);
      if (nanos) column.append<std::int64_t>(floor_micros(*nanos) % (kSecondsPerDay * 1000000));
      return nanos.has_value();
    }
    case TypeKind::timestamp:
    case TypeKind::timestamptz:
      return append_instant(column, text);
    case TypeKind::bytes:
      column.append_text(bytes_of_hex(text));
      return true;
    case TypeKind::text:
    case TypeKind::json:
    case TypeKind::uuid:
      column.append_text(text);
      return true;
  }
  return false;
}

bool is_wide_integer(Type type) {
  return type.kind == TypeKind::decimal && type.scale == 0;
}

bool fits_int64(const std::vector<batch::RecordBatch>& batches, std::size_t i) {
  for (const batch::RecordBatch& batch : batches) {
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      Int128 value = batch.column(i).value<Int128>(row);
      if (value > std::numeric_limits<std::int64_t>::max() ||
          value < std::numeric_limits<std::int64_t>::min())
        return false;
    }
  }
  return true;
}

ColumnData narrowed(const ColumnData& wide) {
  ColumnData out(Type{TypeKind::int64});
  out.reserve(wide.size());
  for (std::size_t row = 0; row < wide.size(); ++row) {
    if (wide.is_null(row)) {
      out.append_null();
    } else {
      out.append<std::int64_t>(static_cast<std::int64_t>(wide.value<Int128>(row)));
    }
  }
  return out;
}

// A small reader of rows of texts: parts may hold millions of values, too many for a document.
class PartReader {
 public:
  PartReader(std::string_view json, RowBuilder& rows)
      : at_(json.data()), end_(at_ + json.size()), rows_(rows) {}
  bool read() {
    bool is_wrapped = next() == '[' && follows_bracket();
    if (is_wrapped) ++at_;
    while (next() == '[') {
      if (!read_row()) return false;
      if (next() == ',') ++at_;
    }
    if (is_wrapped && next() == ']') ++at_;
    return next() == '\0';
  }

 private:
  // The next character that is no blank, without taking it; '\0' at the end.
  char next() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t')) ++at_;
    return at_ == end_ ? '\0' : *at_;
  }
  bool follows_bracket() {
    const char* look = at_ + 1;
    while (look != end_ && (*look == ' ' || *look == '\n')) ++look;
    return look != end_ && (*look == '[' || *look == ']');
  }
  bool read_row() {
    ++at_;
    for (std::size_t i = 0; i < rows_.width(); ++i) {
      if (i > 0 && (next() != ',' || !++at_)) return false;
      if (!read_cell()) return false;
    }
    if (next() != ']') return false;
    ++at_;
    return true;
  }
  bool read_cell() {
    if (next() == '"') return read_string();
    const char* from = at_;
    while (at_ != end_ && *at_ != ',' && *at_ != ']' && *at_ != ' ') ++at_;
    std::string_view word(from, static_cast<std::size_t>(at_ - from));
    if (word == "null") {
      rows_.append_null();
    } else if (word.empty()) {
      return false;
    } else {
      rows_.append(word);
    }
    return true;
  }
  bool read_string() {
    const char* from = ++at_;
    while (at_ != end_ && *at_ != '"' && *at_ != '\\') ++at_;
    if (at_ != end_ && *at_ == '"') {
      rows_.append({from, static_cast<std::size_t>(at_++ - from)});
      return true;
    }
    text_.assign(from, at_);
    while (at_ != end_ && *at_ != '"') {
      if (*at_ != '\\') {
        text_.push_back(*at_++);
      } else if (!read_escape()) {
        return false;
      }
    }
    if (at_ == end_) return false;
    ++at_;
    rows_.append(text_);
    return true;
  }
  bool read_escape() {
    if (end_ - at_ < 2) return false;
    char c = at_[1];
    at_ += 2;
    if (c == 'u') return read_code_point();
    constexpr std::string_view kLetters = "\"\\/bfnrt", kMeant = "\"\\/\b\f\n\r\t";
    std::size_t which = kLetters.find(c);
    if (which == std::string_view::npos) return false;
    text_.push_back(kMeant[which]);
    return true;
  }
  std::optional<std::uint32_t> read_hex() {
    std::uint32_t value = 0;
    if (end_ - at_ < 4 || std::from_chars(at_, at_ + 4, value, 16).ptr != at_ + 4) return std::nullopt;
    at_ += 4;
    return value;
  }
  bool read_code_point() {
    std::optional<std::uint32_t> code = read_hex();
    if (!code) return false;
    bool has_low = *code >= 0xD800 && *code < 0xDC00 && end_ - at_ >= 6 && at_[0] == '\\' && at_[1] == 'u';
    if (has_low) {
      at_ += 2;
      std::optional<std::uint32_t> low = read_hex();
      if (!low) return false;
      code = 0x10000 + ((*code - 0xD800) << 10) + (*low - 0xDC00);
    }
    append_utf8(*code);
    return true;
  }
  void append_utf8(std::uint32_t code) {
    auto put = [&](std::uint32_t byte) { text_.push_back(static_cast<char>(byte)); };
    if (code < 0x80) {
      put(code);
    } else if (code < 0x800) {
      put(0xC0 | code >> 6);
      put(0x80 | (code & 63));
    } else if (code < 0x10000) {
      put(0xE0 | code >> 12);
      put(0x80 | (code >> 6 & 63));
      put(0x80 | (code & 63));
    } else {
      put(0xF0 | code >> 18);
      put(0x80 | (code >> 12 & 63));
      put(0x80 | (code >> 6 & 63));
      put(0x80 | (code & 63));
    }
  }

  const char* at_;
  const char* end_;
  RowBuilder& rows_;
  std::string text_;
};

[[noreturn]] void refuse_size(std::int64_t rows_max, const std::string& place) {
  throw Error(ErrorCode::warehouse_sql, fmt::format("The query gives more than {} rows", rows_max), place)
      .fix("Add a LIMIT or an aggregate, or raise the limit.");
}

http::Headers part_headers(const Value& data) {
  http::Headers headers;
  for (const auto& [name, value] : data["chunkHeaders"].members()) headers.set(name, value.raw());
  if (headers.entries().empty() && !data["qrmk"].raw().empty()) {
    headers.set("x-amz-server-side-encryption-customer-algorithm", "AES256");
    headers.set("x-amz-server-side-encryption-customer-key", data["qrmk"].raw());
  }
  return headers;
}

void append_inline(const Value& rowset, RowBuilder& rows) {
  for (const Value& row : rowset.items()) {
    for (std::size_t i = 0; i < rows.width(); ++i) {
      bool is_missing = i >= row.items().size() || row.items()[i].is_null();
      if (is_missing) {
        rows.append_null();
      } else {
        rows.append(row.items()[i].raw());
      }
    }
  }
}

}  // namespace

RowBuilder::RowBuilder(const Value& rowtype) {
  for (const Value& column : rowtype.items()) {
    native_types_.push_back(native_name(column));
    columns_.push_back({unfolded(column["name"].raw()),
                        snow_dialect().parse_type(native_types_.back()).value_or(Type{TypeKind::text})});
  }
  schema_ = std::make_shared<const batch::Schema>(columns_);
}

void RowBuilder::advance() {
  if (++next_column_ < columns_.size()) return;
  next_column_ = 0;
  ++rows_;
}

void RowBuilder::append_null() {
  if (batches_.empty() || (next_column_ == 0 && batches_.back().rows() >= kBatchRows))
    batches_.emplace_back(schema_);
  batches_.back().column(next_column_).append_null();
  advance();
}

void RowBuilder::append(std::string_view text) {
  if (batches_.empty() || (next_column_ == 0 && batches_.back().rows() >= kBatchRows))
    batches_.emplace_back(schema_);
  if (!append_text(batches_.back().column(next_column_), text)) refuse(columns_[next_column_]);
  advance();
}

sql::QueryResult RowBuilder::finish() {
  LEAT_ASSERT(next_column_ == 0);
  std::vector<std::size_t> narrow;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (is_wide_integer(columns_[i].type) && fits_int64(batches_, i)) narrow.push_back(i);
  }
  sql::QueryResult out;
  for (std::size_t i : narrow) columns_[i].type = Type{TypeKind::int64};
  out.schema = std::make_shared<const batch::Schema>(columns_);
  out.native_types = native_types_;
  for (batch::RecordBatch& batch : batches_) {
    std::vector<ColumnData> columns = std::move(batch).take_columns();
    for (std::size_t i : narrow) columns[i] = narrowed(columns[i]);
    out.batches.emplace_back(out.schema, std::move(columns));
  }
  return out;
}

bool read_part(std::string_view json, RowBuilder& rows) {
  return PartReader(json, rows).read();
}

sql::QueryResult read_rows(const Value& data, Session& session, std::int64_t rows_max) {
  const std::string& place = session.account().place;
  if (data["total"].integer() > rows_max) refuse_size(rows_max, place);
  RowBuilder rows(data["rowtype"]);
  bool is_arrow = data["queryResultFormat"].raw() == "arrow", is_whole = true;
  if (is_arrow) {
    std::string stream = decode_base64(data["rowsetBase64"].raw()).value_or("");
    is_whole = stream.empty() || read_arrow(stream, rows);
  } else {
    append_inline(data["rowset"], rows);
  }
  http::Headers headers = part_headers(data);
  for (const Value& part : data["chunks"].items()) {
    std::string bytes = session.fetch(part["url"].raw(), headers);
    is_whole = is_whole && (is_arrow ? read_arrow(bytes, rows) : read_part(bytes, rows));
  }
  if (!is_whole) throw Error(ErrorCode::warehouse_sql, "The result is damaged or of an unknown form", place);
  if (rows.rows() > rows_max) refuse_size(rows_max, place);
  return rows.finish();
}

std::int64_t count_of(const Value& data, std::string_view column) {
  std::int64_t total = 0;
  const std::vector<Value>& columns = data["rowtype"].items();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (!columns[i]["name"].raw().starts_with(column)) continue;
    for (const Value& row : data["rowset"].items()) {
      std::int64_t count = 0;
      const std::string& text = row.items().size() > i ? row.items()[i].raw() : "";
      std::from_chars(text.data(), text.data() + text.size(), count);
      total += count;
    }
  }
  return total;
}

std::int64_t rows_changed(const Value& data) {
  // Rows that a MERGE matched twice are told apart and counted already.
  return count_of(data, "number of rows ");
}

}  // namespace leat::warehouses::snowflake

#include "warehouses/snowflake/arrow.h"

#include <fmt/core.h>

#include <charconv>
#include <cstring>
#include <vector>

#include "batch/decimal.h"
#include "warehouses/snowflake/flat_buffer.h"

namespace leat::warehouses::snowflake {
namespace {

using batch::Int128;

// Message.fbs and Schema.fbs of Arrow: the numbers of unions and fields.
constexpr std::uint8_t kSchemaMessage = 1, kBatchMessage = 3;
enum class Kind : std::uint8_t {
  none = 0,
  null = 1,
  integer = 2,
  real = 3,
  binary = 4,
  text = 5,
  boolean = 6,
  decimal = 7,
  date = 8,
  time = 9,
  timestamp = 10,
  structure = 13
};

struct Field {
  Kind kind = Kind::none;
  int width = 0;  // bytes of a value
  int scale = 0;  // digits behind the point, of numbers and of seconds
  std::vector<Field> children;
};

int scale_of_unit(std::int16_t unit) {
  return unit * 3;  // seconds, milliseconds, microseconds, nanoseconds
}

// Snowflake says the scale of a number beside the field.
void read_metadata(const FlatTable& table, Field& field) {
  FlatVector entries = table.vector(6);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    FlatTable entry = entries.table(i);
    std::string_view key = entry.text(0), value = entry.text(1);
    int number = 0;
    bool is_number = std::from_chars(value.data(), value.data() + value.size(), number).ec == std::errc();
    if (key == "scale" && is_number && field.kind == Kind::integer) field.scale = number;
  }
}

Field read_field(const FlatTable& table, int depth) {
  Field field;
  field.kind = static_cast<Kind>(table.scalar<std::uint8_t>(2, 0));
  FlatTable type = table.table(3);
  switch (field.kind) {
    case Kind::integer:
      field.width = type.scalar<std::int32_t>(0, 0) / 8;
      break;
    case Kind::real:
      field.width = type.scalar<std::int16_t>(0, 0) == 2 ? 8 : 4;
      break;
    case Kind::decimal:
      field.width = type.scalar<std::int32_t>(2, 128) / 8;
      field.scale = type.scalar<std::int32_t>(1, 0);
      break;
    case Kind::date:
      field.width = 4;
      break;
    case Kind::time:
      field.width = type.scalar<std::int32_t>(1, 32) / 8;
      field.scale = scale_of_unit(type.scalar<std::int16_t>(0, 1));
      break;
    case Kind::timestamp:
      field.width = 8;
      field.scale = scale_of_unit(type.scalar<std::int16_t>(0, 0));
      break;
    default:
      break;
  }
  read_metadata(table, field);
  FlatVector children = table.vector(5);
  for (std::size_t i = 0; i < children.size() && depth < 4; ++i)
    field.children.push_back(read_field(children.table(i), depth + 1));
  return field;
}

// The buffers of one column of a batch.
struct Column {
  const Field* field = nullptr;
  std::int64_t nulls = 0;
  std::string_view validity, offsets, values;
  std::vector<Column> children;

  bool is_null(std::size_t row) const {
    if (field->kind == Kind::null) return true;
    if (nulls == 0 || validity.empty()) return false;
    return row / 8 >= validity.size() || !(static_cast<unsigned char>(validity[row / 8]) >> (row % 8) & 1);
  }
  template <class T>
  T at(std::size_t row) const {
    T out{};
    if (values.size() / sizeof(T) > row) std::memcpy(&out, values.data() + row * sizeof(T), sizeof(T));
    return out;
  }
  Int128 number(std::size_t row) const {
    switch (field->width) {
      case 1:
        return at<std::int8_t>(row);
      case 2:
        return at<std::int16_t>(row);
      case 4:
        return at<std::int32_t>(row);
      case 8:
        return at<std::int64_t>(row);
      default:
        return at<Int128>(row);
    }
  }
  std::string_view bytes(std::size_t row) const {
    if (offsets.size() / 4 < row + 2) return {};
    std::int32_t from = 0, to = 0;
    std::memcpy(&from, offsets.data() + row * 4, 4);
    std::memcpy(&to, offsets.data() + row * 4 + 4, 4);
    bool fits = from >= 0 && to >= from && static_cast<std::size_t>(to) <= values.size();
    return fits ? values.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(to - from))
                : std::string_view();
  }
};

// Takes a batch's nodes and buffers apart, column after column.
class BatchReader {
 public:
  BatchReader(const FlatTable& batch, std::string_view body)
      : nodes_(batch.vector(1)), buffers_(batch.vector(2)), body_(body) {}

  Column next(const Field& field) {
    Column column;
    column.field = &field;
    column.nulls = nodes_.word(node_++, 2, 1);
    if (field.kind == Kind::null) return column;
    column.validity = buffer();
    if (field.kind == Kind::structure) {
      for (const Field& child : field.children) column.children.push_back(next(child));
      return column;
    }
    if (field.kind == Kind::text || field.kind == Kind::binary) column.offsets = buffer();
    column.values = buffer();
    return column;
  }
  bool is_whole() const { return is_whole_; }

 private:
  std::string_view buffer() {
    auto offset = static_cast<std::uint64_t>(buffers_.word(buffer_, 2, 0));
    auto length = static_cast<std::uint64_t>(buffers_.word(buffer_, 2, 1));
    ++buffer_;
    if (offset > body_.size() || body_.size() - offset < length) {
      is_whole_ = false;
      return {};
    }
    return body_.substr(offset, length);
  }
  FlatVector nodes_, buffers_;
  std::string_view body_;
  std::size_t node_ = 0, buffer_ = 0;
  bool is_whole_ = true;
};

std::string hex(std::string_view bytes) {
  std::string out;
  for (char c : bytes) out += fmt::format("{:02X}", static_cast<unsigned char>(c));
  return out;
}

// Seconds since the epoch, and nanoseconds of them, as the JSON form prints them.
std::string print_struct_time(const Column& column, std::size_t row) {
  Int128 nanos = column.children[0].number(row) * 1000000000;
  if (column.children.size() > 1) nanos += column.children[1].number(row);
  return batch::format_decimal(nanos, 9);
}

bool append(const Column& column, std::size_t row, RowBuilder& rows) {
  if (column.is_null(row)) {
    rows.append_null();
    return true;
  }
  switch (column.field->kind) {
    case Kind::boolean: {
      bool is_set = row / 8 < column.values.size() &&
                    (static_cast<unsigned char>(column.values[row / 8]) >> (row % 8) & 1);
      rows.append(is_set ? "1" : "0");
      return true;
    }
    case Kind::integer:
    case Kind::decimal:
    case Kind::date:
    case Kind::time:
    case Kind::timestamp:
      rows.append(batch::format_decimal(column.number(row), column.field->scale));
      return true;
    case Kind::real:
      rows.append(fmt::format("{}", column.field->width == 8 ? column.at<double>(row)
                                                             : static_cast<double>(column.at<float>(row))));
      return true;
    case Kind::text:
      rows.append(column.bytes(row));
      return true;
    case Kind::binary:
      rows.append(hex(column.bytes(row)));
      return true;
    case Kind::structure:
      if (column.children.empty()) return false;
      rows.append(print_struct_time(column, row));
      return true;
    default:
      return false;
  }
}

bool read_batch(const FlatTable& batch, std::string_view body, const std::vector<Field>& fields,
                RowBuilder& rows) {
  if (fields.size() != rows.width() || batch.table(3).scalar<std::int8_t>(0, -1) >= 0)
    return false;  // compressed
  BatchReader reader(batch, body);
  std::vector<Column> columns;
  for (const Field& field : fields) columns.push_back(reader.next(field));
  auto count = batch.scalar<std::int64_t>(0, 0);
  // Each row has a bit at least: a count beyond that is damage.
  if (!reader.is_whole() || count < 0 || count > static_cast<std::int64_t>(8 * body.size() + 64))
    return false;
  for (std::size_t row = 0; row < static_cast<std::size_t>(count); ++row) {
    for (const Column& column : columns) {
      if (!append(column, row, rows)) return false;
    }
  }
  return true;
}

}  // namespace

bool read_arrow(std::string_view stream, RowBuilder& rows) {
  std::vector<Field> fields;
  bool has_schema = false;
  auto number_at = [&](std::size_t at) {
    std::int32_t out = 0;
    if (at + 4 <= stream.size()) std::memcpy(&out, stream.data() + at, 4);
    return out;
  };
  for (std::size_t at = 0; at + 8 <= stream.size();) {
    if (number_at(at) == -1) at += 4;  // the mark in front of a message; early writers left it out
    std::int32_t size = number_at(at);
    at += 4;
    if (size == 0) return has_schema;
    if (size < 0 || stream.size() - at < static_cast<std::size_t>(size)) return false;
    FlatTable message = FlatTable::root(stream.substr(at, static_cast<std::size_t>(size)));
    at += static_cast<std::size_t>(size);
    auto body_size = message.scalar<std::int64_t>(3, 0);
    if (body_size < 0 || stream.size() - at < static_cast<std::size_t>(body_size)) return false;
    auto header = message.scalar<std::uint8_t>(1, 0);
    if (header == kSchemaMessage) {
      FlatVector given = message.table(2).vector(1);
      for (std::size_t i = 0; i < given.size(); ++i) fields.push_back(read_field(given.table(i), 0));
      has_schema = true;
    } else if (header != kBatchMessage ||
               !read_batch(message.table(2), stream.substr(at, static_cast<std::size_t>(body_size)), fields,
                           rows)) {
      return false;
    }
    at += static_cast<std::size_t>(body_size);
  }
  return has_schema;
}

}  // namespace leat::warehouses::snowflake

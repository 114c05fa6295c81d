#include "server/pgwire/duck_values.h"

#include <fmt/core.h>

#include "server/pgwire/errors.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/quotes.h"
#include "batch/decimal.h"
#include "duck/client.h"
#include "server/pgwire/duck_times.h"
#include "server/pgwire/messages.h"
#include "server/pgwire/numeric.h"

namespace leat::server::pgwire {
namespace {

using batch::Int128;

std::string taken(char* text) {
  std::string out = text ? text : "";
  duck::duckdb_free(text);
  return out;
}

Oid oid_of(duckdb_type id) {
  switch (id) {
    case DUCKDB_TYPE_BOOLEAN:
      return kBool;
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_UTINYINT:
    case DUCKDB_TYPE_SMALLINT:
      return kInt2;
    case DUCKDB_TYPE_USMALLINT:
    case DUCKDB_TYPE_INTEGER:
      return kInt4;
    case DUCKDB_TYPE_UINTEGER:
    case DUCKDB_TYPE_BIGINT:
      return kInt8;
    case DUCKDB_TYPE_UBIGINT:
    case DUCKDB_TYPE_HUGEINT:
    case DUCKDB_TYPE_UHUGEINT:
    case DUCKDB_TYPE_DECIMAL:
      return kNumeric;
    case DUCKDB_TYPE_FLOAT:
      return kFloat4;
    case DUCKDB_TYPE_DOUBLE:
      return kFloat8;
    case DUCKDB_TYPE_BLOB:
      return kBytea;
    case DUCKDB_TYPE_DATE:
      return kDate;
    case DUCKDB_TYPE_TIME:
      return kTime;
    case DUCKDB_TYPE_TIME_TZ:
      return kTimeTz;
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_S:
    case DUCKDB_TYPE_TIMESTAMP_MS:
    case DUCKDB_TYPE_TIMESTAMP_NS:
      return kTimestamp;
    case DUCKDB_TYPE_TIMESTAMP_TZ:
      return kTimestampTz;
    case DUCKDB_TYPE_INTERVAL:
      return kInterval;
    case DUCKDB_TYPE_UUID:
      return kUuid;
    case DUCKDB_TYPE_STRUCT:
    case DUCKDB_TYPE_MAP:
      return kJson;
    default:
      return kText;
  }
}

// Types of PostgreSQL that the catalogue's columns have: named by an alias of the type in DuckDB.
Oid oid_of_alias(const std::string& alias) {
  if (alias == "JSON") return kJson;
  if (alias == "leat_oid") return kOid;
  return 0;
}

bool is_list(duckdb_type id) {
  return id == DUCKDB_TYPE_LIST || id == DUCKDB_TYPE_ARRAY || id == DUCKDB_TYPE_MAP;
}

std::string hex(std::string_view bytes) {
  std::string out = "\\x";
  for (char c : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

template <class Number>
void append_float(Number value, std::string& out) {
  if (std::isnan(value)) {
    out += "NaN";
  } else if (std::isinf(value)) {
    out += value > 0 ? "Infinity" : "-Infinity";
  } else {
    out += fmt::format("{}", value);
  }
}

// DuckDB turns the first bit of an UUID, so that it sorts as a number.
std::string uuid_bytes(duckdb_hugeint value) {
  std::string out;
  append_number(out, static_cast<std::uint64_t>(value.upper) ^ (std::uint64_t{1} << 63));
  append_number(out, value.lower);
  return out;
}

void append_uuid(duckdb_hugeint value, std::string& out) {
  std::string digits = hex(uuid_bytes(value)).substr(2);
  out += fmt::format("{}-{}-{}-{}-{}", digits.substr(0, 8), digits.substr(8, 4), digits.substr(12, 4),
                     digits.substr(16, 4), digits.substr(20));
}

Int128 huge(duckdb_hugeint value) {
  return (static_cast<Int128>(value.upper) << 64) | static_cast<Int128>(value.lower);
}

std::string unsigned_huge(duckdb_uhugeint value) {
  __extension__ using UInt128 = unsigned __int128;
  UInt128 rest = (static_cast<UInt128>(value.upper) << 64) | value.lower;
  std::string out;
  do {
    out.insert(out.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
    rest /= 10;
  } while (rest != 0);
  return out;
}

// An element of an array in text, quoted where it has to be.
void append_element(std::string_view text, std::string& out) {
  bool is_plain = !text.empty() && text.find_first_of("{},\"\\ \t\r\n\v\f") == std::string_view::npos &&
                  !(text.size() == 4 && strncasecmp(text.data(), "null", 4) == 0);
  if (is_plain) {
    out += text;
    return;
  }
  out += '"';
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
}

}  // namespace

DuckColumn::DuckColumn(duckdb_logical_type type)
    : id_(duck::duckdb_get_type_id(type)), stored_(id_), oid_(oid_of(id_)) {
  alias_ = taken(duck::duckdb_logical_type_get_alias(type));
  if (Oid named = oid_of_alias(alias_)) oid_ = named;
  if (id_ == DUCKDB_TYPE_DECIMAL) {
    stored_ = duck::duckdb_decimal_internal_type(type);
    scale_ = duck::duckdb_decimal_scale(type);
    constexpr int kHead = 4;
    modifier_ = ((duck::duckdb_decimal_width(type) << 16) | scale_) + kHead;
  }
  if (id_ == DUCKDB_TYPE_ENUM) {
    stored_ = duck::duckdb_enum_internal_type(type);
    for (idx_t i = 0; i < duck::duckdb_enum_dictionary_size(type); ++i)
      labels_.push_back(taken(duck::duckdb_enum_dictionary_value(type, i)));
  }
  read_nested(type);
}

void DuckColumn::read_nested(duckdb_logical_type type) {
  if (id_ == DUCKDB_TYPE_LIST || id_ == DUCKDB_TYPE_ARRAY) {
    bool is_array = id_ == DUCKDB_TYPE_ARRAY;
    duck::LogicalType child(is_array ? duck::duckdb_array_type_child_type(type)
                                     : duck::duckdb_list_type_child_type(type));
    if (is_array) array_size_ = duck::duckdb_array_type_array_size(type);
    children_.emplace_back(child.get());
    const PgType* element = find_type(children_[0].oid());
    const PgType* nested = element_of(children_[0].oid());
    oid_ = element && element->array ? element->array : nested ? nested->array : kText;
  } else if (id_ == DUCKDB_TYPE_STRUCT) {
    for (idx_t i = 0; i < duck::duckdb_struct_type_child_count(type); ++i) {
      names_.push_back(taken(duck::duckdb_struct_type_child_name(type, i)));
      duck::LogicalType child(duck::duckdb_struct_type_child_type(type, i));
      children_.emplace_back(child.get());
    }
  } else if (id_ == DUCKDB_TYPE_MAP) {
    // A map is a list of structs of key and value.
    duck::LogicalType child(duck::duckdb_list_type_child_type(type));
    children_.emplace_back(child.get());
  }
}

bool DuckColumn::is_foreign() const {
  for (const DuckColumn& child : children_) {
    if (child.is_foreign()) return true;
  }
  switch (id_) {
    case DUCKDB_TYPE_VARCHAR:
    case DUCKDB_TYPE_ENUM:
    case DUCKDB_TYPE_LIST:
    case DUCKDB_TYPE_ARRAY:
    case DUCKDB_TYPE_SQLNULL:
      return false;
    default:
      return oid_ == kText;
  }
}

void DuckColumn::look_at(duckdb_vector vector) {
  data_ = duck::duckdb_vector_get_data(vector);
  validity_ = duck::duckdb_vector_get_validity(vector);
  if (id_ == DUCKDB_TYPE_LIST || id_ == DUCKDB_TYPE_MAP) {
    children_[0].look_at(duck::duckdb_list_vector_get_child(vector));
  } else if (id_ == DUCKDB_TYPE_ARRAY) {
    children_[0].look_at(duck::duckdb_array_vector_get_child(vector));
  } else if (id_ == DUCKDB_TYPE_STRUCT) {
    for (std::size_t i = 0; i < children_.size(); ++i)
      children_[i].look_at(duck::duckdb_struct_vector_get_child(vector, i));
  }
}

bool DuckColumn::is_null(std::uint64_t row) const {
  return id_ == DUCKDB_TYPE_SQLNULL || (validity_ && !(validity_[row / 64] >> (row % 64) & 1));
}

std::string_view DuckColumn::view(std::uint64_t row) const {
  // The functions take no const, and change nothing.
  auto* text = const_cast<duckdb_string_t*>(static_cast<const duckdb_string_t*>(data_)) + row;
  return {duck::duckdb_string_t_data(text), duck::duckdb_string_t_length(*text)};
}

std::pair<std::uint64_t, std::uint64_t> DuckColumn::range(std::uint64_t row) const {
  if (id_ == DUCKDB_TYPE_ARRAY) return {row * array_size_, (row + 1) * array_size_};
  auto entry = at<duckdb_list_entry>(row);
  return {entry.offset, entry.offset + entry.length};
}

void DuckColumn::append_decimal(std::uint64_t row, std::string& out) const {
  Int128 value = stored_ == DUCKDB_TYPE_SMALLINT  ? at<std::int16_t>(row)
                 : stored_ == DUCKDB_TYPE_INTEGER ? at<std::int32_t>(row)
                 : stored_ == DUCKDB_TYPE_BIGINT  ? static_cast<Int128>(at<std::int64_t>(row))
                                                  : huge(at<duckdb_hugeint>(row));
  out += batch::format_decimal(value, scale_);
}

void DuckColumn::append_text(std::uint64_t row, std::string& out) const {
  switch (id_) {
    case DUCKDB_TYPE_BOOLEAN:
      out += at<bool>(row) ? 't' : 'f';
      return;
    case DUCKDB_TYPE_TINYINT:
      out += fmt::format("{}", static_cast<int>(at<std::int8_t>(row)));
      return;
    case DUCKDB_TYPE_UTINYINT:
      out += fmt::format("{}", static_cast<int>(at<std::uint8_t>(row)));
      return;
    case DUCKDB_TYPE_SMALLINT:
      out += fmt::format("{}", at<std::int16_t>(row));
      return;
    case DUCKDB_TYPE_USMALLINT:
      out += fmt::format("{}", at<std::uint16_t>(row));
      return;
    case DUCKDB_TYPE_INTEGER:
      out += fmt::format("{}", at<std::int32_t>(row));
      return;
    case DUCKDB_TYPE_UINTEGER:
      out += fmt::format("{}", at<std::uint32_t>(row));
      return;
    case DUCKDB_TYPE_BIGINT:
      out += fmt::format("{}", at<std::int64_t>(row));
      return;
    case DUCKDB_TYPE_UBIGINT:
      out += fmt::format("{}", at<std::uint64_t>(row));
      return;
    case DUCKDB_TYPE_HUGEINT:
      out += batch::format_decimal(huge(at<duckdb_hugeint>(row)), 0);
      return;
    case DUCKDB_TYPE_UHUGEINT:
      out += unsigned_huge(at<duckdb_uhugeint>(row));
      return;
    case DUCKDB_TYPE_DECIMAL:
      return append_decimal(row, out);
    case DUCKDB_TYPE_FLOAT:
      return append_float(at<float>(row), out);
    case DUCKDB_TYPE_DOUBLE:
      return append_float(at<double>(row), out);
    case DUCKDB_TYPE_BLOB:
      out += hex(view(row));
      return;
    case DUCKDB_TYPE_UUID:
      return append_uuid(at<duckdb_hugeint>(row), out);
    case DUCKDB_TYPE_ENUM: {
      std::size_t label = stored_ == DUCKDB_TYPE_UTINYINT    ? at<std::uint8_t>(row)
                          : stored_ == DUCKDB_TYPE_USMALLINT ? at<std::uint16_t>(row)
                                                             : at<std::uint32_t>(row);
      out += labels_.at(label);
      return;
    }
    case DUCKDB_TYPE_LIST:
    case DUCKDB_TYPE_ARRAY:
      return append_list(row, out);
    case DUCKDB_TYPE_STRUCT:
    case DUCKDB_TYPE_MAP:
      return append_json(row, out);
    case DUCKDB_TYPE_VARCHAR:
      out += view(row);
      return;
    default:
      return append_time_text(id_, data_, row, out);
  }
}

void DuckColumn::append_list(std::uint64_t row, std::string& out) const {
  auto [from, to] = range(row);
  const DuckColumn& child = children_[0];
  if (oid_ == kInt2Vector) {
    for (std::uint64_t i = from; i < to; ++i) {
      if (i > from) out += ' ';
      child.append_text(i, out);
    }
    return;
  }
  out += '{';
  std::string element;
  for (std::uint64_t i = from; i < to; ++i) {
    if (i > from) out += ',';
    if (child.is_null(i)) {
      out += "NULL";
    } else if (is_list(child.id_) && child.id_ != DUCKDB_TYPE_MAP) {
      child.append_list(i, out);
    } else {
      element.clear();
      child.append_text(i, element);
      append_element(element, out);
    }
  }
  out += '}';
}

void DuckColumn::append_json(std::uint64_t row, std::string& out) const {
  if (is_null(row)) {
    out += "null";
    return;
  }
  if (id_ == DUCKDB_TYPE_STRUCT || id_ == DUCKDB_TYPE_MAP) return append_json_object(row, out);
  if (is_list(id_)) {
    auto [from, to] = range(row);
    out += '[';
    for (std::uint64_t i = from; i < to; ++i) {
      if (i > from) out += ',';
      children_[0].append_json(i, out);
    }
    out += ']';
    return;
  }
  std::string text;
  append_text(row, text);
  if (oid_ == kBool) {
    out += at<bool>(row) ? "true" : "false";
  } else if (oid_ == kJson) {
    out += text;
  } else if (oid_ == kInt2 || oid_ == kInt4 || oid_ == kInt8 || oid_ == kNumeric ||
             ((oid_ == kFloat4 || oid_ == kFloat8) && text.find_first_of("Nn") == std::string::npos)) {
    out += text;
  } else {
    append_json_string(text, out);
  }
}

void DuckColumn::append_json_object(std::uint64_t row, std::string& out) const {
  out += '{';
  if (id_ == DUCKDB_TYPE_STRUCT) {
    for (std::size_t i = 0; i < children_.size(); ++i) {
      if (i > 0) out += ',';
      append_json_string(names_[i], out);
      out += ':';
      children_[i].append_json(row, out);
    }
  } else {
    auto [from, to] = range(row);
    const DuckColumn& keys = children_[0].children_.at(0);
    const DuckColumn& values = children_[0].children_.at(1);
    for (std::uint64_t i = from; i < to; ++i) {
      if (i > from) out += ',';
      std::string key;
      keys.append_text(i, key);
      append_json_string(key, out);
      out += ':';
      values.append_json(i, out);
    }
  }
  out += '}';
}

void DuckColumn::append_binary(std::uint64_t row, std::string& out) const {
  switch (oid_) {
    case kBool:
      out.push_back(at<bool>(row) ? 1 : 0);
      return;
    case kInt2:
    case kInt4:
    case kInt8:
    case kOid: {
      std::string text;
      append_text(row, text);
      std::int64_t value = std::strtoll(text.c_str(), nullptr, 10);
      if (oid_ == kInt2) return append_number(out, static_cast<std::uint16_t>(value));
      if (oid_ == kInt8) return append_number(out, static_cast<std::uint64_t>(value));
      return append_number(out, static_cast<std::uint32_t>(value));
    }
    case kFloat4:
      return append_number(out, std::bit_cast<std::uint32_t>(at<float>(row)));
    case kFloat8:
      return append_number(out, std::bit_cast<std::uint64_t>(at<double>(row)));
    case kNumeric: {
      std::string text;
      append_text(row, text);
      return append_numeric(text, out);
    }
    case kUuid:
      out += uuid_bytes(at<duckdb_hugeint>(row));
      return;
    case kBytea:
      out += view(row);
      return;
    case kDate:
    case kTime:
    case kTimeTz:
    case kTimestamp:
    case kTimestampTz:
    case kInterval:
      return append_time_binary(id_, data_, row, out);
    default:
      if (is_list(id_) && id_ != DUCKDB_TYPE_MAP) return append_binary_list(row, out);
      return append_text(row, out);
  }
}

void DuckColumn::append_binary_list(std::uint64_t row, std::string& out) const {
  auto [from, to] = range(row);
  const DuckColumn& child = children_[0];
  if (is_list(child.id_) && child.id_ != DUCKDB_TYPE_MAP)
    throw refusal(State::unsupported, "There is no binary form of lists of lists").fix("Ask for text.");
  bool has_null = false;
  for (std::uint64_t i = from; i < to; ++i) has_null = has_null || child.is_null(i);
  append_number(out, std::uint32_t{from == to ? 0u : 1u});
  append_number(out, std::uint32_t{has_null});
  append_number(out, child.oid());
  if (from == to) return;
  append_number(out, static_cast<std::uint32_t>(to - from));
  append_number(out, std::uint32_t{1});
  for (std::uint64_t i = from; i < to; ++i) {
    std::string value;
    if (child.is_null(i)) {
      append_number(out, std::numeric_limits<std::uint32_t>::max());
      continue;
    }
    child.append_binary(i, value);
    append_number(out, static_cast<std::uint32_t>(value.size()));
    out += value;
  }
}

}  // namespace leat::server::pgwire

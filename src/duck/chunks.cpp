#include "duck/chunks.h"

#include <fmt/core.h>

#include <cstring>

#include "batch/decimal.h"

namespace leat::duck {

using batch::ColumnData;
using batch::Int128;
using batch::Type;
using batch::TypeKind;

std::optional<Type> leat_type(duckdb_logical_type type) {
  switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_BOOLEAN:
      return Type{TypeKind::boolean};
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_UTINYINT:
    case DUCKDB_TYPE_SMALLINT:
      return Type{TypeKind::int16};
    case DUCKDB_TYPE_USMALLINT:
    case DUCKDB_TYPE_INTEGER:
      return Type{TypeKind::int32};
    case DUCKDB_TYPE_UINTEGER:
    case DUCKDB_TYPE_BIGINT:
      return Type{TypeKind::int64};
    case DUCKDB_TYPE_HUGEINT:
      return Type{TypeKind::decimal, 38, 0};
    case DUCKDB_TYPE_UBIGINT:
      return Type{TypeKind::decimal, 20, 0};
    case DUCKDB_TYPE_FLOAT:
      return Type{TypeKind::float32};
    case DUCKDB_TYPE_DOUBLE:
      return Type{TypeKind::float64};
    case DUCKDB_TYPE_DECIMAL:
      return Type{TypeKind::decimal, duckdb_decimal_width(type), duckdb_decimal_scale(type)};
    case DUCKDB_TYPE_VARCHAR: {
      char* alias = duckdb_logical_type_get_alias(type);
      bool is_json = alias && std::strcmp(alias, "JSON") == 0;
      duckdb_free(alias);
      return Type{is_json ? TypeKind::json : TypeKind::text};
    }
    case DUCKDB_TYPE_BLOB:
      return Type{TypeKind::bytes};
    case DUCKDB_TYPE_DATE:
      return Type{TypeKind::date};
    case DUCKDB_TYPE_TIME:
      return Type{TypeKind::time};
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_S:
    case DUCKDB_TYPE_TIMESTAMP_MS:
    case DUCKDB_TYPE_TIMESTAMP_NS:
      return Type{TypeKind::timestamp};
    case DUCKDB_TYPE_TIMESTAMP_TZ:
      return Type{TypeKind::timestamptz};
    default:
      return std::nullopt;
  }
}

std::string native_name(duckdb_logical_type type) {
  switch (duckdb_get_type_id(type)) {
    case DUCKDB_TYPE_DECIMAL:
      return fmt::format("DECIMAL({},{})", duckdb_decimal_width(type), duckdb_decimal_scale(type));
    case DUCKDB_TYPE_HUGEINT:
      return "HUGEINT";
    case DUCKDB_TYPE_UBIGINT:
      return "UBIGINT";
    case DUCKDB_TYPE_UUID:
      return "UUID";
    case DUCKDB_TYPE_ENUM:
      return "ENUM";
    case DUCKDB_TYPE_INTERVAL:
      return "INTERVAL";
    case DUCKDB_TYPE_LIST:
      return "LIST";
    case DUCKDB_TYPE_STRUCT:
      return "STRUCT";
    case DUCKDB_TYPE_MAP:
      return "MAP";
    default:
      break;
  }
  std::optional<Type> type_here = leat_type(type);
  if (!type_here) return "VARCHAR";
  switch (type_here->kind) {
    case TypeKind::boolean:
      return "BOOLEAN";
    case TypeKind::int16:
      return "SMALLINT";
    case TypeKind::int32:
      return "INTEGER";
    case TypeKind::int64:
      return "BIGINT";
    case TypeKind::float32:
      return "FLOAT";
    case TypeKind::float64:
      return "DOUBLE";
    case TypeKind::bytes:
      return "BLOB";
    case TypeKind::date:
      return "DATE";
    case TypeKind::time:
      return "TIME";
    case TypeKind::timestamp:
      return "TIMESTAMP";
    case TypeKind::timestamptz:
      return "TIMESTAMP WITH TIME ZONE";
    case TypeKind::json:
      return "JSON";
    default:
      return "VARCHAR";
  }
}

namespace {

// Appends `rows` values of a DuckDB vector of From as To.
template <class From, class To, class Convert>
void append_converted(const void* data, const std::uint64_t* validity, idx_t rows, ColumnData& column,
                      Convert convert) {
  const From* values = static_cast<const From*>(data);
  for (idx_t row = 0; row < rows; ++row) {
    if (validity && !(validity[row >> 6] >> (row & 63) & 1)) {
      column.append_null();
    } else {
      column.append<To>(convert(values[row]));
    }
  }
}

template <class From, class To>
void append_as(const void* data, const std::uint64_t* validity, idx_t rows, ColumnData& column) {
  append_converted<From, To>(data, validity, rows, column, [](From value) { return static_cast<To>(value); });
}

void append_texts(const void* data, const std::uint64_t* validity, idx_t rows, ColumnData& column) {
  auto* values = static_cast<const duckdb_string_t*>(data);
  for (idx_t row = 0; row < rows; ++row) {
    if (validity && !(validity[row >> 6] >> (row & 63) & 1)) {
      column.append_null();
      continue;
    }
    duckdb_string_t value = values[row];
    column.append_text({duckdb_string_t_data(&value), duckdb_string_t_length(value)});
  }
}

std::int64_t scaled(std::int64_t value, std::int64_t factor) {
  return value * factor;
}

void append_vector(duckdb_vector vector, idx_t rows, ColumnData& column) {
  void* data = duckdb_vector_get_data(vector);
  const std::uint64_t* valid = duckdb_vector_get_validity(vector);
  duckdb_logical_type type = duckdb_vector_get_column_type(vector);
  duckdb_type id = duckdb_get_type_id(type);
  duckdb_type inner = id == DUCKDB_TYPE_DECIMAL ? duckdb_decimal_internal_type(type) : id;
  duckdb_destroy_logical_type(&type);
  if (id == DUCKDB_TYPE_DECIMAL) {
    switch (inner) {
      case DUCKDB_TYPE_SMALLINT:
        return append_as<std::int16_t, Int128>(data, valid, rows, column);
      case DUCKDB_TYPE_INTEGER:
        return append_as<std::int32_t, Int128>(data, valid, rows, column);
      case DUCKDB_TYPE_BIGINT:
        return append_as<std::int64_t, Int128>(data, valid, rows, column);
      default:
        return append_as<Int128, Int128>(data, valid, rows, column);
    }
  }
  switch (id) {
    case DUCKDB_TYPE_BOOLEAN:
      return append_as<std::uint8_t, std::uint8_t>(data, valid, rows, column);
    case DUCKDB_TYPE_TINYINT:
      return append_as<std::int8_t, std::int16_t>(data, valid, rows, column);
    case DUCKDB_TYPE_UTINYINT:
      return append_as<std::uint8_t, std::int16_t>(data, valid, rows, column);
    case DUCKDB_TYPE_SMALLINT:
      return append_as<std::int16_t, std::int16_t>(data, valid, rows, column);
    case DUCKDB_TYPE_USMALLINT:
      return append_as<std::uint16_t, std::int32_t>(data, valid, rows, column);
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_DATE:
      return append_as<std::int32_t, std::int32_t>(data, valid, rows, column);
    case DUCKDB_TYPE_UINTEGER:
      return append_as<std::uint32_t, std::int64_t>(data, valid, rows, column);
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_TIME:
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_TZ:
      return append_as<std::int64_t, std::int64_t>(data, valid, rows, column);
    case DUCKDB_TYPE_TIMESTAMP_S:
      return append_converted<std::int64_t, std::int64_t>(data, valid, rows, column,
                                                          [](std::int64_t v) { return scaled(v, 1000000); });
    case DUCKDB_TYPE_TIMESTAMP_MS:
      return append_converted<std::int64_t, std::int64_t>(data, valid, rows, column,
                                                          [](std::int64_t v) { return scaled(v, 1000); });
    case DUCKDB_TYPE_TIMESTAMP_NS:
      return append_converted<std::int64_t, std::int64_t>(data, valid, rows, column,
                                                          [](std::int64_t v) { return v / 1000; });
    case DUCKDB_TYPE_FLOAT:
      return append_as<float, float>(data, valid, rows, column);
    case DUCKDB_TYPE_DOUBLE:
      return append_as<double, double>(data, valid, rows, column);
    case DUCKDB_TYPE_HUGEINT:
      return append_as<Int128, Int128>(data, valid, rows, column);
    case DUCKDB_TYPE_UBIGINT:
      return append_as<std::uint64_t, Int128>(data, valid, rows, column);
    default:
      return append_texts(data, valid, rows, column);
  }
}

}  // namespace

void append_chunk(duckdb_data_chunk chunk, batch::RecordBatch& batch) {
  idx_t rows = duckdb_data_chunk_get_size(chunk);
  for (std::size_t i = 0; i < batch.schema()->size(); ++i) {
    append_vector(duckdb_data_chunk_get_vector(chunk, i), rows, batch.column(i));
  }
}

duckdb_logical_type scan_type(Type type) {
  switch (type.kind) {
    case TypeKind::boolean:
      return duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN);
    case TypeKind::int16:
      return duckdb_create_logical_type(DUCKDB_TYPE_SMALLINT);
    case TypeKind::int32:
      return duckdb_create_logical_type(DUCKDB_TYPE_INTEGER);
    case TypeKind::int64:
      return duckdb_create_logical_type(DUCKDB_TYPE_BIGINT);
    case TypeKind::float32:
      return duckdb_create_logical_type(DUCKDB_TYPE_FLOAT);
    case TypeKind::float64:
      return duckdb_create_logical_type(DUCKDB_TYPE_DOUBLE);
    case TypeKind::decimal:
      return duckdb_create_decimal_type(type.precision, type.scale);
    case TypeKind::bytes:
      return duckdb_create_logical_type(DUCKDB_TYPE_BLOB);
    case TypeKind::date:
      return duckdb_create_logical_type(DUCKDB_TYPE_DATE);
    case TypeKind::time:
      return duckdb_create_logical_type(DUCKDB_TYPE_TIME);
    case TypeKind::timestamp:
      return duckdb_create_logical_type(DUCKDB_TYPE_TIMESTAMP);
    case TypeKind::timestamptz:
      return duckdb_create_logical_type(DUCKDB_TYPE_TIMESTAMP_TZ);
    case TypeKind::text:
    case TypeKind::json:
    case TypeKind::uuid:
      break;
  }
  duckdb_logical_type text = duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
  // What a source gives as JSON has been parsed once; DuckDB need not do it again.
  if (type.kind == TypeKind::json) duckdb_logical_type_set_alias(text, "JSON");
  return text;
}

namespace {

void fill_validity(const ColumnData& column, std::size_t from, std::size_t count, duckdb_vector vector) {
  if (column.null_count() == 0) return;
  duckdb_vector_ensure_validity_writable(vector);
  std::uint64_t* valid = duckdb_vector_get_validity(vector);
  for (std::size_t row = 0; row < count; ++row) {
    std::uint64_t bit = std::uint64_t{1} << (row & 63);
    if (column.is_null(from + row)) {
      valid[row >> 6] &= ~bit;
    } else {
      valid[row >> 6] |= bit;
    }
  }
}

void fill_texts(const ColumnData& column, std::size_t from, std::size_t count, void* data) {
  constexpr std::uint32_t kInlined = 12;
  auto* out = static_cast<duckdb_string_t*>(data);
  // Texts that are all empty have no bytes at all, and memcpy wants a place to copy even nothing from.
  const auto* bytes = column.values().empty() ? "" : reinterpret_cast<const char*>(column.values().data());
  const std::int32_t* offsets = column.offsets().data() + from;
  for (std::size_t row = 0; row < count; ++row) {
    const char* text = bytes + offsets[row];
    auto length = static_cast<std::uint32_t>(offsets[row + 1] - offsets[row]);
    duckdb_string_t& value = out[row];
    if (length <= kInlined) {
      std::memset(&value, 0, sizeof value);
      value.value.inlined.length = length;
      std::memcpy(value.value.inlined.inlined, text, length);
    } else {
      value.value.pointer.length = length;
      std::memcpy(value.value.pointer.prefix, text, 4);
      value.value.pointer.ptr = const_cast<char*>(text);
    }
  }
}

template <class Narrow>
void fill_decimals(const ColumnData& column, std::size_t from, std::size_t count, void* data) {
  auto* out = static_cast<Narrow*>(data);
  for (std::size_t row = 0; row < count; ++row)
    out[row] = static_cast<Narrow>(column.value<Int128>(from + row));
}

}  // namespace

void fill_vector(const ColumnData& column, std::size_t from, std::size_t count, duckdb_vector vector) {
  fill_validity(column, from, count, vector);
  void* data = duckdb_vector_get_data(vector);
  Type type = column.type();
  if (type.is_variable()) return fill_texts(column, from, count, data);
  if (type.kind == TypeKind::decimal) {
    if (type.precision <= 4) return fill_decimals<std::int16_t>(column, from, count, data);
    if (type.precision <= 9) return fill_decimals<std::int32_t>(column, from, count, data);
    if (type.precision <= 18) return fill_decimals<std::int64_t>(column, from, count, data);
  }
  std::memcpy(data, column.values().data() + from * type.width(), count * type.width());
}

}  // namespace leat::duck

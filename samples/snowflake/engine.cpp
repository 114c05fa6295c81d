#include "engine.h"

#include <fmt/core.h>

#include <cmath>
#include <cstdlib>
#include <cstring>

#include "refusal.h"

namespace snowflake {
namespace {

__extension__ using Int128 = __int128;

std::string print_integer(Int128 value) {
  if (value == 0) return "0";
  bool negative = value < 0;
  std::string out;
  for (; value != 0; value /= 10)
    out.insert(out.begin(), static_cast<char>('0' + std::abs(static_cast<int>(value % 10))));
  return negative ? "-" + out : out;
}

std::string print_decimal(Int128 value, int scale) {
  std::string out = print_integer(value < 0 ? -value : value);
  if (scale > 0) {
    while (static_cast<int>(out.size()) <= scale) out.insert(out.begin(), '0');
    out.insert(out.size() - static_cast<std::size_t>(scale), ".");
  }
  return value < 0 ? "-" + out : out;
}

// Nanoseconds as "seconds.nanos".
std::string print_seconds(Int128 nanos) {
  return print_decimal(nanos, 9);
}

std::string print_real(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  return fmt::format("{}", value);
}

std::string hex(std::string_view bytes) {
  std::string out;
  for (char c : bytes) out += fmt::format("{:02X}", static_cast<unsigned char>(c));
  return out;
}

template <class T>
T at(void* data, std::uint64_t row) {
  T out;
  std::memcpy(&out, static_cast<char*>(data) + row * sizeof(T), sizeof(T));
  return out;
}

Int128 wide(duckdb_hugeint value) {
  return (static_cast<Int128>(value.upper) << 64) + value.lower;
}

std::string_view string_at(void* data, std::uint64_t row) {
  auto* strings = static_cast<duckdb_string_t*>(data);
  return {duckdb_string_t_data(&strings[row]), duckdb_string_t_length(strings[row])};
}

struct Column {
  duckdb_type type = DUCKDB_TYPE_INVALID, inner = DUCKDB_TYPE_INVALID;
  int scale = 0;
};

Int128 decimal_at(const Column& column, void* data, std::uint64_t row) {
  switch (column.inner) {
    case DUCKDB_TYPE_SMALLINT:
      return at<std::int16_t>(data, row);
    case DUCKDB_TYPE_INTEGER:
      return at<std::int32_t>(data, row);
    case DUCKDB_TYPE_BIGINT:
      return at<std::int64_t>(data, row);
    default:
      return wide(at<duckdb_hugeint>(data, row));
  }
}

std::string print_value(const Column& column, void* data, std::uint64_t row) {
  constexpr Int128 kMicro = 1000, kMilli = 1000000, kSecond = 1000000000;
  switch (column.type) {
    case DUCKDB_TYPE_BOOLEAN:
      return at<bool>(data, row) ? "1" : "0";
    case DUCKDB_TYPE_TINYINT:
      return print_integer(at<std::int8_t>(data, row));
    case DUCKDB_TYPE_SMALLINT:
      return print_integer(at<std::int16_t>(data, row));
    case DUCKDB_TYPE_INTEGER:
      return print_integer(at<std::int32_t>(data, row));
    case DUCKDB_TYPE_BIGINT:
      return print_integer(at<std::int64_t>(data, row));
    case DUCKDB_TYPE_UTINYINT:
      return print_integer(at<std::uint8_t>(data, row));
    case DUCKDB_TYPE_USMALLINT:
      return print_integer(at<std::uint16_t>(data, row));
    case DUCKDB_TYPE_UINTEGER:
      return print_integer(at<std::uint32_t>(data, row));
    case DUCKDB_TYPE_UBIGINT:
      return print_integer(at<std::uint64_t>(data, row));
    case DUCKDB_TYPE_HUGEINT:
      return print_integer(wide(at<duckdb_hugeint>(data, row)));
    case DUCKDB_TYPE_DECIMAL:
      return print_decimal(decimal_at(column, data, row), column.scale);
    case DUCKDB_TYPE_FLOAT:
      return print_real(static_cast<double>(at<float>(data, row)));
    case DUCKDB_TYPE_DOUBLE:
      return print_real(at<double>(data, row));
    case DUCKDB_TYPE_DATE:
      return print_integer(at<std::int32_t>(data, row));
    case DUCKDB_TYPE_TIME:
      return print_seconds(at<std::int64_t>(data, row) * kMicro);
    case DUCKDB_TYPE_TIMESTAMP:
      return print_seconds(at<std::int64_t>(data, row) * kMicro);
    case DUCKDB_TYPE_TIMESTAMP_S:
      return print_seconds(at<std::int64_t>(data, row) * kSecond);
    case DUCKDB_TYPE_TIMESTAMP_MS:
      return print_seconds(at<std::int64_t>(data, row) * kMilli);
    case DUCKDB_TYPE_TIMESTAMP_NS:
      return print_seconds(at<std::int64_t>(data, row));
    case DUCKDB_TYPE_TIMESTAMP_TZ:
      return print_seconds(at<std::int64_t>(data, row) * kMicro) + " 1440";
    case DUCKDB_TYPE_BLOB:
      return hex(string_at(data, row));
    default:
      return std::string(string_at(data, row));
  }
}

Field describe(duckdb_logical_type type, Column& column) {
  column.type = duckdb_get_type_id(type);
  switch (column.type) {
    case DUCKDB_TYPE_BOOLEAN:
      return {"", "boolean"};
    case DUCKDB_TYPE_TINYINT:
    case DUCKDB_TYPE_SMALLINT:
    case DUCKDB_TYPE_INTEGER:
    case DUCKDB_TYPE_BIGINT:
    case DUCKDB_TYPE_UTINYINT:
    case DUCKDB_TYPE_USMALLINT:
    case DUCKDB_TYPE_UINTEGER:
    case DUCKDB_TYPE_UBIGINT:
    case DUCKDB_TYPE_HUGEINT:
      return {"", "fixed", 38, 0};
    case DUCKDB_TYPE_DECIMAL:
      column.scale = duckdb_decimal_scale(type);
      column.inner = duckdb_decimal_internal_type(type);
      return {"", "fixed", duckdb_decimal_width(type), column.scale};
    case DUCKDB_TYPE_FLOAT:
    case DUCKDB_TYPE_DOUBLE:
      return {"", "real"};
    case DUCKDB_TYPE_DATE:
      return {"", "date"};
    case DUCKDB_TYPE_TIME:
      return {"", "time", 0, 9};
    case DUCKDB_TYPE_TIMESTAMP:
    case DUCKDB_TYPE_TIMESTAMP_S:
    case DUCKDB_TYPE_TIMESTAMP_MS:
    case DUCKDB_TYPE_TIMESTAMP_NS:
      return {"", "timestamp_ntz", 0, 9};
    case DUCKDB_TYPE_TIMESTAMP_TZ:
      return {"", "timestamp_tz", 0, 9};
    case DUCKDB_TYPE_BLOB:
      return {"", "binary"};
    case DUCKDB_TYPE_VARCHAR: {
      char* alias = duckdb_logical_type_get_alias(type);
      bool is_json = alias && std::strcmp(alias, "JSON") == 0;
      duckdb_free(alias);
      return {"", is_json ? "variant" : "text"};
    }
    default:
      return {"", ""};
  }
}

[[noreturn]] void refuse(const char* given) {
  std::string message = given ? given : "no reason";
  if (message.find("INTERRUPT") != std::string::npos)
    throw Refusal("000604", "SQL execution canceled", "57014");
  if (message.find("does not exist") != std::string::npos)
    throw Refusal("002003", "SQL compilation error:\n" + message, "42S02");
  throw Refusal("001003", "SQL compilation error:\n" + message);
}

struct Result {
  duckdb_result held{};
  ~Result() { duckdb_destroy_result(&held); }
};

}  // namespace

Database::Database() {
  char* message = nullptr;
  duckdb_config config = nullptr;
  duckdb_create_config(&config);
  duckdb_set_config(config, "autoinstall_known_extensions", "false");
  // NULL is the largest value here.
  duckdb_set_config(config, "default_null_order", "nulls_last_on_asc_first_on_desc");
  duckdb_state opened = duckdb_open_ext(nullptr, &handle_, config, &message);
  duckdb_destroy_config(&config);
  if (opened != DuckDBSuccess) throw Refusal("000603", message ? message : "DuckDB does not open");
}
Database::~Database() {
  duckdb_close(&handle_);
}

Connection::Connection(Database& database) {
  if (duckdb_connect(database.handle(), &handle_) != DuckDBSuccess)
    throw Refusal("000603", "DuckDB gives no connection");
}
Connection::~Connection() {
  duckdb_disconnect(&handle_);
}

std::int64_t Connection::execute(const std::string& sql) {
  Result result;
  if (duckdb_query(handle_, sql.c_str(), &result.held) != DuckDBSuccess)
    refuse(duckdb_result_error(&result.held));
  return static_cast<std::int64_t>(duckdb_rows_changed(&result.held));
}

Table Connection::query(const std::string& sql) {
  Result result;
  if (duckdb_query(handle_, sql.c_str(), &result.held) != DuckDBSuccess)
    refuse(duckdb_result_error(&result.held));
  Table table;
  std::vector<Column> columns(duckdb_column_count(&result.held));
  std::string casts;
  bool is_direct = true;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    duckdb_logical_type type = duckdb_column_logical_type(&result.held, i);
    Field field = describe(type, columns[i]);
    duckdb_destroy_logical_type(&type);
    field.name = duckdb_column_name(&result.held, i);
    bool has_form = !field.type.empty();
    is_direct = is_direct && has_form;
    std::string quoted = "\"" + field.name + "\"";
    casts += fmt::format("{}{} AS {}", i ? ", " : "",
                         has_form ? fmt::format("#{}", i + 1) : fmt::format("CAST(#{} AS VARCHAR)", i + 1),
                         quoted);
    table.fields.push_back(std::move(field));
  }
  if (!is_direct) return query(fmt::format("SELECT {} FROM ({})", casts, sql));
  while (duckdb_data_chunk chunk = duckdb_fetch_chunk(result.held)) {
    std::uint64_t count = duckdb_data_chunk_get_size(chunk);
    std::size_t first = table.rows.size();
    table.rows.resize(first + count, std::vector<Cell>(columns.size()));
    for (std::size_t i = 0; i < columns.size(); ++i) {
      duckdb_vector vector = duckdb_data_chunk_get_vector(chunk, i);
      void* data = duckdb_vector_get_data(vector);
      std::uint64_t* validity = duckdb_vector_get_validity(vector);
      for (std::uint64_t row = 0; row < count; ++row) {
        if (validity && !duckdb_validity_row_is_valid(validity, row)) continue;
        table.rows[first + row][i] = print_value(columns[i], data, row);
      }
    }
    duckdb_destroy_data_chunk(&chunk);
  }
  return table;
}

std::string Connection::value(const std::string& sql) {
  Table table = query(sql);
  return table.rows.empty() || table.rows[0].empty() ? "" : table.rows[0][0].value_or("");
}

}  // namespace snowflake

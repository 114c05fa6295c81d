// rooms: warehouses
//
// Fuzzes Snowflake's answers: Arrow's stream form and the parts of JSON, into columns of every type; and the
// columns that `_leat` keeps. Any bytes are read or refused, never read beyond.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "document/value.h"
#include "warehouses/bookkeeping.h"
#include "warehouses/snowflake/arrow.h"
#include "warehouses/snowflake/result.h"

namespace {

using namespace leat;
using namespace leat::warehouses;

constexpr const char* kAll =
    R"([{"name":"N","type":"fixed","precision":38,"scale":0},{"name":"D","type":"fixed","precision":10,"scale":2},
        {"name":"W","type":"fixed","precision":38,"scale":0},{"name":"T","type":"text"},{"name":"B","type":"boolean"},
        {"name":"DAY","type":"date"},{"name":"AT","type":"time"},{"name":"TS","type":"timestamp_ntz"},
        {"name":"TZ","type":"timestamp_tz"},{"name":"X","type":"binary"},{"name":"R","type":"real"}])";

template <class Read>
void read(const document::Value& columns, Read read_into) {
  try {
    snowflake::RowBuilder rows(columns);
    if (read_into(rows)) rows.finish();
  } catch (const Error& error) {
    LEAT_ASSERT(error.code() == ErrorCode::warehouse_sql);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > 1 << 16) return 0;
  static const document::Value all = document::parse_json(kAll, "x");
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  // All columns, or the one that the first byte names.
  document::Value columns = all;
  if (data[0] < all.items().size()) columns = document::Value::list({all.items()[data[0]]});
  read(columns, [&](snowflake::RowBuilder& rows) { return snowflake::read_arrow(bytes, rows); });
  read(columns, [&](snowflake::RowBuilder& rows) { return snowflake::read_part(bytes, rows); });
  try {
    parse_columns(std::string(bytes));
  } catch (const Error& error) {
    LEAT_ASSERT(error.code() != ErrorCode::internal);
  }
  return 0;
}

// rooms: sources
// The messages of logical replication and the values in them: any bytes are decoded or refused, never read
// beyond.
#include <cstdint>
#include <string_view>

#include "sources/postgres/pgoutput.h"
#include "sources/postgres/values.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace leat;
  using namespace leat::sources::postgres;
  if (size < 2) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  Message message;
  decode(bytes, data[0] & 1, message);
  const std::uint32_t types[] = {16,  17,  18,   20,   21,   23,   25,   26,   700,
                                 701, 790, 1082, 1083, 1114, 1184, 1700, 2950, 3802};
  for (std::uint32_t type : types) {
    PgColumn column;
    column.type.oid = type;
    column.type.modifier = data[0] & 2 ? -1 : ((38 << 16) | (data[0] & 31)) + 4;
    ColumnPlan plan = plan_column(column, data[0] & 4 ? Numerics::text : Numerics::float64);
    batch::ColumnData values(plan.type);
    append_binary(plan, bytes, values);
    append_text(plan, bytes, values);
  }
  ColumnPlan list;
  list.elements_are_bare = data[0] & 8;
  array_to_json(list, bytes);
  hstore_to_json(bytes);
  return 0;
}

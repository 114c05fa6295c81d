#include "warehouses/duckdb/checkpoint.h"

namespace leat::warehouses::duckdb {

void write_out_new_tables(duck::Connection& connection) {
  if (connection.database()->path() == ":memory:") return;
  constexpr const char* kHoldMuch = R"(select 1 from duckdb_memory() where tag = 'IN_MEMORY_TABLE' and
    memory_usage_bytes > parse_formatted_bytes(current_setting('memory_limit')) / 4)";
  duck::Result answer = connection.run(kHoldMuch);
  duckdb_data_chunk chunk = duck::duckdb_fetch_chunk(answer.get());
  bool hold_much = chunk && duck::duckdb_data_chunk_get_size(chunk) > 0;
  duck::duckdb_destroy_data_chunk(&chunk);
  if (!hold_much) return;
  duckdb_result refused;  // while others write: the next table asks again
  duck::duckdb_query(connection.handle(), "checkpoint", &refused);
  duck::duckdb_destroy_result(&refused);
}

}  // namespace leat::warehouses::duckdb

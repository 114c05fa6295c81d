#include "run/versions.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include "document/settings.h"
#include "sql/bookkeeping.h"
#include "support/temporary_folder.h"
#include "warehouses/warehouse.h"

namespace leat::run {

TEST_CASE("every load that changes rows changes a stream's version, also where the clock was set back") {
  testing::TemporaryFolder folder;
  Env env(fixed_clock({}), 1);
  const warehouses::WarehouseKind& kind = warehouses::find_warehouse_kind("duckdb", "test");
  auto settings = document::parse_yaml("{type: duckdb, path: " + folder.path() + "/w.duckdb}", "test");
  auto warehouse = kind.open(document::read_settings(*kind.spec, settings, env), env);
  auto adapter = warehouse->adapter();
  Versions versions(*adapter);
  auto load = [&](const char* id, const char* at, int rows, int deleted = 0) {
    sql::LoadRecord record;
    record.load_id = id;
    record.connection = "shop";
    record.stream = "orders";
    record.started_at = record.committed_at = at;
    record.rows_inserted = rows;
    record.rows_deleted = deleted;
    adapter->execute(sql::insert_load(adapter->dialect(), record));
    return Versions::of_stream(*adapter, "shop", "orders");
  };
  CHECK(Versions::of_stream(*adapter, "shop", "orders").empty());
  std::string first = load("a", "2026-01-05T10:00:00Z", 3);
  CHECK(first == "a/1");
  CHECK(load("b", "2026-01-05T10:01:00Z", 0) == first);  // nothing new
  std::string second = load("c", "2026-01-05T09:00:00Z", 5);
  CHECK(second != first);
  std::string third = load("d", "2026-01-05T09:00:00Z", 1);
  CHECK(third != second);
  CHECK(load("e", "2026-01-05T10:02:00Z", 0, 1) != third);  // rows that went are a change as well
  CHECK(Versions::of_connection(*adapter, "shop") == Versions::of_stream(*adapter, "shop", "orders"));
  CHECK(Versions::of_stream(*adapter, "shop", "lines").empty());
}

}  // namespace leat::run

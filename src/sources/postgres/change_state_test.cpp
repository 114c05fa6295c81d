#include "sources/postgres/change_state.h"

#include <doctest/doctest.h>

#include "base/error.h"

namespace leat::sources::postgres {

TEST_CASE("a state of changes is the same after it was printed") {
  ChangeState state;
  state.slot = "shop";
  state.system = "7301234567890123456";
  state.timeline = 3;
  state.lsn = 0x16B374D848;
  state.xid = 4294967290U;
  KnownTable& table = state.tables["billing.\"Odd\""];
  table.oid = 4294967295U;
  table.member = 17000;
  table.from = 42;
  table.columns = {{"id", 23, -1, 1, {}}, {"mood \"x\"", 16500, -1, 4, {"sad", "o,k"}}};
  table.unfinished = Unfinished{41, "4294967299", {{16500, 16501}, {16510, 0}}, 1, 77};
  ChangeState again = parse_state(print_state(state));
  CHECK(again.slot == state.slot);
  CHECK(again.system == state.system);
  CHECK(again.timeline == 3);
  CHECK(again.lsn == state.lsn);
  CHECK(again.xid == state.xid);
  REQUIRE(again.tables.size() == 1);
  const KnownTable& known = again.tables.begin()->second;
  CHECK(known.oid == table.oid);
  CHECK(known.member == 17000);
  CHECK(known.from == 42);
  CHECK(known.columns == table.columns);
  REQUIRE(known.unfinished);
  CHECK(known.unfinished->from == 41);
  CHECK(known.unfinished->moment == "4294967299");
  CHECK(known.unfinished->leaves == table.unfinished->leaves);
  CHECK(known.unfinished->leaf == 1);
  CHECK(known.unfinished->page == 77);
}

TEST_CASE("a state that names no position is refused") {
  CHECK(parse_state({}).lsn == 0);
  CHECK_THROWS_AS(parse_state({"{\"slot\": \"shop\"}"}), Error);
  ChangeState state;
  state.slot = "shop";
  state.lsn = 7;
  state.tables["t"].columns = {{"id", 23, -1, 1, {}}};
  std::string json = print_state(state).json;
  std::size_t column = json.find("[\"id\"");
  REQUIRE(column != std::string::npos);
  json.replace(column, json.find(']', column) + 1 - column, "[\"id\"]");
  CHECK_THROWS_AS(parse_state({json}), Error);
}

}  // namespace leat::sources::postgres

#include "sources/postgres/change_tables.h"

#include <doctest/doctest.h>

#include "support/recording_sink.h"

namespace leat::sources::postgres {

TEST_CASE("no state says of a table that is to be read again that it is well, until it was read") {
  Table table;
  table.stream = "t";
  Options options;
  ChangeState state;
  state.tables["t"] = known_table(table, 7);
  testing::RecordingSink sink;
  ChangeTables tables(options, state, sink);
  stream::Selection selection;
  selection.stream.name = "t";
  tables.adopt({table}, {&selection, 1});
  tables.forget("it is new");
  CHECK(tables.any_stale());
  CHECK(state.tables.empty());
  tables.refreshed(*tables.all().front(), 9);
  CHECK_FALSE(tables.any_stale());
  CHECK(state.tables.at("t").from == 9);
}

}  // namespace leat::sources::postgres

#include "sources/postgres/change_reader.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/error.h"
#include "support/postgres_schema.h"
#include "support/recording_sink.h"

namespace leat::sources::postgres {
namespace {

using testing::Lines;

struct ChangeSink : testing::RecordingSink {
  void checkpoint_all(stream::State state) override { checkpoint(0, std::move(state), ""); }
};

// A schema whose changes are read. Nobody tells the source that a state is durable, so that each can be gone
// on from.
struct Changes : testing::PostgresSchema {
  using PostgresSchema::PostgresSchema;

  /// Reads all tables from `state` on ("": from the beginning); rows without what the source adds to them.
  ChangeSink read(const std::string& state = "", const std::string& more = "") {
    ChangeSink sink;
    auto source =
        open(fmt::format("method: cdc\nslot: {0}\npublication: {0}\ndeletes: hard\n{1}", name(), more));
    std::vector<stream::Selection> selections;
    for (const stream::Stream& each : source->discover().streams)
      selections.push_back({each, stream::SyncMode::incremental, {state}, {}});
    free_slot();
    source->read(selections, sink);
    for (std::string& row : sink.rows) row.erase(std::min(row.size(), row.find(" _ab_cdc_")));
    return sink;
  }
};

}  // namespace

TEST_CASE("the position is behind the last transaction: what is committed does not come again") {
  Changes shop("leat_position");
  if (shop.is_missing()) return;
  shop.run("create table bag (v int); alter table bag replica identity full");
  std::string begin = shop.read().states.back();
  shop.run("insert into bag values (1)");
  shop.run("insert into bag values (2)");
  ChangeSink both = shop.read(begin, "rows: 1");
  CHECK(both.rows == Lines{"v=1", "v=2"});
  REQUIRE(both.events.at(1) == "checkpoint");  // between the two
  CHECK(shop.read(both.states.at(0)).rows == Lines{"v=2"});
  CHECK(shop.read(both.states.at(1)).rows.empty());
}

TEST_CASE("changes that the reading of a whole table has in it are not applied to it once more") {
  Changes shop("leat_once");
  if (shop.is_missing()) return;
  shop.run(
      "create table bag (v int); alter table bag replica identity full; create table t (id int primary key)");
  std::string begin = shop.read().states.back();
  shop.run("insert into bag values (1)");
  shop.run("insert into t values (7)");
  shop.run("alter table bag rename v to w");  // so that it is read anew, while the log is read from before
  ChangeSink sink = shop.read(begin);
  std::sort(sink.rows.begin(), sink.rows.end());
  CHECK(sink.rows == Lines{"id=7", "w=1"});
  shop.run("insert into bag values (2)");
  CHECK(shop.read(sink.states.back()).rows == Lines{"w=2"});
}

TEST_CASE("a transaction that is larger than memory is handed over in parts and committed as one") {
  Changes shop("leat_parts");
  if (shop.is_missing()) return;
  shop.run("create table t (id int primary key, v text)");
  std::string begin = shop.read().states.back();
  shop.run("insert into t select i, repeat('x', 100) from generate_series(1, 2000) i");
  ChangeSink sink = shop.read(begin, "bytes: 20KB");
  CHECK(sink.rows.size() == 2000);
  auto is_batch = [](const std::string& event) { return event.starts_with("batch"); };
  CHECK(std::count_if(sink.events.begin(), sink.events.end(), is_batch) > 5);
  auto committed = std::find(sink.events.begin(), sink.events.end(), "checkpoint");
  CHECK(std::none_of(committed, sink.events.end(), is_batch));
}

TEST_CASE("a server that is behind where the tables are is not read on: it was restored from a backup") {
  Changes shop("leat_restored");
  if (shop.is_missing()) return;
  shop.run("create table t (id int primary key)");
  ChangeState state = parse_state({shop.read().states.back()});
  state.lsn += 1ULL << 40;
  try {
    shop.read(print_state(state).json);
    FAIL("it was read on");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::postgres_slot_lost);
    CHECK(std::string(error.what()).find("it was restored from a backup") != std::string::npos);
    CHECK(std::string(error.what()).find("slot leat_restored") != std::string::npos);
  }
}

}  // namespace leat::sources::postgres

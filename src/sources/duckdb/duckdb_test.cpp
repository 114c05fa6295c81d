#include "sources/duckdb/duckdb.h"

#include <doctest/doctest.h>

#include "duck/client.h"
#include "support/recording_sink.h"
#include "support/temporary_folder.h"

namespace leat::sources::duckdb {
namespace {

using testing::Lines;

struct Fixture {
  testing::TemporaryFolder folder;
  Env env;

  void run(const std::string& sql) {
    duck::Settings settings;
    settings.path = folder.path() + "/a.duckdb";
    duck::Connection(duck::Database::open(settings)).run(sql);
  }
  std::unique_ptr<stream::Source> open(const std::string& settings) {
    document::Value mapping = document::parse_yaml(settings, folder.path() + "/leat.yml");
    return kDuckDb.open(document::read_settings(*kDuckDb.spec, mapping, env), env);
  }
  Lines names(const std::string& settings) {
    Lines out;
    for (const stream::Stream& stream : open(settings)->discover().streams) out.push_back(stream.name);
    return out;
  }
  testing::RecordingSink read(const std::string& name, const std::string& cursor = "",
                              const std::string& state = "") {
    auto source = open("{path: a.duckdb}");
    stream::Selection selection{.mode = stream::SyncMode::incremental};
    selection.stream = *source->discover().find(name);
    selection.stream.cursor_field = cursor;
    selection.state = {state};
    testing::RecordingSink sink;
    source->read(std::span(&selection, 1), sink);
    return sink;
  }
};

}  // namespace

TEST_CASE("tables and views are streams, of chosen schemas or by name") {
  Fixture at;
  at.run(
      "create table t (id integer primary key, name text); create schema s; create view s.v as select 1 as "
      "one; "
      "create schema _leat; create table _leat.state (x integer)");
  CHECK(at.names("{path: a.duckdb}") == Lines{"t", "s.v"});
  CHECK(at.names("{path: a.duckdb, schemas: [s]}") == Lines{"s.v"});
  CHECK(at.names("{path: a.duckdb, tables: [main.t]}") == Lines{"t"});
  CHECK(at.open("{path: a.duckdb}")->discover().find("t")->primary_key == std::vector<std::string>{"id"});
}

TEST_CASE("with a cursor only rows above the last are read, those without one the first time") {
  Fixture at;
  at.run(
      "create table t as select * from (values (1, date '2026-01-01'), (2, date '2026-01-02'), (3, null)) as "
      "v(id, day)");
  testing::RecordingSink first = at.read("t", "day");
  CHECK(first.rows == Lines{"id=1 day=2026-01-01", "id=2 day=2026-01-02", "id=3"});
  CHECK(at.read("t", "day", first.states.back()).rows.empty());
  at.run("insert into t values (4, date '2026-01-03'), (5, null)");
  testing::RecordingSink second = at.read("t", "day", first.states.back());
  CHECK(second.rows == Lines{"id=4 day=2026-01-03"});
  CHECK(second.states == Lines{"{\"cursor\":\"2026-01-03\"}"});
}

TEST_CASE("names with marks and nested values arrive") {
  Fixture at;
  at.run("create table \"a\"\"b\" as select {'x': 1} as \"c d\", [1, 2] as l");
  CHECK(at.read("a\"b").rows == Lines{"c d={\"x\":1} l=[1,2]"});
}

}  // namespace leat::sources::duckdb

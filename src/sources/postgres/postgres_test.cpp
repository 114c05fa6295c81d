#include <doctest/doctest.h>

#include <algorithm>

#include "base/error.h"
#include "base/time.h"
#include "document/value.h"
#include "sources/postgres/catalog.h"
#include "sources/postgres/diagnosis.h"
#include "sources/postgres/postgres.h"
#include "sources/postgres/settings.h"
#include "sources/postgres/slot.h"
#include "sources/postgres/snapshot.h"
#include "sources/postgres/values.h"
#include "support/postgres_schema.h"
#include "support/recording_sink.h"

namespace leat::sources::postgres {
namespace {

using testing::Lines;
using testing::RecordingSink;

struct Database : testing::PostgresSchema {
  using PostgresSchema::PostgresSchema;

  RecordingSink read(const std::string& stream, const std::string& more = "", const std::string& state = "") {
    auto source = open(more);
    stream::Catalog catalog = source->discover();
    const stream::Stream* found = catalog.find(stream);
    REQUIRE(found);
    stream::Selection selection{*found, found->sync_modes.back(), {state}, {}};
    RecordingSink sink;
    source->read(std::span(&selection, 1), sink);
    std::sort(sink.rows.begin(), sink.rows.end());
    return sink;
  }
};

// Counts the values that became null.
struct Replaced : EventListener {
  void on_event(const Event& event) override {
    if (event.name == "values_replaced") values += event.number("values");
  }
  std::int64_t values = 0;
};

}  // namespace

TEST_CASE("every type arrives in its column, the same as it prints") {
  Database db("leat_types");
  if (db.is_missing()) return;
  db.run(R"sql(
    create type mood as enum ('sad', 'ok');
    create domain price as numeric(8,3);
    create table t (b bool, i2 int2, i4 int4, i8 int8, f4 float4, f8 float8, n numeric(10,2), small numeric(12,10),
      big numeric(38,37), u numeric, odd numeric(3,-2), p price, m mood, s text, c char(4), by bytea, d date, ti time,
      ts timestamp, tz timestamptz, j json, jb jsonb, id uuid, a int[], ta text[], iv interval, ip inet, r int4range,
      mo money, bi bit(3), o oid);
    insert into t values (true, -2, 4, 9007199254740993, 1.5, 0.1, -1234.50, 0.0000000012, 9.9, 1e-20, 12345, 1.25,
      'ok', 'a "b"', 'ab', null, '2026-01-05', '24:00', '2026-01-05 10:11:12.345678', '2026-01-05 10:00+02',
      '{"a": 1}', '{"b":[1,2]}', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '{{1,2},{3,null}}', '{"x y",null,"q\"",NULL}',
      '-1 day 2 hours', '10.0.0.1', '[1,5)', 1234.5, '101', 4000000000);
    insert into t (n, u, d, ts, f8) values ('NaN', 'NaN', 'infinity', '-infinity', 'NaN');
    insert into t (d, ts, tz) values ('0044-03-15 BC', '0044-03-15 10:00 BC', '294246-01-01 00:00+00'))sql");
  RecordingSink sink = db.read("t");
  REQUIRE(sink.rows.size() == 3);
  CHECK(
      sink.rows[0] ==
      "b=true i2=-2 i4=4 i8=9007199254740993 f4=1.5 f8=0.1 n=-1234.50 small=0.0000000012 "
      "big=9.9000000000000000000000000000000000000 u=0.00000000000000000001 odd=12300 p=1.250 m=ok s=a \"b\" "
      "c=ab   d=2026-01-05 ti=24:00:00 ts=2026-01-05 10:11:12.345678 tz=2026-01-05 08:00:00+00 "
      "j={\"a\": 1} jb={\"b\": [1, 2]} id=a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11 a=[[1,2],[3,null]] "
      "ta=[\"x y\",null,\"q\\\"\",null] iv=P-1DT2H ip=10.0.0.1 r=[1,5) mo=1234.50 bi=101 o=4000000000");
  db.run("create table raw as select '\\x00ff'::bytea as b");
  CHECK(db.read("raw").rows == Lines{std::string("b=\0\xff", 4)});
  CHECK(sink.rows[2] == "f8=nan u=NaN d=infinity ts=-infinity");
}

TEST_CASE("what a value prints, as a stream in text sends it, is read as what its binary form is read as") {
  Database db("leat_texts");
  if (db.is_missing()) return;
  db.run(R"sql(
    create type mood as enum ('sad', 'ok');
    create table t (b bool, i2 int2, i4 int4, i8 int8, f4 float4, f8 float8, n numeric(10,2), u numeric, odd numeric(3,-2),
      m mood, s text, c char(4), by bytea, d date, ti time, ts timestamp, tz timestamptz, j json, jb jsonb, id uuid,
      a int[], ta text[], ba bool[], na numeric[], iv interval, ip inet, mo money, o oid);
    insert into t values (true, -2, 4, 9007199254740993, 1.5, 0.1, -1234.50, 1e-20, 12345, 'ok', 'a "b"', 'ab', '\x41ff',
      '2026-01-05', '24:00', '2026-01-05 10:11:12.345678', '2026-01-05 10:00+02', '{"a": 1}', '{"b":[1,2]}',
      'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '[2:3]={7,8}', '{"x y",null,"q\"\\",NULL,""}', '{t,f,null}', '{1.50,NaN}',
      '-1 day 2 hours', '10.0.0.1/8', -1234.5, 4000000000);
    insert into t (b, f4, f8, n, u, d, ti, ts, tz, mo, by) values (false, '-inf', 'NaN', 'NaN', 'NaN', 'infinity',
      '00:00:00.000001', '-infinity', 'infinity', 0.05, '');
    insert into t (d, ts, tz, f4, f8) values ('0044-03-15 BC', '0044-03-15 10:00:00.5 BC', '294246-01-01 00:00+00', 1e-45,
      5e-324))sql");
  std::vector<Table> tables = read_tables(db.session(), db.options(""));
  std::vector<ColumnPlan> plans = plan_columns(tables.at(0), Numerics::text);
  batch::RecordBatch printed(schema_of(plans));
  for (std::size_t column = 0; column < plans.size(); ++column) {
    std::string name = quote_name(plans[column].name);
    // A cast spells booleans out and takes a char's blanks; what is sent does neither.
    std::string sent = name == "\"b\""   ? "left(b::text, 1)"
                       : name == "\"c\"" ? "rpad(c, 4)"
                                         : name + "::text";
    for (const auto& row : db.session().rows(
             fmt::format("select case when {} is null then 'null' end, {} from leat_texts.t", name, sent))) {
      if (row[0] == "null") {
        printed.column(column).append_null();
      } else {
        CHECK(append_text(plans[column], row[1], printed.column(column)) != Decoded::malformed);
      }
    }
  }
  RecordingSink texts;
  texts.batch(0, std::move(printed));
  std::sort(texts.rows.begin(), texts.rows.end());
  RecordingSink binary = db.read("t");
  REQUIRE(binary.rows.size() == texts.rows.size());
  for (std::size_t row = 0; row < binary.rows.size(); ++row) CHECK(texts.rows[row] == binary.rows[row]);
}

TEST_CASE("a numeric beyond all doubles becomes null and is counted, never another number") {
  Database db("leat_beyond");
  if (db.is_missing()) return;
  db.run(
      "create table t (id int, x numeric); "
      "insert into t values (1, 1e400), (2, -1e400), (3, 1e-400), (4, 1.5), (5, -1e-400)");
  Replaced replaced;
  db.env().listen(replaced);
  CHECK(db.read("t", "numerics: double").rows == Lines{"id=1", "id=2", "id=3 x=0", "id=4 x=1.5", "id=5 x=0"});
  CHECK(replaced.values == 2);
  db.env().forget(replaced);
}

TEST_CASE("of a publication that somebody else made the columns and rows are read that it has") {
  Database db("leat_published");
  if (db.is_missing() || db.session().version() < 150000) return;
  db.run(R"sql(
    create table t (id int primary key, "a,b" int, "say ""hi"" \" int, secret int);
    drop publication if exists leat_published;
    create publication leat_published for table t (id, "a,b", "say ""hi"" \") where (id < 100))sql");
  Options options = db.options("method: cdc\npublication: leat_published");
  std::vector<Table> tables = read_change_tables(db.session(), options);
  PublicationReport report = find_publication(db.session(), options, tables);
  CHECK_FALSE(report.is_ours);
  CHECK(report.missing.empty());
  Lines names;
  for (const PgColumn& column : tables.at(0).columns) names.push_back(column.name);
  CHECK(names == Lines{"id", "a,b", "say \"hi\" \\"});
  CHECK(tables[0].condition == "(id < 100)");
  db.run("create table other (id int primary key)");
  tables = read_change_tables(db.session(), options);
  try {
    ensure_publication(db.session(), options, tables);
    FAIL("a table that is not published went unnoticed");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::postgres_setup);
    CHECK(std::string(error.what()).find(R"(ADD TABLE "leat_published"."other")") != std::string::npos);
  }
  db.run("drop publication leat_published");
}

TEST_CASE("views, partitions and selected columns and rows are read") {
  Database db("leat_kinds");
  if (db.is_missing()) return;
  db.run(R"sql(
    create table part (id int primary key, v text) partition by range (id);
    create table part_1 partition of part for values from (0) to (10);
    create table part_2 (v text, extra int generated always as (1) stored, id int not null);
    alter table part_2 drop column extra;
    alter table part attach partition part_2 for values from (10) to (20);
    insert into part select i, 'v' || i from generate_series(1, 15) i;
    create view few as select * from part where id < 3;
    create materialized view kept as select * from few)sql");
  std::string names;
  for (const stream::Stream& each : db.open()->discover().streams) names += each.name + " ";
  CHECK(names == "few kept part ");
  CHECK(db.read("part").rows.size() == 15);
  CHECK(db.read("kept").rows == Lines{"id=1 v=v1", "id=2 v=v2"});
  CHECK(db.read("few", "columns: {few: [v]}\nwhere: {few: id > 1}").rows == Lines{"v=v2"});
  CHECK_THROWS_AS(db.read("few", "columns: {few: [w]}"), Error);
}

TEST_CASE("a stream is looked up alone, also where its name has a point") {
  Database db("leat_alone");
  if (db.is_missing()) return;
  db.run(R"sql(
    create domain kind as text;
    create table "a.b" (id int primary key, k kind); create table b (id int);
    insert into "a.b" values (1, 'x'); insert into b values (2))sql");
  stream::Catalog catalog = db.open()->discover();
  for (const auto& [name, row] : {std::pair{"a.b", "id=1 k=x"}, {"b", "id=2"}}) {
    stream::Selection selection{*catalog.find(name), stream::SyncMode::full_refresh, {}, {}};
    RecordingSink sink;
    db.open()->read(std::span(&selection, 1), sink);  // a source that has not looked at all tables
    CHECK(sink.rows == Lines{row});
    selection.stream.name += "x";
    CHECK_THROWS_AS(db.open()->read(std::span(&selection, 1), sink), Error);
  }
}

TEST_CASE("a large table is read by several sessions and no row is missing or twice") {
  Database db("leat_large");
  if (db.is_missing()) return;
  db.run("create table t as select i as id, repeat('x', 200) as filler from generate_series(1, 200000) i");
  RecordingSink sink = db.read("t", "workers: 4\ncolumns: {t: [id]}");
  CHECK(sink.rows.size() == 200000);
  CHECK(std::adjacent_find(sink.rows.begin(), sink.rows.end()) == sink.rows.end());
  // Of its rows those that a condition names, whatever words join the condition.
  RecordingSink some = db.read("t", "workers: 4\ncolumns: {t: [id]}\nwhere: {t: id % 2 = 0 or id < 10}");
  CHECK(some.rows.size() == 100005);
  CHECK(std::adjacent_find(some.rows.begin(), some.rows.end()) == some.rows.end());
}

TEST_CASE("sessions that read side by side see one moment, whatever is changed meanwhile") {
  Database db("leat_moment");
  if (db.is_missing()) return;
  db.run("create table t as select i as id, repeat('x', 200) as filler from generate_series(1, 100000) i");
  Env env;
  Options options = db.options("workers: 4\ncolumns: {t: [id]}");
  std::vector<Table> tables = read_tables(db.session(), options);
  Snapshot snapshot(options, env);
  db.run("delete from t where id % 10 = 0");
  RecordingSink sink;
  snapshot.read(tables.at(0), "", 0, sink);
  CHECK(sink.rows.size() == 100000);
}

TEST_CASE("a read by cursor goes on where the last one ended, and repeats a boundary only where it grew") {
  Database db("leat_cursor");
  if (db.is_missing()) return;
  db.run("create table t (id int, at timestamp); insert into t values (1, '2026-01-01'), (2, '2026-01-02')");
  RecordingSink first = db.read("t", "cursors: {t: at}");
  CHECK(first.rows.size() == 2);
  CHECK(db.read("t", "cursors: {t: at}", first.states.back()).rows.empty());
  db.run("insert into t values (3, '2026-01-02'), (4, '2026-01-03')");
  CHECK(db.read("t", "cursors: {t: at}", first.states.back()).rows.size() == 3);
  db.run("insert into t values (5, '2026-01-01 12:00')");
  CHECK(db.read("t", "cursors: {t: at}\nlag: 24h", first.states.back()).rows.size() == 5);
}

TEST_CASE("a window of a cursor is read alone, and the state stays where it was") {
  Database db("leat_window");
  if (db.is_missing()) return;
  db.run(
      "create table t (id int, at timestamp); insert into t values (1, '2026-01-01'), (2, '2026-01-02'), "
      "(3, '2026-01-03'), (4, null)");
  auto source = db.open("cursors: {t: at}");
  stream::Catalog catalog = source->discover();
  auto day = [](const char* text) { return *parse_iso_timestamp(text); };
  for (const auto& [from, to, rows] :
       {std::tuple{day("2026-01-02T00:00:00Z"), day("2026-01-03T00:00:00Z"), "2"},
        {day("2026-01-01T00:00:00Z"), day("2026-01-04T00:00:00Z"), "123"}}) {
    stream::Selection selection{
        *catalog.find("t"), stream::SyncMode::incremental, {R"({"cursor":"x"})"}, stream::Window{from, to}};
    RecordingSink sink;
    source->read(std::span(&selection, 1), sink);
    std::string ids;
    for (const std::string& row : sink.rows) ids += row.substr(3, 1);
    std::sort(ids.begin(), ids.end());
    CHECK(ids == rows);
    CHECK(sink.states == Lines{R"({"cursor":"x"})"});
  }
}

TEST_CASE("schemas and tables are chosen by wildcards; tables of the first go by their bare names") {
  Database db("leat_wild_a"), other("leat_wild_b");
  if (db.is_missing()) return;
  db.run("create table orders (id int); create table order_lines (id int); create table other (id int)");
  other.run("create table orders (id int)");
  auto names = [&](const char* settings) {
    std::string all;
    document::Value mapping =
        document::parse_yaml(fmt::format("url: {}\n{}", db.url(), settings), "test.yml");
    auto source = kPostgres.open(document::read_settings(kSettings, mapping, db.env()), db.env());
    for (const stream::Stream& each : source->discover().streams) all += each.name + " ";
    return all;
  };
  CHECK(names("schemas: [leat_wild_a, \"leat_wild_?\"]\ntables: [\"order*\"]") ==
        "order_lines orders leat_wild_b.orders ");
  CHECK(names("schemas: [\"leat_wild_*\"]\ntables: [leat_wild_b.*]") == "leat_wild_b.orders ");
}

TEST_CASE("settings that name what is not there say so, with the nearest name") {
  Database db("leat_named");
  if (db.is_missing()) return;
  db.run("create table orders (id int primary key, at timestamp); create view few as select * from orders");
  auto refused = [&](const char* stream, const char* settings, const char* state) {
    try {
      db.read(stream, settings, state);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("nothing");
  };
  CHECK(refused("orders", "cursors: {orders: att}", "").find("did you mean `at`?") != std::string::npos);
  CHECK(refused("orders", "where: {order: x}", "").find("did you mean `orders`?") != std::string::npos);
  CHECK(refused("orders", "workers: 33", "").find("1 to 32") != std::string::npos);
  CHECK(refused("orders", "method: xmin", "[1]").find("no JSON object") != std::string::npos);
  // A condition that fails, in whichever of the sessions, with the statement.
  CHECK(refused("orders", "where: {orders: id / 0 > 1}", "") == "nothing");
  db.run("insert into orders select i from generate_series(1, 10) i");
  CHECK(refused("orders", "where: {orders: id / 0 > 1}", "").find("division by zero") != std::string::npos);
  auto source = db.open("method: xmin");
  stream::Selection view{*source->discover().find("few"), stream::SyncMode::incremental, {}, {}};
  RecordingSink sink;
  CHECK_THROWS_AS(source->read(std::span(&view, 1), sink), Error);
}

TEST_CASE("a url that can't be read says how one is written, without its password") {
  for (const char* url : {"postgres://u:hush@[::1", "host=x hush", "postgres://u:hush%zz@host/x"}) {
    try {
      place_of(url);
      FAIL("it was read");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::config_invalid);
      CHECK(error.fix().find("postgres://user:password@host") != std::string::npos);
      CHECK(std::string(error.what()).find("hush") == std::string::npos);
    }
  }
}

TEST_CASE("through a tunnel a url leads to a port of this machine, and the host's name is still compared") {
  std::string through = through_port("postgres://u:it%27s@db.internal:6543/shop?sslmode=verify-full", 4711);
  CHECK(through.find("hostaddr='127.0.0.1'") != std::string::npos);
  CHECK(through.find("port='4711'") != std::string::npos);
  CHECK(through.find("6543") == std::string::npos);
  CHECK(through.find("host='db.internal'") != std::string::npos);
  CHECK(through.find("password='it\\'s'") != std::string::npos);
  CHECK(through.find("sslmode='verify-full'") != std::string::npos);
  CHECK(place_of(through) == "db.internal:4711/shop");
}

TEST_CASE("what the check finds it says how to mend, and what it says mends it") {
  Database db("leat_check");
  if (db.is_missing()) return;
  db.run(R"sql(
    do $$ begin create role leat_checker login; exception when duplicate_object then null; end $$;
    alter role leat_checker noreplication;
    drop publication if exists leat_check;
    create table t (id int primary key, twice int generated always as (id * 2) stored); create table bare (v int);
    create table quiet (id int primary key); alter table quiet replica identity nothing)sql");
  Options options = db.options("method: cdc\nslot: leat_check\npublication: leat_check\nfailover: true");
  std::size_t user = options.url.find("postgres@");
  REQUIRE(user != std::string::npos);
  options.url.replace(user, 8, "leat_checker");
  std::string said;
  auto mend = [&] {
    int problems = 0;
    for (const stream::Finding& each : diagnose(options)) {
      said += each.what + "\n";
      bool is_whole = each.mend.find("…") == std::string::npos;  // else the user has to choose
      if (each.level != stream::Finding::Level::problem || !is_whole) continue;
      ++problems;
      db.run(each.mend);
    }
    return problems;
  };
  CHECK(mend() > 0);
  for (const char* wanted :
       {"leat_checker may not use the schema \"leat_check\"", "leat_checker may not read every table",
        "leat_checker may not replicate", "bare\" has no primary key",
        "quiet\" does not log which rows change",
        "There is no publication leat_check, and only the tables' owner can make it",
        "Generated columns of \"leat_check\".\"t\" are not in the log", "There is no slot leat_check yet"}) {
    CAPTURE(wanted);
    CHECK(said.find(wanted) != std::string::npos);
  }
  mend();  // a table whose changes are told now is not yet published
  said.clear();
  CHECK(mend() == 0);
  CHECK(said.find("The publication leat_check has the tables") != std::string::npos);
  CHECK(said.find("3 tables of ") != std::string::npos);
  db.run("alter publication leat_check set (publish = 'insert, update')");
  db.run("select pg_create_logical_replication_slot('leat_check', 'pgoutput', false, true)");
  said.clear();
  CHECK(mend() == 1);
  CHECK(said.find("left out: delete, truncate") != std::string::npos);
  CHECK(said.find("sends prepared transactions before their commit") != std::string::npos);
  CHECK(said.find("The slot leat_check is ") != std::string::npos);
  CHECK(said.find("`failover` does nothing here") != std::string::npos);
  db.run("drop publication leat_check");
}

TEST_CASE("a table that may not be read says what to grant") {
  Database db("leat_denied");
  if (db.is_missing()) return;
  db.run(R"sql(
    do $$ begin create role leat_stranger login; exception when duplicate_object then null; end $$;
    create table t (id int primary key))sql");
  Options options = db.options("");
  options.url.replace(options.url.find("postgres@"), 8, "leat_stranger");
  Session session(options.url);
  try {
    session.rows("select * from leat_denied.t");
    FAIL("it was read");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::postgres_refused);
    CHECK(error.fix().find("GRANT SELECT") != std::string::npos);
  }
}

TEST_CASE("a read by transaction brings what was written since") {
  Database db("leat_xmin");
  if (db.is_missing()) return;
  db.run("create table t (id int primary key, v int); insert into t values (1, 1), (2, 2)");
  RecordingSink first = db.read("t", "method: xmin");
  CHECK(first.rows.size() == 2);
  db.run("update t set v = 3 where id = 2; insert into t values (4, 4)");
  CHECK(db.read("t", "method: xmin", first.states.back()).rows == Lines{"id=2 v=3", "id=4 v=4"});
}

TEST_CASE("what can't be reached or is not there says so") {
  Database db("leat_errors");
  if (db.is_missing()) return;
  CHECK_THROWS_AS(db.read("t", "where: {missing: x}"), Error);
  Env env;
  document::Value mapping = document::parse_yaml("url: postgres://nobody:secret@127.0.0.1:1/x", "test.yml");
  auto source = kPostgres.open(document::read_settings(kSettings, mapping, env), env);
  try {
    source->check();
    FAIL("it answered");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::postgres_connect);
    CHECK(std::string(error.what()).find("secret") == std::string::npos);
  }
}

}  // namespace leat::sources::postgres

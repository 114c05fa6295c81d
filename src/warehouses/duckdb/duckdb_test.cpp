#include "warehouses/duckdb/duckdb.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "base/error.h"
#include "support/temporary_folder.h"

using namespace leat;

namespace {

std::unique_ptr<warehouses::Warehouse> opened(const std::string& path, Env& env) {
  auto mapping = document::parse_yaml(fmt::format("path: '{}'", path), "x");
  return warehouses::kDuckDb.open(document::read_settings(*warehouses::kDuckDb.spec, mapping, env), env);
}

}  // namespace

TEST_CASE("each stream of a connection has a state of its own") {
  Env env(fixed_clock({}), 1);
  auto warehouse = opened(":memory:", env);
  auto destination = warehouse->destination();
  destination->write_state("shop", "orders", {"one"});
  destination->write_state("shop", "people", {"two"});
  destination->write_state("crm", "orders", {"three"});
  CHECK(destination->read_state("shop", "orders").json == "one");
  destination->write_state("shop", "orders", {"four"});
  CHECK(destination->read_state("shop", "orders").json == "four");
  CHECK(destination->read_state("shop", "people").json == "two");
  CHECK(destination->read_state("crm", "orders").json == "three");
}

TEST_CASE("rows arrive once and typed, by every mode") {
  Env env(fixed_clock({}), 1);
  auto warehouse = opened(":memory:", env);
  auto destination = warehouse->destination();
  auto adapter = warehouse->adapter();
  auto schema = std::make_shared<const batch::Schema>(std::vector<batch::Column>{
      {"id", {batch::TypeKind::int64}}, {"name", {batch::TypeKind::text}}, {"at", {batch::TypeKind::int64}}});
  auto batch_of = [&](std::vector<std::tuple<int, const char*, int>> rows) {
    batch::RecordBatch batch(schema);
    for (auto [id, name, at] : rows) {
      batch.column(0).append<std::int64_t>(id);
      batch.column(1).append_text(name);
      batch.column(2).append<std::int64_t>(at);
    }
    return batch;
  };
  stream::Target target{"c", "s", "raw", "t", schema, {"id"}, "at", stream::WriteMode::append_dedup};
  auto load = [&](std::vector<std::tuple<int, const char*, int>> rows) {
    auto open = destination->begin(target);
    open->write(batch_of(rows));
    stream::Commit commit;
    commit.state = {"{}"};
    commit.load_id = "l";
    return open->commit(commit);
  };
  auto content = [&] {
    std::string text;
    auto result = adapter->query("select id, name from raw.t order by id", 1000);
    for (auto& batch : result.batches) {
      for (std::size_t i = 0; i < batch.rows(); ++i)
        text += batch.column(0).print(i) + batch.column(1).print(i) + " ";
    }
    return text;
  };
  stream::LoadResult first = load({{1, "a", 1}, {2, "b", 1}, {1, "a long name, longer than twelve", 2}});
  CHECK(first.rows_inserted == 2);
  CHECK(content() == "1a long name, longer than twelve 2b ");
  stream::LoadResult second = load({{1, "old", 1}, {2, "b", 1}, {3, "c", 1}, {2, "B", 2}});
  CHECK(second.rows_inserted == 1);
  CHECK(second.rows_updated == 1);
  CHECK(second.rows_unchanged == 2);
  CHECK(content() == "1a long name, longer than twelve 2B 3c ");
  {
    auto open = destination->begin(target);
    open->write(batch_of({{9, "lost", 1}}));
  }
  CHECK(content() == "1a long name, longer than twelve 2B 3c ");
  target.mode = stream::WriteMode::overwrite;
  load({{7, "x", 1}});
  CHECK(content() == "7x ");
  CHECK(destination->read_state("c", "s").json == "{}");
}

TEST_CASE("a file that a dead process had only begun is begun anew, and nothing stays beside it") {
  Env env(fixed_clock({}), 1);
  std::filesystem::path folder = std::filesystem::temp_directory_path() / fmt::format("leat-{}", env.uuid());
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "w.duckdb.creating") << "DUCK, and no more";
  {
    auto warehouse = opened((folder / "w.duckdb").string(), env);
    CHECK(warehouse->adapter()->query("select 42", 1).batches.at(0).column(0).print(0) == "42");
  }
  CHECK_FALSE(std::filesystem::exists(folder / "w.duckdb.creating"));
  CHECK(std::filesystem::file_size(folder / "w.duckdb") >= 12288);
  std::filesystem::remove_all(folder);
}

TEST_CASE("the database is known by its file's name before it is opened, as DuckDB then says") {
  std::string folder = std::filesystem::temp_directory_path() / fmt::format("leat-names-{}", ::getpid());
  for (const char* file :
       {"a.b.duckdb", "main.duckdb", "temp.db", ".hidden", "noext", "MiXed.DuckDB", "sp ace.db"}) {
    CAPTURE(file);
    Env env(fixed_clock({}), 1);
    auto warehouse = opened(fmt::format("{}/{}", folder, file), env);
    std::string told = warehouse->database();
    CHECK_FALSE(std::filesystem::exists(folder + "/" + file));
    CHECK(told == warehouse->adapter()->database());
  }
  std::filesystem::remove_all(folder);
}

TEST_CASE("a new table begins with all columns of its first rows, the wider types of both") {
  Env env(fixed_clock({}), 1);
  auto warehouse = opened(":memory:", env);
  auto destination = warehouse->destination();
  auto told =
      std::make_shared<const batch::Schema>(std::vector<batch::Column>{{"id", {batch::TypeKind::int64}}});
  auto come = std::make_shared<const batch::Schema>(
      std::vector<batch::Column>{{"id", {batch::TypeKind::float64}}, {"more", {batch::TypeKind::text}}});
  stream::Target target{"c", "s", "raw", "t", told, {}, "", stream::WriteMode::append};
  auto open = destination->begin(target);
  batch::RecordBatch rows(come);
  rows.column(0).append<double>(1.5);
  rows.column(1).append_text("x");
  open->write(std::move(rows));
  stream::Commit commit;
  commit.state = {"{}"};
  commit.load_id = "l";
  CHECK(open->commit(commit).rows_inserted == 1);
  auto held = warehouse->adapter()->columns({"", "raw", "t"});
  REQUIRE(held);
  REQUIRE(held->size() >= 2);
  CHECK((*held)[0].native_type == "DOUBLE");
  CHECK((*held)[1].name == "more");  // before the metadata, which a column that is added later is not
}

TEST_CASE("a table whose rows are only marked as gone is not empty: a key that comes again takes its row") {
  Env env(fixed_clock({}), 1);
  auto warehouse = opened(":memory:", env);
  auto destination = warehouse->destination();
  auto columns = std::make_shared<const batch::Schema>(
      std::vector<batch::Column>{{"id", {batch::TypeKind::int64}}, {"gone", {batch::TypeKind::timestamptz}}});
  stream::Target target{"c", "s", "raw", "t", columns, {"id"}, "", stream::WriteMode::append_dedup};
  target.delete_column = "gone";
  target.is_newest = true;  // as changes come
  auto load = [&](std::vector<std::int64_t> ids, const char* id) {
    auto open = destination->begin(target);
    batch::RecordBatch rows(columns);
    for (std::int64_t each : ids) {
      rows.column(0).append<std::int64_t>(each);
      rows.column(1).append_null();
    }
    open->write(std::move(rows));
    stream::Commit commit;
    commit.state = {"{}"};
    commit.load_id = id;
    return open->commit(commit);
  };
  load({1, 2}, "l1");
  target.clears = true;
  stream::LoadResult result = load({2, 3}, "l2");
  // Of the rows that came, not of those that lie there.
  CHECK(result.rows_inserted == 1);
  CHECK(result.rows_updated == 1);
  CHECK(result.rows_unchanged == 0);
  auto read = warehouse->adapter()->query("select id, gone is not null from raw.t order by id", 10);
  REQUIRE(read.rows() == 3);
  CHECK(read.batches[0].column(0).print(0) == "1");
  CHECK(read.batches[0].column(1).print(0) == "true");
  CHECK(read.batches[0].column(0).print(1) == "2");
  CHECK(read.batches[0].column(1).print(1) == "false");
}

TEST_CASE("rows are not kept where their state can't be") {
  Env env(fixed_clock({}), 1);
  auto warehouse = opened(":memory:", env);
  auto destination = warehouse->destination();
  auto columns =
      std::make_shared<const batch::Schema>(std::vector<batch::Column>{{"id", {batch::TypeKind::int64}}});
  auto load = [&](std::int64_t id) {
    auto open = destination->begin({"c", "s", "raw", "t", columns});
    batch::RecordBatch rows(columns);
    rows.column(0).append<std::int64_t>(id);
    open->write(std::move(rows));
    stream::Commit commit;
    commit.state = {"{}"};
    commit.load_id = "l";
    open->commit(commit);
  };
  load(1);
  warehouse->adapter()->execute("drop table _leat.state");
  CHECK_THROWS_AS(load(2), Error);
  CHECK(warehouse->adapter()->query("select * from raw.t", 10).rows() == 1);
}

TEST_CASE("a relation is found by its name, whatever its case, in the transaction that makes it") {
  Env env(fixed_clock({}), 1);
  auto warehouse = opened(":memory:", env);
  auto adapter = warehouse->adapter();
  adapter->execute(
      "create schema s; create table s.Orders (a int); create view s.v as select 1 as x; create table s.gone "
      "(a int); "
      "create view s.broken as select * from s.gone; drop table s.gone");
  CHECK(adapter->find_relation({"memory", "s", "Orders"})->kind == sql::RelationKind::table);
  CHECK(adapter->find_relation({"", "s", "orders"})->kind == sql::RelationKind::table);
  CHECK(adapter->find_relation({"memory", "s", "v"})->kind == sql::RelationKind::view);
  CHECK(adapter->find_relation({"memory", "s", "broken"})->kind == sql::RelationKind::view);
  CHECK_FALSE(adapter->find_relation({"memory", "s", "gone"}));
  CHECK_FALSE(adapter->find_relation({"memory", "elsewhere", "Orders"}));
  adapter->execute("create table s.\"a\"\"b.c\" (x int not null, y decimal(12, 2)[], z json)");
  auto held = adapter->columns({"", "s", "a\"b.c"});
  REQUIRE(held);
  REQUIRE(held->size() == 3);
  CHECK((*held)[1].name == "y");
  CHECK((*held)[1].native_type == "DECIMAL(12,2)[]");
  CHECK(adapter->columns({"memory", "s", "v"})->size() == 1);
  CHECK_FALSE(adapter->columns({"memory", "s", "gone"}));
  adapter->execute("begin; create table s.fresh (a int)");
  CHECK(adapter->find_relation({"memory", "s", "fresh"}));
  adapter->execute("rollback");
  CHECK_FALSE(adapter->find_relation({"memory", "s", "fresh"}));
}

TEST_CASE(
    "a file that is just being closed is not opened beside it: each of many short users sees what the others "
    "wrote") {
  Env env(fixed_clock({}), 1);
  leat::testing::TemporaryFolder folder;
  auto mapping = document::parse_yaml("path: " + folder.path() + "/w.duckdb", "x");
  auto open = [&] {
    return warehouses::kDuckDb.open(document::read_settings(*warehouses::kDuckDb.spec, mapping, env), env);
  };
  open()->adapter()->execute("create table t (a int)");
  constexpr int kThreads = 4, kTimes = 15;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i)
      threads.emplace_back([&] {
        for (int k = 0; k < kTimes; ++k) open()->adapter()->execute("insert into t values (1)");
      });
  }
  auto count = open()->adapter()->query("select cast(count(*) as varchar) from t");
  CHECK(count.batches.at(0).column(0).text(0) == std::to_string(kThreads * kTimes));
}

TEST_CASE("thousands of small tables are loaded and built in less memory than they would hold") {
  Env env(fixed_clock({}), 1);
  leat::testing::TemporaryFolder folder;
  auto mapping = document::parse_yaml("{path: " + folder.path() + "/w.duckdb, memory_limit: 48MB}", "x");
  auto warehouse =
      warehouses::kDuckDb.open(document::read_settings(*warehouses::kDuckDb.spec, mapping, env), env);
  constexpr int kTables = 400;  // would hold 60 MB and more
  auto count = [&](const std::string& schema) {
    return warehouse->adapter()
        ->query("select * from duckdb_tables() where schema_name = '" + schema + "'", 1000)
        .rows();
  };
  SUBCASE("by loads") {
    auto destination = warehouse->destination();
    auto schema = std::make_shared<const batch::Schema>(
        std::vector<batch::Column>{{"id", {}}, {"name", {}}, {"note", {}}, {"place", {}}, {"kind", {}}});
    for (int i = 0; i < kTables; ++i) {
      auto load = destination->begin(
          {"c", "s", "raw", fmt::format("t{}", i), schema, {}, "", stream::WriteMode::append});
      batch::RecordBatch batch(schema);
      for (std::size_t column = 0; column < 5; ++column) batch.column(column).append_text("a value");
      load->write(std::move(batch));
      load->commit({});
    }
    CHECK(count("raw") == kTables);
  }
  SUBCASE("by models") {
    auto adapter = warehouse->adapter();
    for (int i = 0; i < kTables; ++i) {
      adapter->execute("begin");
      adapter->execute(fmt::format(
          "create table main.t{} as select range as id, 'name ' || range as name, 'note' as note, "
          "now() as at, uuid() as code, 'x' as kind, 1.5 as price, 2 as n, 3 as m from range(3)",
          i));
      adapter->execute("commit");
    }
    CHECK(count("main") == kTables);
  }
}

TEST_CASE("what is given up before the commit leaves nothing, and the next load goes on") {
  Env env(fixed_clock({}), 1);
  auto warehouse = opened(":memory:", env);
  auto destination = warehouse->destination();
  auto schema = std::make_shared<const batch::Schema>(std::vector<batch::Column>{{"id", {}}});
  stream::Target target{"c", "s", "raw", "t", schema, {"id"}, "", stream::WriteMode::append_dedup};
  for (bool commits : {false, true}) {
    REQUIRE(destination->begin_together("raw"));
    auto load = destination->begin(target);
    batch::RecordBatch batch(schema);
    batch.column(0).append_text("1");
    load->write(std::move(batch));
    load->commit({});
    load.reset();
    destination->write_state("c", "s", {"moved"});
    commits ? (void)destination->commit_together() : destination->abandon_together();
    CHECK(destination->read_state("c", "s").json == (commits ? "moved" : ""));
    CHECK(destination->columns(target).empty() == !commits);
  }
  CHECK(warehouse->adapter()->query("select id from raw.t", 10).rows() == 1);
}

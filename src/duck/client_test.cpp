#include "duck/client.h"

#include <doctest/doctest.h>

#include <atomic>
#include <barrier>
#include <string>
#include <thread>

#include "base/error.h"
#include "support/temporary_folder.h"

namespace leat::duck {

TEST_CASE("a file that is opened while its last user closes it is never open twice") {
  testing::TemporaryFolder folder;
  Settings settings;
  settings.path = folder.path() + "/warehouse.duckdb";
  settings.threads = "1";
  Connection(Database::open(settings)).run("create table t0 (i integer); create table t1 (i integer)");
  constexpr int kRounds = 25;
  std::atomic<std::int64_t> written = 0, failed = 0;
  std::barrier together(2);
  auto write = [&](const std::string& table) {
    for (int round = 0; round < kRounds; ++round) {
      // Both let go at once: the one that is first opens the file again while the other one closes it.
      try {
        Connection connection(Database::open(settings));
        connection.run("insert into " + table + " select range from range(20000)");
        connection.run("update " + table + " set i = i + 1");  // closing has to write it
        written += 20000;
        together.arrive_and_wait();
      } catch (const std::exception&) {
        ++failed;
        together.arrive_and_wait();
      }
    }
  };
  { std::jthread one(write, "t0"), other(write, "t1"); }
  CHECK(failed.load() == 0);
  Connection connection(Database::open(settings));
  Result counted = connection.run("select (select count(*) from t0) + (select count(*) from t1)");
  duckdb_data_chunk chunk = duckdb_fetch_chunk(counted.get());
  auto* rows = static_cast<std::int64_t*>(duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 0)));
  CHECK(rows[0] == written.load());
  duckdb_destroy_data_chunk(&chunk);
}

namespace {
std::shared_ptr<Database> in_memory() {
  Settings settings;
  settings.path = ":memory:";
  return Database::open(settings);
}
}  // namespace

TEST_CASE("statements run one after the other up to the one that fails; what holds none does nothing") {
  Connection connection(in_memory());
  CHECK(connection.execute("create table t (i integer); insert into t values (1), (2)") == 2);
  CHECK(connection.execute("create table u as select range from range(3000)") == 3000);
  for (const char* nothing : {"", ";", "-- nothing", "/* nothing */ ;"}) {
    CAPTURE(nothing);
    CHECK(connection.execute(nothing) == 0);
    CHECK(duckdb_column_count(&connection.run(nothing).get()) == 0);
  }
  CHECK_THROWS_AS(connection.run("insert into t values (3); insert into t values ('x'); drop table t"),
                  Error);
  CHECK_THROWS_AS(connection.run("insert into t values (4); insert inot t values (5)"), Error);
  CHECK(connection.execute("delete from t") == 3);
}

TEST_CASE("a statement is interrupted while DuckDB's threads work on it") {
  Connection connection(in_memory());
  std::jthread other([&](std::stop_token stop) {
    while (!stop.stop_requested()) connection.interrupt();
  });
  try {
    connection.run(
        "select count(*) from range(100000000) a, range(1000000) b where a.range % 7 = b.range % 11");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::warehouse_cancelled);
  }
}

}  // namespace leat::duck

#include "run/executor.h"

#include <doctest/doctest.h>

#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include "document/settings.h"
#include "support/temporary_folder.h"
#include "warehouses/warehouse.h"

using namespace leat;
using namespace leat::run;

namespace {

// A graph of named assets over a real DuckDB file; each notes when it runs.
struct Fixture {
  testing::TemporaryFolder folder;
  Env env{fixed_clock({}), 1};
  std::unique_ptr<warehouses::Warehouse> warehouse;
  std::vector<Asset> assets;
  ExecutorOptions options;
  std::mutex mutex;  // guards ran
  std::vector<std::string> ran;
  std::map<std::string, std::string> stream_versions, codes;

  Fixture() {
    const warehouses::WarehouseKind& kind = warehouses::find_warehouse_kind("duckdb", "test");
    auto settings = document::parse_yaml("{type: duckdb, path: " + folder.path() + "/w.duckdb}", "test");
    warehouse = kind.open(document::read_settings(*kind.spec, settings, env), env);
    options.threads = 3;
    options.run_id = "r";
  }
  // Looked up by several threads, so nothing is added here.
  static std::string known(const std::map<std::string, std::string>& of, const std::string& name) {
    auto found = of.find(name);
    return found == of.end() ? "" : found->second;
  }
  void note(const std::string& name) {
    std::lock_guard lock(mutex);
    ran.push_back(name);
  }
  std::int64_t versions_of(const std::string& asset) {
    return warehouse->adapter()
        ->query("select * from _leat.asset_versions where asset = '" + asset + "'")
        .rows();
  }
  Asset& add(const std::string& name, std::vector<std::string> upstream, std::string kind = "model") {
    Asset asset;
    asset.what.id = asset.what.name = name;
    asset.what.kind = kind;
    asset.what.upstream = std::move(upstream);
    asset.work = [this, name, kind](sql::Adapter&) {
      note(name);
      Outcome outcome;
      if (kind == "stream") outcome.version = known(stream_versions, name);
      return outcome;
    };
    if (kind != "stream")
      asset.fingerprint = [this, name](sql::Adapter&) { return name + known(codes, name); };
    assets.push_back(std::move(asset));
    return assets.back();
  }
  std::map<std::string, Status> run() {
    ran.clear();
    std::vector<Outcome> outcomes = execute(
        assets, std::vector<bool>(assets.size(), true), [this] { return warehouse->adapter(); }, env, options,
        [](const Asset&, const Outcome&) {});
    std::map<std::string, Status> by_name;
    for (std::size_t i = 0; i < assets.size(); ++i) by_name[assets[i].what.name] = outcomes[i].status;
    return by_name;
  }
  std::size_t place(const std::string& name) const {
    return static_cast<std::size_t>(std::find(ran.begin(), ran.end(), name) - ran.begin());
  }
};

Outcome failing(sql::Adapter&) {
  throw Error(ErrorCode::dbt_model_failed, "no such column", "models/a.sql");
}

}  // namespace

TEST_CASE("an asset runs after everything above it") {
  Fixture f;
  f.add("page", {"mart"}, "page");
  f.add("mart", {"a", "b"});
  f.add("b", {"stream"});
  f.add("a", {"stream"});
  f.add("stream", {}, "stream");
  auto status = f.run();
  REQUIRE(f.ran.size() == 5);
  CHECK(f.place("stream") == 0);
  CHECK(f.place("mart") == 3);
  CHECK(f.place("page") == 4);
  CHECK(status["page"] == Status::success);
}

TEST_CASE("what is below a failure is skipped, with its name, and the rest goes on") {
  Fixture f;
  f.add("bad", {}).work = failing;
  f.add("below", {"bad"});
  f.add("far_below", {"below"});
  f.add("beside", {});
  std::vector<Outcome> outcomes = execute(
      f.assets, {true, true, true, true}, [&] { return f.warehouse->adapter(); }, f.env, f.options,
      [](const Asset&, const Outcome&) {});
  CHECK(outcomes[0].error->code() == ErrorCode::dbt_model_failed);
  CHECK(outcomes[1].status == Status::skipped);
  CHECK(outcomes[2].message == "bad failed");
  CHECK(outcomes[3].status == Status::success);
}

TEST_CASE("what is unchanged is not run again; a change runs it and what is below it") {
  Fixture f;
  f.stream_versions["s"] = "load-1";
  f.add("s", {}, "stream");
  f.add("a", {"s"});
  f.add("b", {"a"});
  f.add("other", {});
  f.run();
  auto second = f.run();
  CHECK(f.ran == std::vector<std::string>{"s"});
  CHECK(second["b"] == Status::unchanged);
  f.stream_versions["s"] = "load-2";
  f.run();
  CHECK(f.ran == std::vector<std::string>{"s", "a", "b"});
  f.codes["b"] = "changed";
  f.run();
  CHECK(f.ran == std::vector<std::string>{"s", "b"});
  f.options.full_refresh = true;
  f.run();
  CHECK(f.ran.size() == 4);
}

TEST_CASE("an asset whose relation is gone is made again") {
  Fixture f;
  std::atomic<bool> there = true;
  f.add("a", {}).exists = [&](sql::Adapter&) { return there.load(); };
  f.run();
  f.run();
  CHECK(f.ran.empty());
  there = false;
  f.run();
  CHECK(f.ran.size() == 1);
}

TEST_CASE("an asset that failed runs again although nothing changed") {
  Fixture f;
  bool fail = true;
  f.add("a", {}).work = [&](sql::Adapter& adapter) { return fail ? failing(adapter) : Outcome{}; };
  f.run();
  fail = false;
  CHECK(f.run()["a"] == Status::success);
  CHECK(f.run()["a"] == Status::unchanged);
}

TEST_CASE("a test with a warning does not hold back what is below, and is looked at again") {
  Fixture f;
  f.add("model", {});
  f.add("test", {"model"}, "test").work = [](sql::Adapter&) {
    Outcome outcome;
    outcome.status = Status::warning;
    return outcome;
  };
  f.add("below", {"model", "test"});
  auto status = f.run();
  CHECK(status["below"] == Status::success);
  CHECK(f.run()["test"] == Status::warning);
}

TEST_CASE("streams of one source share a lane") {
  Fixture f;
  std::atomic<int> now = 0, most = 0;
  for (int i = 0; i < 8; ++i) {
    Asset& asset = f.add("s" + std::to_string(i), {}, "stream");
    asset.lane = "shop";
    asset.lane_width = 2;
    asset.work = [&](sql::Adapter& adapter) {
      most = std::max(most.load(), ++now);
      adapter.query("select sum(i) from range(200000) t(i)");
      --now;
      return Outcome{};
    };
  }
  f.options.threads = 6;
  f.run();
  CHECK(most.load() <= 2);
}

TEST_CASE("a stop cancels the statement at work and skips the rest") {
  Fixture f;
  f.options.threads = 1;
  f.add("long", {}).work = [&](sql::Adapter& adapter) {
    std::jthread stopper([&] { f.env.request_stop(); });
    // Hours of work, unless it is cancelled.
    adapter.query("select count(*) from range(1000000000) a(i), range(1000000) b(j) where i * j % 7 = 3");
    return Outcome{};
  };
  f.add("next", {"long"});
  f.add("beside", {});
  auto status = f.run();
  CHECK(status["long"] == Status::interrupted);
  CHECK(status["next"] == Status::skipped);
  CHECK(status["beside"] == Status::skipped);
}

TEST_CASE("a circle is refused with its names") {
  Fixture f;
  f.add("a", {"b"});
  f.add("b", {"a"});
  try {
    f.run();
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::dbt_cycle);
    CHECK(error.what_failed().find("a -> b -> a") != std::string::npos);
  }
}

TEST_CASE("a version that the work has recorded is not recorded again; one that failed is recorded nowhere") {
  Fixture f;
  bool fails = false;
  f.add("a", {}).recorded_work = [&](sql::Adapter& adapter, const sql::Record& record) {
    f.note("a");
    adapter.execute("begin");
    if (fails) {
      adapter.execute("rollback");
      return failing(adapter);
    }
    adapter.commit(record);
    Outcome outcome;
    outcome.recorded = true;
    return outcome;
  };
  f.run();
  CHECK(f.versions_of("a") == 1);
  CHECK(f.run()["a"] == Status::unchanged);
  f.codes["a"] = "changed";
  CHECK(f.run()["a"] == Status::success);
  CHECK(f.versions_of("a") == 1);
  f.codes["a"] = "changed again";
  fails = true;
  CHECK(f.run()["a"] == Status::error);
  f.codes["a"] = "changed";
  CHECK(f.run()["a"] == Status::unchanged);
}

TEST_CASE(
    "what may be made again gives up its old version with the old relation, and records the new one later") {
  Fixture f;
  std::vector<std::int64_t> held;  // rows of it once its work is committed
  Asset& asset = f.add("a", {});
  asset.is_repeatable = true;
  asset.recorded_work = [&](sql::Adapter& adapter, const sql::Record& record) {
    adapter.execute("begin");
    adapter.commit(record);
    held.push_back(f.versions_of("a"));
    Outcome outcome;
    outcome.recorded = true;
    return outcome;
  };
  f.run();
  CHECK(f.versions_of("a") == 1);
  CHECK(f.run()["a"] == Status::unchanged);
  f.codes["a"] = "changed";
  CHECK(f.run()["a"] == Status::success);
  CHECK(f.versions_of("a") == 1);
  CHECK(held == std::vector<std::int64_t>{0, 0});
}

TEST_CASE("versions of tests are recorded together; two rows of one asset are no version") {
  Fixture f;
  for (int i = 0; i < 250; ++i) f.add("test" + std::to_string(i), {}, "test");
  f.run();
  std::unique_ptr<sql::Adapter> adapter = f.warehouse->adapter();
  CHECK(adapter->query("select * from _leat.asset_versions").rows() == 250);
  adapter->execute(
      "insert into _leat.asset_versions select * from _leat.asset_versions where asset = 'test7'");
  CHECK(f.run()["test8"] == Status::unchanged);
  CHECK(f.ran == std::vector<std::string>{"test7"});
  CHECK(adapter->query("select * from _leat.asset_versions").rows() == 250);
}

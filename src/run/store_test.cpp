#include "run/store/store.h"

#include <doctest/doctest.h>

#include <filesystem>

#include "base/error.h"
#include "run/event_json.h"
#include "run/lock.h"
#include "run/store/sqlite.h"
#include "support/temporary_folder.h"

using namespace leat;
using namespace leat::run;
using leat::testing::TemporaryFolder;

TEST_CASE("runs and steps are kept, newest run first") {
  TemporaryFolder folder;
  {
    Store store(folder.path());
    store.begin_run({"r1", "run", "duckdb", "", "2026-01-01T00:00:00Z"});
    store.add_step("r1", {"model.a", "model", "success", "7 rows", "2026-01-01T00:00:01Z", 7, 12});
    store.add_step("r1", {"model.b", "model", "error", "no such column", "2026-01-01T00:00:02Z", -1, 3});
    store.finish_run("r1", "error", "2026-01-01T00:00:03Z");
  }
  Store store(folder.path());  // another process
  store.begin_run({"r2", "run", "duckdb", "", "2026-01-02T00:00:00Z"});
  store.add_step("r2", {"model.a", "model", "unchanged", "", "2026-01-02T00:00:01Z", -1, 0});
  store.add_step("r2", {"model.b", "model", "skipped", "", "2026-01-02T00:00:01Z", -1, 0});
  std::vector<RunRow> runs = store.runs(10);
  REQUIRE(runs.size() == 2);
  CHECK(runs[0].id == "r2");
  CHECK(runs[0].status == "running");
  CHECK(runs[1].failed == 1);
  CHECK(store.steps("r1").at(0).rows == 7);
  std::vector<AssetRow> assets = store.assets("duckdb");
  REQUIRE(assets.size() == 2);
  CHECK(assets[0].asset == "model.a");
  CHECK(assets[0].status == "unchanged");
  CHECK(assets[0].built_at == "2026-01-02T00:00:01Z");
  CHECK(assets[1].status == "error");  // the newest time it was not skipped
  CHECK(assets[1].built_at.empty());
  CHECK(store.assets("postgres").empty());
}

TEST_CASE("a run whose process died is marked by the next one") {
  TemporaryFolder folder;
  Store store(folder.path());
  store.begin_run({"r1", "run", "duckdb", "", "2026-01-01T00:00:00Z", "", 0, 0, 0, "1.2.3"});
  CHECK(store.runs(10).at(0).status == "running");
  CHECK_FALSE(store.is_running());
  store.begin_run({"r2", "run", "duckdb", "", "2026-01-02T00:00:00Z"});
  CHECK(store.runs(10).at(1).status == "interrupted");
  CHECK(store.runs(10).at(0).status == "running");
  // Runs of other assets may go on beside it.
  store.begin_run({"r3", "run", "duckdb", "", "2026-01-03T00:00:00Z"});
  CHECK(store.runs(10).at(1).status == "running");
  CHECK(store.is_running());
}

TEST_CASE(
    "a store of an earlier release is brought up, and what it was is kept beside it; a later one is "
    "refused") {
  TemporaryFolder folder;
  std::string path = folder.path() + "/.leat/leat.db";
  {
    // Without a version, as the first release left it.
    SqliteFile old(
        path, {"",
               "create table runs (id text primary key, command text, target text, status text, "
               "started_at text, finished_at text); create table steps (run_id text, asset text, kind "
               "text, status text, message text, rows_out integer, took_ms integer, finished_at text); "
               "create table events (run_id text, at text, level text, name text, fields text); create "
               "table latest (name text, key text, at text, level text, fields text, primary key (name, "
               "key)); insert into runs values ('r1', 'run', 'duckdb', 'success', '1', '2'); insert into "
               "steps values ('r1', 'model.a', 'model', 'success', '', 7, 1, "
               "'2026-01-01T00:00:00Z'), ('r1', 'model.a', 'model', 'error', 'no', -1, 1, "
               "'2026-01-02T00:00:00Z');",
               {}});
    old.execute("pragma user_version = 0");
  }
  {
    Store store(folder.path());
    AssetRow asset = store.assets("duckdb").at(0);
    CHECK(asset.status == "error");
    CHECK(asset.built_at == "2026-01-01T00:00:00Z");
    CHECK(store.runs(10).at(0).id == "r1");
  }
  // The way back: the copy is what the earlier release knows.
  CHECK(std::filesystem::exists(path + ".before-1"));
  Store again(folder.path());
  SqliteFile(path, {"", "", {"", ""}}).execute("pragma user_version = 99");
  try {
    Store later(folder.path());
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::run_store_newer);
  }
}

TEST_CASE("the history is bounded, with its steps and events") {
  TemporaryFolder folder;
  Store store(folder.path());
  for (int i = 0; i < Store::kRunsKept + 5; ++i) {
    std::string id = "r" + std::to_string(i);
    store.begin_run({id, "run", "duckdb", "", "2026-01-01T00:00:00Z"});
    store.add_step(id, {"model.a", "model", "success", "", "", 0, 0});
    store.add_event(id, {"2026-01-01T00:00:00Z", "info", "run_started", "{}"});
  }
  CHECK(store.runs(Store::kRunsKept * 2).size() == Store::kRunsKept);
  CHECK(store.steps("r0").empty());
  CHECK(store.events("r0").empty());
  CHECK(store.events("r9").size() == 1);
}

TEST_CASE("a store that is no database is refused and the file is left alone") {
  TemporaryFolder folder;
  folder.write(
      ".leat/leat.db",
      "this is a text of more than a hundred bytes, so that it can't be taken for an empty database at all.");
  try {
    Store store(folder.path());
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::run_store);
  }
}

TEST_CASE("a part of a project's work is done once at a time, and the holder is named") {
  TemporaryFolder folder;
  {
    ProjectLock lock(folder.path(), "serve.lock");
    try {
      ProjectLock second(folder.path(), "serve.lock");
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::run_busy);
      CHECK(error.what_failed().find("Process ") == 0);
    }
  }
  CHECK_NOTHROW(ProjectLock(folder.path(), "serve.lock"));
}

TEST_CASE("an event is one line of JSON, whatever its text holds") {
  Event event{"dbt_message",
              EventLevel::info,
              {{"message", std::string("a \"b\"\nc")}, {"rows", std::int64_t{7}}, {"ok", true}}};
  CHECK(
      event_json(event, Timestamp{}) ==
      R"({"at":"1970-01-01T00:00:00Z","level":"info","event":"dbt_message","message":"a \"b\"\nc","rows":7,"ok":true})");
  CHECK(fields_json({"x", EventLevel::info, {}}) == "{}");
}

TEST_CASE("an asset's newest state is kept with when it was built and when it last changed") {
  TemporaryFolder folder;
  Store store(folder.path());
  RunRow died{"r1", "run", "duckdb", "", "2026-01-01T00:00:00Z"};
  died.owner = "0 0 of another start";
  store.begin_run(died);
  store.begin_step("r1", {"model.a", "model", "2026-01-01T00:00:00Z"});
  REQUIRE(store.at_work("r1").size() == 1);
  CHECK(store.at_work("").at(0).asset == "model.a");
  CHECK(store.at_work("r2").empty());
  store.add_step("r1", {"model.a", "model", "success", "7 rows", "2026-01-01T00:00:01Z", 7, 12});
  CHECK(store.at_work("r1").empty());
  store.begin_run({"r2", "run", "duckdb", "", "2026-01-02T00:00:00Z"});
  store.add_step("r2", {"model.a", "model", "unchanged", "", "2026-01-02T00:00:01Z", -1, 1});
  store.begin_run({"r3", "run", "duckdb", "", "2026-01-03T00:00:00Z"});
  store.add_step("r3", {"model.a", "model", "error", "no such column", "2026-01-03T00:00:01Z", -1, 3});
  std::vector<AssetRow> assets = store.assets("duckdb");
  REQUIRE(assets.size() == 1);
  CHECK(assets[0].status == "error");
  CHECK(assets[0].run_id == "r3");
  CHECK(assets[0].built_at == "2026-01-02T00:00:01Z");
  CHECK(assets[0].changed_at == "2026-01-01T00:00:01Z");
  CHECK(store.assets("duckdb", "2026-01-04").empty());
  std::vector<AssetStep> history = store.history("duckdb", "model.a", 2);
  REQUIRE(history.size() == 2);
  CHECK(history[0].run_id == "r3");
  CHECK(history[1].status == "unchanged");
}

TEST_CASE("a step that was being done when its process died is no longer once the next run begins") {
  TemporaryFolder folder;
  Store store(folder.path());
  RunRow died{"r1", "run", "duckdb", "", "2026-01-01T00:00:00Z"};
  died.owner = "0 0 of another start";
  store.begin_run(died);
  store.begin_step("r1", {"model.a", "model", "2026-01-01T00:00:00Z"});
  store.begin_run({"r2", "run", "duckdb", "", "2026-01-02T00:00:00Z"});
  CHECK(store.at_work("").empty());
  CHECK(store.run_status("r1") == "interrupted");
  CHECK(store.run_status("r9").empty());
  CHECK(store.find_run("r2")->status == "running");
}

TEST_CASE("loads of streams are found among all events, newest first") {
  TemporaryFolder folder;
  Store store(folder.path());
  store.begin_run({"r1", "run", "duckdb", "", "2026-01-01T00:00:00Z"});
  for (const char* stream : {"a", "b"})
    store.add_event("r1", {"2026-01-01T00:00:00Z", "info", "stream_finished",
                           std::string("{\"stream\":\"") + stream + "\"}"});
  store.add_event("r1", {"2026-01-01T00:00:00Z", "info", "node_finished", "{}"});
  std::vector<EventRow> events = store.newest_events("stream_finished", 10);
  REQUIRE(events.size() == 2);
  CHECK(events[0].fields == "{\"stream\":\"b\"}");
}

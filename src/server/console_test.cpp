#include "server/console.h"

#include <doctest/doctest.h>

#include "base/time.h"
#include "run/store/store.h"
#include "server/api/own_api.h"
#include "support/temporary_folder.h"

namespace leat::server {
namespace {

using document::Value;

struct Fixture {
  testing::TemporaryFolder folder;
  Env env{fixed_clock(*parse_iso_timestamp("2026-01-05T10:00:00Z")), 1};
  std::unique_ptr<run::ProjectFile> project;
  std::unique_ptr<run::Queue> queue;
  UserRole role;  // of who calls
  std::unique_ptr<OwnApi> own;
  std::unique_ptr<Console> console;

  explicit Fixture(UserRole caller = UserRole::admin) : role(caller) {
    folder.write("leat.yml", R"(
name: shop
target: duckdb
targets: {duckdb: {type: duckdb, path: shop.duckdb}}
connections:
  crm: {source: {type: files, url: data}, schema: raw, streams: {people: {mode: overwrite, primary_key: [id]}}}
dbt: {project: .}
pages: {folder: pages, output: site}
)");
    folder.write("dbt_project.yml", "name: shop\nversion: '1'\nprofile: shop\n");
    folder.write("models/adults.sql", "select 1 as id");
    folder.write("models/more/children.sql", "select * from {{ ref('adults') }}");
    folder.write("pages/index.md", "# Hello\n");
    folder.write("site/index.html", "<h1>Hello</h1>");
    folder.write("secret.txt", "nobody's business");
    project = std::make_unique<run::ProjectFile>(run::load_project(folder.path(), env));
    queue = std::make_unique<run::Queue>(folder.path());
    Control control{*project, "duckdb", *queue,
                    env,      [] {},    [this](std::int64_t job) { return queue->cancel(job, env.now()); }};
    own = std::make_unique<OwnApi>(control);
    console = std::make_unique<Console>(
        *project, [this](const Call& call) { return own->answer(call); },
        [](const Call& call) { return call.caller.role != UserRole::none; });
  }
  std::optional<Reply> get(const std::string& path, const std::string& accept = "text/html") {
    Call call;
    call.caller.role = role;
    call.method = "GET";
    call.path = path;
    call.accept = accept;
    return console->answer(call);
  }
  Value api(const std::string& method, const std::string& path, const std::string& body = "",
            std::multimap<std::string, std::string> query = {}, int status = 200) {
    Call call;
    call.caller.role = role;
    call.method = method;
    call.path = "/api/leat/v1" + path;
    call.body = body;
    call.query = std::move(query);
    std::optional<Reply> reply = own->answer(call);
    REQUIRE(reply);
    CHECK_MESSAGE(reply->status == status, path, " ", reply->body);
    return document::parse_json(reply->body, path);
  }
};

}  // namespace

TEST_CASE("a browser gets the console at every path, and a program what the page shows") {
  Fixture f;
  for (const char* path : {"/", "/runs/1", "/no/such/page"}) {
    std::optional<Reply> reply = f.get(path);
    REQUIRE(reply);
    CHECK(reply->body.find("/console/console.js?v=") != std::string::npos);
    CHECK(reply->headers.at("Content-Security-Policy").find("script-src 'self'") != std::string::npos);
  }
  CHECK(document::parse_json(f.get("/runs", "application/json")->body, "")["runs"].is_list());
  CHECK_FALSE(f.get("/runs", "*/*"));
  CHECK_FALSE(f.get("/api/public/v1/health"));
}

TEST_CASE("the console's files are kept by browsers under the version that the page names") {
  Fixture f;
  std::string page = f.get("/")->body;
  std::size_t at = page.find("?v=") + 3;
  Call call;
  call.method = "GET";
  call.path = "/console/console.js";
  CHECK(f.console->answer(call)->headers.at("Cache-Control") == "no-cache");
  call.query.emplace("v", page.substr(at, page.find('"', at) - at));
  CHECK(f.console->answer(call)->headers.at("Cache-Control").find("immutable") != std::string::npos);
  call.path = "/console/other.js";
  CHECK(f.console->answer(call)->status == 404);
}

TEST_CASE("pages are shown in a sandbox, and nothing beside them is") {
  Fixture f;
  std::optional<Reply> reply = f.get("/reports/site/index.html");
  CHECK(reply->body == "<h1>Hello</h1>");
  CHECK(reply->headers.at("Content-Security-Policy").starts_with("sandbox allow-scripts"));
  for (const char* path :
       {"/reports/site/../secret.txt", "/reports/site/no.html", "/reports/site//etc/passwd",
        "/reports/docs/manifest.json", "/reports/docs/../leat.yml"})
    CHECK_MESSAGE(f.get(path)->status == 404, path);
}

TEST_CASE("pages need credentials where the API does; the console's own files do not") {
  Fixture f(UserRole::none);
  f.folder.write("site/_leat/page.js", "1");
  CHECK(f.get("/reports/site/index.html")->status == 401);
  CHECK(f.get("/reports/site/_leat/page.js")->status == 200);
  CHECK(f.get("/reports/site/_leat/../index.html")->status == 401);
  CHECK(f.get("/")->status == 200);
  CHECK(f.get("/runs", "application/json")->status == 401);
}

TEST_CASE("the graph tells what follows what and how it stands, and chooses by dbt's language") {
  Fixture f;
  {
    run::Store store(f.folder.path());
    store.begin_run({"r1", "run", "duckdb", "", "2026-01-05T09:00:00Z"});
    store.add_step("r1", {"model.shop.adults", "model", "success", "1 rows", "2026-01-05T09:00:01Z", 1, 12});
    store.finish_run("r1", "success", "2026-01-05T09:00:02Z");
  }
  Value assets = f.api("GET", "/graph")["assets"];
  REQUIRE(assets.items().size() == 4);
  auto named = [&](const Value& all, const std::string& id) {
    for (const Value& each : all.items()) {
      if (each["id"].raw() == id) return each;
    }
    return Value();
  };
  CHECK(named(assets, "model.shop.adults")["status"].raw() == "success");
  CHECK(named(assets, "model.shop.adults")["run"].raw() == "r1");
  CHECK(named(assets, "model.shop.children")["group"].raw() == "more");
  std::int64_t above = named(assets, "model.shop.children")["upstream"].items().at(0).integer();
  CHECK(assets.items()[static_cast<std::size_t>(above)]["id"].raw() == "model.shop.adults");
  CHECK(f.api("GET", "/graph", "", {{"select", "adults+ stream:people"}})["assets"].items().size() == 3);
  CHECK(f.api("GET", "/graph", "", {{"select", "no:such"}}, 400)["title"].raw() == "bad-request");
  Value asset = f.api("GET", "/assets/model.shop.adults");
  CHECK(asset["code"].raw() == "select 1 as id");
  CHECK(asset["downstream"].items().at(0)["id"].raw() == "model.shop.children");
  CHECK(asset["history"].items().at(0)["took_ms"].integer() == 12);
  f.api("GET", "/assets/model.shop.nobody", "", {}, 404);
}

TEST_CASE("a run is told with its steps, done and being done, whoever began it") {
  Fixture f;
  run::Store store(f.folder.path());
  store.begin_run({"r1", "run", "duckdb", "", "2026-01-05T09:00:00Z"});
  store.add_step("r1", {"model.shop.adults", "model", "success", "", "2026-01-05T09:00:01Z", 1, 400});
  store.begin_step("r1", {"model.shop.children", "model", "2026-01-05T09:00:01Z"});
  store.add_event("r1",
                  {"2026-01-05T09:00:01Z", "info", "node_finished", "{\"asset\":\"model.shop.adults\"}"});
  Value run = f.api("GET", "/runs/r1");
  REQUIRE(run["steps"].items().size() == 2);
  CHECK(run["steps"].items()[0]["started_at"].raw().starts_with("2026-01-05T09:00:00.6"));
  CHECK(run["steps"].items()[1]["status"].raw() == "running");
  CHECK(run["job"].is_null());
  Value events = f.api("GET", "/runs/r1/log")["events"];
  REQUIRE(events.items().size() == 1);
  std::string row = std::to_string(events.items()[0]["row"].integer());
  CHECK(f.api("GET", "/runs/r1/log", "", {{"after", row}})["events"].items().empty());
  f.api("GET", "/runs/r9", "", {}, 404);
}

TEST_CASE("a job that failed is run again from its failure, with what is done left out") {
  Fixture f;
  std::int64_t id =
      f.api("POST", "/jobs", R"({"select":["adults+"],"kinds":["model"],"name":"mine"})", {}, 201)["id"]
          .integer();
  f.queue->claim("me", {}, f.env.now());
  f.queue->set_run(id, "r1");
  f.queue->add_step(id, {"model.shop.adults", "model", "success", "", 1, 1, 1, f.env.now()});
  f.queue->add_step(id, {"model.shop.children", "model", "error", "no", 0, 1, 1, f.env.now()});
  f.queue->finish(id, run::JobStatus::failed, "no", f.env.now());
  Value again = f.api("POST", "/jobs/" + std::to_string(id) + "/rerun", R"({"from_failure":true})", {}, 201);
  CHECK(again["name"].raw() == "mine");
  CHECK(again["what"]["done"].items().at(0).raw() == "model.shop.adults");
  CHECK(again["what"]["done"].items().size() == 1);
  CHECK(again["what"]["kinds"].items().at(0).raw() == "model");
  CHECK(f.queue->jobs_of_runs({"r1", "r2"}).at("r1").id == id);
}

TEST_CASE("the SQL pad reads, within bounds, and refuses everything else") {
  Fixture f;
  Value answer =
      f.api("POST", "/sql", R"({"sql":"select range as n, null as nothing from range(10);","limit":3})");
  CHECK(answer["rows"].items().size() == 3);
  CHECK(answer["more"].boolean());
  CHECK(answer["rows"].items()[1].items().at(0).raw() == "1");
  CHECK(answer["rows"].items()[1].items().at(1).is_null());
  CHECK(answer["columns"].items().at(0)["number"].boolean());
  for (const char* sql :
       {"create table t(a int)", "select 1; drop table x", "select * from read_csv('leat.yml')",
        "select * from 'leat.yml'", "copy (select 1) to 'x.csv'", "select", "  ;; "})
    f.api("POST", "/sql", "{\"sql\":" + document::json_quote(sql) + "}", {}, 400);
  CHECK(
      f.api("POST", "/sql", R"({"sql":"select 1","explain":true})")["columns"].items().at(0)["name"].raw() ==
      "QUERY PLAN");
  CHECK(f.api("GET", "/sql/tables")["tables"].is_list());
}

TEST_CASE("connections are told with their streams' loads, and rejected records by their reasons") {
  Fixture f;
  {
    run::Store store(f.folder.path());
    store.begin_run({"r1", "run", "duckdb", "", "2026-01-05T09:00:00Z"});
    store.add_event(
        "r1", {"2026-01-05T09:00:01Z", "info", "stream_finished",
               R"({"connection":"crm","stream":"people","status":"success","rows_read":42,"bytes":4200})"});
    store.add_event(
        "r1",
        {"2026-01-05T09:00:01Z", "info", "schema_changed",
         R"({"connection":"crm","stream":"people","change":"added","column":"age","detail":"BIGINT"})"});
  }
  Value connection = f.api("GET", "/connections")["connections"].items().at(0);
  CHECK(connection["streams"].items().at(0)["loads"].items().at(0)["rows_read"].integer() == 42);
  CHECK(connection["streams"].items().at(0)["primary_key"].items().at(0).raw() == "id");
  CHECK(connection["schema_changes"].items().at(0)["column"].raw() == "age");
  CHECK(f.api("GET", "/connections/crm")["facts"].is_list());
  f.api("GET", "/connections/nobody", "", {}, 404);
  CHECK(f.api("GET", "/dead-letters")["total"].integer() == 0);
}

}  // namespace leat::server

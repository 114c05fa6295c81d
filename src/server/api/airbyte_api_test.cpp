#include "server/api/airbyte_api.h"

#include <doctest/doctest.h>

#include "base/time.h"
#include "server/access/gatekeeper.h"
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
  std::unique_ptr<ClientAccess> access;
  std::unique_ptr<run::Accounts> accounts;
  std::unique_ptr<Gatekeeper> gatekeeper;
  std::unique_ptr<AirbyteApi> airbyte;
  std::unique_ptr<OwnApi> own;
  std::string connection_id;

  explicit Fixture(const std::string& id = "", const std::string& secret = "") {
    folder.write("leat.yml", R"(
name: shop
target: duckdb
targets: {duckdb: {type: duckdb, path: shop.duckdb}}
connections:
  orders: {source: {type: files, path: a}, streams: {orders: {mode: append_dedup, primary_key: [id]}, lines: {}}}
  people: {source: {type: files, path: b}, streams: {people: {}}}
schedules:
  nightly: {cron: "0 3 * * *", timezone: Europe/Berlin}
)");
    project = std::make_unique<run::ProjectFile>(run::load_project(folder.path(), env));
    queue = std::make_unique<run::Queue>(folder.path());
    access = std::make_unique<ClientAccess>(id, secret, env);
    accounts = std::make_unique<run::Accounts>(folder.path());
    gatekeeper = std::make_unique<Gatekeeper>(AccessSettings(), true, *accounts, *access, env);
    Control control{*project, "duckdb", *queue,
                    env,      [] {},    [this](std::int64_t job) { return queue->cancel(job, env.now()); }};
    airbyte = std::make_unique<AirbyteApi>(control, *access);
    own = std::make_unique<OwnApi>(control);
    connection_id = AirbyteObjects(*project, "duckdb").id("connection", "orders");
  }

  // "GET /v1/jobs?limit=2", with a body or a header where there is one.
  Reply call(const std::string& line, const std::string& body = "", const std::string& authorization = "") {
    Call call;
    std::size_t blank = line.find(' '), mark = line.find('?');
    call.method = line.substr(0, blank);
    call.path = line.substr(blank + 1, mark == std::string::npos ? mark : mark - blank - 1);
    for (std::size_t at = mark; at != std::string::npos;) {
      std::size_t end = line.find('&', at + 1), equals = line.find('=', at);
      call.query.emplace(line.substr(at + 1, equals - at - 1), line.substr(equals + 1, end - equals - 1));
      at = end;
    }
    call.body = body;
    call.content_type = "application/json";
    call.authorization = authorization;
    call.base_url = "http://localhost:8000";
    call.address = "127.0.0.1";
    call.headers["host"] = "localhost:8000";
    if (std::optional<Reply> refused = gatekeeper->refuse(call)) return *refused;
    if (std::optional<Reply> reply = airbyte->answer(call)) return *reply;
    if (std::optional<Reply> reply = own->answer(call)) return *reply;
    return problem_reply(404, "nobody's", "");
  }
  Value json(const std::string& line, const std::string& body = "") {
    Reply reply = call(line, body);
    CHECK_MESSAGE(reply.status < 300, line, " ", reply.body);
    return document::parse_json(reply.body, line);
  }
  std::int64_t trigger() {
    return json("POST /api/public/v1/jobs",
                R"({"jobType":"sync","connectionId":")" + connection_id + "\"}")["jobId"]
        .integer();
  }
  std::string status(std::int64_t id) {
    return json("GET /api/public/v1/jobs/" + std::to_string(id))["status"].raw();
  }
};

}  // namespace

TEST_CASE(
    "a sync is triggered, polled and found to have succeeded, with the words that Airflow's client knows") {
  Fixture f;
  CHECK(f.call("GET /api/public/v1/health").status == 200);
  std::int64_t id = f.trigger();
  CHECK(f.status(id) == "pending");
  std::optional<run::Job> job = f.queue->claim("me", {}, f.env.now());
  REQUIRE(job);
  CHECK(job->spec == R"({"select":["fqn:orders.*"],"kinds":["stream"]})");
  CHECK(f.status(id) == "running");
  f.env.wait(std::chrono::seconds(75));
  f.queue->retry(id, "no network", f.env.now() + std::chrono::seconds(10), f.env.now());
  CHECK(f.status(id) == "incomplete");
  f.env.wait(std::chrono::seconds(10));
  f.queue->claim("me", {}, f.env.now());
  f.queue->add_progress(id, 42, 4200, f.env.now());
  f.queue->finish(id, run::JobStatus::succeeded, "", f.env.now());
  Value done = f.json("GET /v1/jobs/" + std::to_string(id));
  CHECK(done["status"].raw() == "succeeded");
  CHECK(done["jobType"].raw() == "sync");
  CHECK(done["connectionId"].raw() == f.connection_id);
  CHECK(done["startTime"].raw() == "2026-01-05T10:00:00Z");
  CHECK(done["duration"].raw() == "PT1M25S");
  CHECK(done["rowsSynced"].integer() == 42);
}

TEST_CASE("a connection that is busy is not triggered again, and a job can be cancelled") {
  Fixture f;
  std::int64_t id = f.trigger();
  std::string body = R"({"jobType":"reset","connectionId":")" + f.connection_id + "\"}";
  CHECK(f.call("POST /v1/jobs", body).status == 409);
  CHECK(f.json("DELETE /v1/jobs/" + std::to_string(id))["status"].raw() == "cancelled");
  CHECK(f.status(id) == "cancelled");
  CHECK(f.call("POST /v1/jobs", body).status == 200);
}

TEST_CASE("calls that are wrong are told so") {
  Fixture f;
  CHECK(f.call("POST /v1/jobs", R"({"jobType":"sync","connectionId":"none"})").status == 404);
  CHECK(f.call("POST /v1/jobs", R"({"jobType":"dance","connectionId":"orders"})").status == 400);
  CHECK(f.call("POST /v1/jobs", "{").status == 400);
  CHECK(f.call("GET /v1/jobs/999999999999999999999").status == 404);
  CHECK(f.call("GET /v1/jobs/-1").status == 404);
  CHECK(f.call("GET /v1/jobs?status=odd").status == 400);
  CHECK(f.call("POST /v1/connections", "{}").status == 405);
  CHECK(f.call("GET /v1/nothing").status == 404);
  CHECK(f.call("GET /v1x/jobs").status == 404);
}

TEST_CASE("lists come a page at a time, and the next one's address is told") {
  Fixture f;
  for (int i = 0; i < 3; ++i) f.queue->finish(f.trigger(), run::JobStatus::failed, "no", f.env.now());
  Value first = f.json("GET /v1/jobs?limit=2&connectionId=" + f.connection_id);
  CHECK(first["data"].items().size() == 2);
  CHECK(first["data"].items()[0]["jobId"].integer() == 3);
  CHECK(first["next"].raw() ==
        "http://localhost:8000/v1/jobs?connectionId=" + f.connection_id + "&limit=2&offset=2");
  Value second = f.json("GET /v1/jobs?limit=2&offset=2&status=failed");
  CHECK(second["data"].items().size() == 1);
  CHECK(second["next"].raw().empty());
  CHECK(f.json("GET /v1/jobs?status=succeeded")["data"].items().empty());
  CHECK(f.json("GET /v1/connections?limit=1")["data"].items().size() == 1);
  CHECK(f.json("GET /v1/connections?limit=100")["data"].items().size() == 2);
}

TEST_CASE("what Dagster asks of a workspace and its connections is there, under identifiers that stay") {
  Fixture f, again;
  CHECK(f.connection_id == again.connection_id);
  CHECK(f.connection_id.size() == 36);
  std::string workspace = f.json("GET /v1/workspaces")["data"].items().at(0)["workspaceId"].raw();
  CHECK(f.json("GET /v1/workspaces/" + workspace)["name"].raw() == "shop");
  Value connection = f.json("GET /v1/connections/" + f.connection_id);
  CHECK(connection["status"].raw() == "active");
  CHECK(f.json("GET /v1/sources/" + connection["sourceId"].raw())["sourceType"].raw() == "files");
  CHECK(f.json("GET /v1/destinations/" + connection["destinationId"].raw())["destinationType"].raw() ==
        "duckdb");
  CHECK(document::parse_json(f.call("GET /v1/streams?sourceId=" + connection["sourceId"].raw()).body, "")
            .items()
            .size() == 2);
  Value configured = f.json("POST /api/v1/connections/get", R"({"connectionId":")" + f.connection_id + "\"}");
  const Value& stream = configured["syncCatalog"]["streams"].items().at(0);
  CHECK(stream["stream"]["name"].raw() == "orders");
  CHECK(stream["config"]["selected"].boolean());
  CHECK(stream["config"]["destinationSyncMode"].raw() == "append_dedup");
}

TEST_CASE("the Config API triggers, tells and cancels as Dagster's older client does") {
  Fixture f;
  CHECK(f.json("GET /api/v1/health")["available"].boolean());
  Value job =
      f.json("POST /api/v1/connections/sync", R"({"connectionId":")" + f.connection_id + "\"}")["job"];
  std::string id = R"({"id":)" + job["id"].raw() + "}";
  CHECK(job["status"].raw() == "pending");
  f.queue->claim("me", {}, f.env.now());
  Value told = f.json("POST /api/v1/jobs/get", id);
  CHECK(told["job"]["status"].raw() == "running");
  CHECK(told["attempts"].items().at(0)["logs"]["logLines"].is_list());
  CHECK(f.json("POST /api/v1/jobs/list",
               R"({"configTypes":["sync"],"configId":")" + f.connection_id + "\"}")["totalJobCount"]
            .integer() == 1);
  CHECK(f.json("POST /api/v1/jobs/cancel", id)["job"]["status"].raw() == "cancelled");
  CHECK(f.call("GET /api/v1/jobs/get").status == 405);
  CHECK(f.call("POST /api/v1/nothing", "{}").status == 404);
}

TEST_CASE("with credentials, nobody else is answered") {
  Fixture f("leat", "s3cret");
  CHECK(f.call("GET /v1/jobs").status == 401);
  CHECK(f.call("GET /metrics").status == 401);
  CHECK(f.call("GET /api/leat/v1/jobs").status == 401);
  CHECK(f.call("GET /health").status == 200);
  CHECK(f.call("GET /v1/jobs", "", "Basic bGVhdDpzM2NyZXQ=").status == 200);  // leat:s3cret
  CHECK(f.call("GET /v1/jobs", "", "Basic bGVhdDpzM2NyZXQx").status == 401);  // leat:s3cret1
  CHECK(f.call("GET /v1/jobs", "", "Basic ").status == 401);
  CHECK(f.call("GET /v1/jobs", "", "Bearer nothing").status == 401);
  CHECK(f.call("POST /v1/applications/token", R"({"client_id":"leat","client_secret":"no"})").status == 401);
  Value token = f.json("POST /v1/applications/token", R"({"client_id":"leat","client_secret":"s3cret"})");
  CHECK(token["token_type"].raw() == "Bearer");
  std::string header = "Bearer " + token["access_token"].raw();
  CHECK(f.call("GET /v1/jobs", "", header).status == 200);
  f.env.wait(ClientAccess::kTokenLife);
  CHECK(f.call("GET /v1/jobs", "", header).status == 401);  // it has ended
}

TEST_CASE("Leat's own calls: jobs, schedules, ticks, assets, metrics, and a document that names them all") {
  Fixture f;
  Value job = f.json("POST /api/leat/v1/jobs", R"({"select":["tag:daily+"],"priority":3})");
  CHECK(job["what"]["select"].items().at(0).raw() == "tag:daily+");
  std::string path = "/api/leat/v1/jobs/" + job["id"].raw();
  CHECK(f.json("GET " + path)["steps"].is_list());
  CHECK(f.json("GET /api/leat/v1/jobs?status=queued")["total"].integer() == 1);
  CHECK(f.json("GET " + path + "/log")["events"].is_list());
  CHECK(f.json("POST " + path + "/cancel")["status"].raw() == "cancelled");
  CHECK(f.json("GET /api/leat/v1/schedules")["schedules"].items().at(0)["next"].items().at(0).raw() ==
        "2026-01-06T02:00:00Z");
  CHECK(f.json("POST /api/leat/v1/schedules/nightly/run")["name"].raw() == "nightly");
  CHECK(f.call("POST /api/leat/v1/schedules/none/run").status == 404);
  CHECK(f.json("GET /api/leat/v1/ticks")["ticks"].is_list());
  CHECK(f.json("GET /api/leat/v1/assets")["assets"].is_list());
  CHECK(f.call("POST /api/leat/v1/jobs", R"({"from":"yesterday"})").status == 400);
  Reply metrics = f.call("GET /metrics");
  CHECK(metrics.body.find("leat_jobs{status=\"queued\"} 1\n") != std::string::npos);
  CHECK(metrics.body.ends_with("# EOF\n"));
  Value document = f.json("GET /api/leat/v1/openapi.json");
  CHECK(document["paths"].find("/api/leat/v1/jobs/{id}/events"));
}

TEST_CASE("a job's events are followed to its end") {
  Fixture f;
  std::int64_t id = f.queue->add({}, f.env.now());
  run::Store store(f.folder.path());
  store.add_event("run-1", {"2026-01-05T10:00:00Z", "info", "run_started", "{\"run\":\"run-1\"}"});
  f.queue->claim("me", {}, f.env.now());
  f.queue->set_run(id, "run-1");
  Reply reply = f.call("GET /api/leat/v1/jobs/" + std::to_string(id) + "/events");
  REQUIRE(reply.more);
  CHECK(reply.content_type == "text/event-stream");
  std::string piece;
  CHECK(reply.more(piece));
  CHECK(piece.find("event: run_started\ndata: {") != std::string::npos);
  f.queue->finish(id, run::JobStatus::succeeded, "", f.env.now());
  piece.clear();
  CHECK(reply.more(piece));
  CHECK(piece == "event: end\ndata: {\"status\":\"succeeded\"}\n\n");
  CHECK_FALSE(reply.more(piece));
}

}  // namespace leat::server

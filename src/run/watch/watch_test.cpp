#include "run/watch/watch.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/error.h"
#include "base/time.h"
#include "document/value.h"
#include "files/signature.h"
#include "run/jobs/launcher.h"
#include "support/http_server.h"
#include "support/temporary_folder.h"

namespace leat::run {
namespace {

using alerts::Kind;
using leat::testing::ScriptedReply;
using leat::testing::ScriptedRequest;
using leat::testing::ScriptedServer;

struct Heard : EventListener {
  std::vector<std::string> names;
  void on_event(const Event& event) override { names.emplace_back(event.name); }
  int count(const std::string& name) const {
    return static_cast<int>(std::count(names.begin(), names.end(), name));
  }
};

struct Fixture {
  testing::TemporaryFolder folder;
  Env env{fixed_clock(*parse_iso_timestamp("2026-01-05T10:00:00Z")), 1};
  Queue queue{folder.path()};
  Heard heard;
  Fixture() { env.listen(heard); }
  Sensor sensor(const std::string& yaml) {
    return read_sensors(document::parse_yaml("s: " + yaml, "leat.yml"), env).at(0);
  }
  Look look_from(const Sensor& sensor, const std::string& position) {
    return look(
        sensor, position, folder.path(), [](const std::string&) { return ""; }, env);
  }
  AlertSettings routes(const std::string& yaml) {
    return read_alert_settings(document::parse_yaml("routes: " + yaml, "leat.yml"), env);
  }
};

alerts::Alert failure(const std::string& subject = "nightly") {
  alerts::Alert alert;
  alert.subject = subject;
  alert.title = subject + " failed";
  alert.code = "LEAT-HTTP-401";
  return alert;
}

}  // namespace

TEST_CASE("a sensor of files fires for new and changed ones, and not for what is there when it begins") {
  Fixture f;
  Sensor sensor = f.sensor("{type: files, url: 'data/*.csv'}");
  f.folder.write("data/a.csv", "1");
  Look first = f.look_from(sensor, "");
  CHECK_FALSE(first.reason);
  CHECK_FALSE(f.look_from(sensor, first.position).reason);
  f.folder.write("data/b.csv", "2");
  f.folder.write("data/b.txt", "2");
  Look second = f.look_from(sensor, first.position);
  REQUIRE(second.reason);
  CHECK(*second.reason == "new: b.csv");
  f.folder.write("data/a.csv", "one");
  CHECK(f.look_from(sensor, second.position).reason == "new: a.csv");
  CHECK_FALSE(f.look_from(sensor, f.look_from(sensor, second.position).position).reason);
}

TEST_CASE("a sensor of an address fires when its entity tag, or the member that it watches, changes") {
  Fixture f;
  std::string etag = "\"1\"", version = "7";
  ScriptedServer server([&](const ScriptedRequest& request) {
    if (request.path == "/gone") return ScriptedReply{503, ""};
    return ScriptedReply{200, "{\"data\":{\"version\":" + version + "}}", {{"ETag", etag}}};
  });
  Sensor whole = f.sensor("{type: http, url: '" + server.url() + "/x'}");
  Sensor member = f.sensor("{type: http, url: '" + server.url() + "/x', member: data.version}");
  Look first = f.look_from(whole, ""), second = f.look_from(member, "");
  etag = "\"2\"";
  CHECK(f.look_from(whole, first.position).reason);
  CHECK_FALSE(f.look_from(member, second.position).reason);
  version = "8";
  CHECK(f.look_from(member, second.position).reason == "changed to 8");
  CHECK_THROWS_AS(f.look_from(f.sensor("{type: http, url: '" + server.url() + "/gone'}"), ""), Error);
}

TEST_CASE("a sensor of a table fires when its largest value has changed") {
  Fixture f;
  Sensor sensor = f.sensor("{type: freshness, table: raw.orders, column: loaded_at}");
  std::string value = "2026-01-05", asked;
  Ask ask = [&](const std::string& sql) { return asked = sql, value; };
  Look first = look(sensor, "", f.folder.path(), ask, f.env);
  CHECK(asked == "select cast(max(loaded_at) as varchar) from raw.orders");
  CHECK_FALSE(first.reason);
  CHECK_FALSE(look(sensor, first.position, f.folder.path(), ask, f.env).reason);
  value = "2026-01-06";
  CHECK(look(sensor, first.position, f.folder.path(), ask, f.env).reason == "now 2026-01-06");
}

TEST_CASE("a webhook takes its secret as a signature of the body or as a token, and nothing else") {
  Fixture f;
  Sensor sensor = f.sensor("{type: webhook, secret: s3cret}");
  std::string signature = "sha256=";
  for (char c : files::hmac_sha256("s3cret", "{}")) {
    char two[3];
    std::snprintf(two, sizeof two, "%02x", static_cast<unsigned char>(c));
    signature += two;
  }
  CHECK(shows_secret(sensor, signature, "", "{}"));
  CHECK_FALSE(shows_secret(sensor, signature, "", "{ }"));
  CHECK(shows_secret(sensor, "", "Bearer s3cret", "{}"));
  CHECK_FALSE(shows_secret(sensor, "", "Bearer other", "{}"));
  CHECK_FALSE(shows_secret(sensor, "", "", "{}"));
  // A wrong signature is not made good by a token.
  CHECK_FALSE(shows_secret(sensor, "sha256=00", "Bearer s3cret", "{}"));
}

TEST_CASE("what a sensor has seen and its job are kept together, and a job that waits does for both") {
  Fixture f;
  Sensor sensor = f.sensor("{type: webhook, secret: s, select: 'orders+'}");
  SensorRow row = f.queue.sensor("s");
  row.position = "p1";
  std::int64_t first = f.queue.note_look(row, sensor.job(), f.env.now(), f.env);
  CHECK(f.queue.note_look(row, sensor.job(), f.env.now(), f.env) == first);
  f.queue.claim("me", {}, f.env.now());
  CHECK(f.queue.note_look(row, sensor.job(), f.env.now(), f.env) != first);
  CHECK(f.queue.sensor("s").position == "p1");
  CHECK(f.queue.find(first)->kind == "sensor");
}

TEST_CASE("an alert is told once, grouped with others; its end is told to those who heard of it") {
  Fixture f;
  ScriptedServer server([](const ScriptedRequest&) { return ScriptedReply{200, "ok"}; });
  AlertDesk desk(f.folder.path(), "shop",
                 f.routes("{ops: {type: webhook, url: '" + server.url() + "', group: 30s}}"), f.env);
  desk.raise(failure("nightly"));
  desk.raise(failure("hourly"));
  desk.raise(failure("nightly"));
  desk.deliver();
  CHECK(server.request_count() == 0);
  f.env.wait(std::chrono::seconds(31));
  desk.deliver();
  desk.deliver();
  REQUIRE(server.request_count() == 1);
  document::Value body = document::parse_json(server.requests()[0].body, "body");
  CHECK(body["alerts"].items().size() == 2);
  CHECK(body["alerts"].items()[0]["count"].integer() == 2);
  desk.recover(Kind::failure, "nightly");
  desk.recover(Kind::failure, "never was");
  f.env.wait(std::chrono::seconds(31));
  desk.deliver();
  REQUIRE(server.request_count() == 2);
  body = document::parse_json(server.requests()[1].body, "body");
  CHECK(body["alerts"].items().size() == 1);
  CHECK(body["alerts"].items()[0]["status"].raw() == "recovered");
  // It may happen again.
  desk.raise(failure("nightly"));
  CHECK(f.heard.count("alert_opened") == 3);
}

TEST_CASE("what is over before its turn comes is not told") {
  Fixture f;
  ScriptedServer server([](const ScriptedRequest&) { return ScriptedReply{200, "ok"}; });
  AlertDesk desk(f.folder.path(), "shop", f.routes("{ops: {type: webhook, url: '" + server.url() + "'}}"),
                 f.env);
  desk.raise(failure());
  desk.recover(Kind::failure, "nightly");
  f.env.wait(std::chrono::minutes(5));
  desk.deliver();
  CHECK(server.request_count() == 0);
}

TEST_CASE("a silence keeps quiet what it covers, for as long as it lasts") {
  Fixture f;
  ScriptedServer server([](const ScriptedRequest&) { return ScriptedReply{200, "ok"}; });
  AlertDesk desk(f.folder.path(), "shop",
                 f.routes("{ops: {type: webhook, url: '" + server.url() + "', group: 0s}}"), f.env);
  Silence silence;
  silence.kind = "failure";
  silence.subject = "night*";
  silence.created = f.env.now();
  silence.until = f.env.now() + std::chrono::hours(1);
  desk.book().add_silence(silence);
  desk.raise(failure("nightly"));
  desk.raise(failure("hourly"));
  desk.deliver();
  REQUIRE(server.request_count() == 1);
  CHECK(server.requests()[0].body.find("nightly") == std::string::npos);
  CHECK(desk.silenced_by(*desk.book().find_open(Kind::failure, "nightly")) == 1);
  desk.recover(Kind::failure, "nightly");
  desk.deliver();
  CHECK(server.request_count() == 1);  // nobody heard of its beginning
  f.env.wait(std::chrono::hours(2));
  desk.raise(failure("nightly"));
  desk.deliver();
  CHECK(server.request_count() == 2);
}

TEST_CASE("a route that refuses is tried again after a wait that grows, also by the next server") {
  Fixture f;
  int refused = 2;
  ScriptedServer server([&](const ScriptedRequest&) { return ScriptedReply{refused-- > 0 ? 503 : 200, ""}; });
  AlertSettings settings = f.routes("{ops: {type: webhook, url: '" + server.url() + "', group: 0s}}");
  {
    AlertDesk desk(f.folder.path(), "shop", settings, f.env);
    desk.raise(failure());
    desk.deliver();
    desk.deliver();
    CHECK(server.request_count() == 1);
    CHECK(f.heard.count("alert_undelivered") == 1);
  }
  AlertDesk desk(f.folder.path(), "shop", settings, f.env);
  f.env.wait(std::chrono::seconds(11));
  desk.deliver();
  CHECK(server.request_count() == 2);
  f.env.wait(std::chrono::seconds(31));
  desk.deliver();
  CHECK(server.request_count() == 3);
  CHECK(desk.book().deliveries(1).at(0).status == "sent");
}

TEST_CASE("a job that fails is an alert with the error's code and its mend; the next that succeeds ends it") {
  Fixture f;
  f.folder.write(
      "leat.yml",
      "name: shop\ntarget: d\ntargets: {d: {type: duckdb, path: w.duckdb}}\nalerts: {routes: {}}\n");
  Watch watch(load_project(f.folder.path(), f.env), "d", f.queue, f.env, [] {});
  NewJob job;
  job.kind = "schedule";
  job.name = "nightly";
  std::int64_t id = f.queue.add(job, f.env.now());
  auto ended = [&](const char* status, const char* error) {
    watch.on_event({"job_finished",
                    EventLevel::error,
                    {{"job", id},
                     {"name", std::string("nightly")},
                     {"status", std::string(status)},
                     {"error", std::string(error)}}});
  };
  ended("failed", "orders: LEAT-HTTP-401 at https://x.test: refused");
  std::optional<alerts::Alert> open = watch.desk().book().find_open(Kind::failure, "nightly");
  REQUIRE(open);
  CHECK(open->code == "LEAT-HTTP-401");
  CHECK(open->fix == info(ErrorCode::http_unauthorized).fix);
  CHECK(open->job == id);
  ended("succeeded", "");
  CHECK_FALSE(watch.desk().book().find_open(Kind::failure, "nightly"));
}

TEST_CASE("a test that fails, and rows that are far from usual, are alerts") {
  Fixture f;
  f.folder.write(
      "leat.yml",
      "name: shop\ntarget: d\ntargets: {d: {type: duckdb, path: w.duckdb}}\nalerts: {routes: {}}\n");
  Watch watch(load_project(f.folder.path(), f.env), "d", f.queue, f.env, [] {});
  Store store(f.folder.path());
  store.begin_run({"r1", "run", "d", "running", "2026-01-05T09:00:00Z", "", 0, 0, 0});
  for (int i = 0; i < 10; ++i)
    store.add_step("r1", {"model.days", "model", "success", "", "2026-01-05T09:00:00Z", 1000 + i, 1});
  auto step = [&](const char* kind, const char* asset, const char* status, std::int64_t rows) {
    watch.on_event({"node_finished",
                    EventLevel::info,
                    {{"asset", std::string(asset)},
                     {"name", std::string(asset)},
                     {"kind", std::string(kind)},
                     {"status", std::string(status)},
                     {"rows", rows},
                     {"error", std::string()}}});
  };
  step("model", "model.days", "success", 1100);
  CHECK_FALSE(watch.desk().book().find_open(Kind::row_count, "model.days"));
  step("model", "model.days", "success", 3);
  CHECK(watch.desk().book().find_open(Kind::row_count, "model.days"));
  step("model", "model.days", "success", 1000);
  CHECK_FALSE(watch.desk().book().find_open(Kind::row_count, "model.days"));
  step("test", "test.unique", "error", 4);
  CHECK(watch.desk().book().find_open(Kind::test, "test.unique"));
  step("test", "test.unique", "success", 0);
  CHECK_FALSE(watch.desk().book().find_open(Kind::test, "test.unique"));
}

TEST_CASE(
    "a page whose threshold is breached is an alert for the routes that it asks for, until it is kept "
    "again") {
  Fixture f;
  f.folder.write("leat.yml",
                 "name: shop\ntarget: d\ntargets: {d: {type: duckdb, path: w.duckdb}}\nalerts: {routes: "
                 "{ops: {type: slack, "
                 "url: 'http://x.test'}, other: {type: webhook, url: 'http://y.test'}}}\n");
  Watch watch(load_project(f.folder.path(), f.env), "d", f.queue, f.env, [] {});
  watch.on_event({"page_threshold_breached",
                  EventLevel::warning,
                  {{"page", std::string("index")},
                   {"threshold", std::string("sales")},
                   {"severity", std::string("error")},
                   {"message", std::string("Sales are down")},
                   {"then", std::string("slack, email")}}});
  std::optional<alerts::Alert> alert = watch.desk().book().find_open(Kind::page, "index/sales");
  REQUIRE(alert);
  CHECK(alert->title == "index: Sales are down");
  std::vector<Delivery> told = watch.desk().book().deliveries(alert->id);
  REQUIRE(told.size() == 1);
  CHECK(told[0].route == "ops");
  watch.on_event({"page_threshold_kept",
                  EventLevel::info,
                  {{"page", std::string("index")}, {"threshold", std::string("sales")}}});
  CHECK_FALSE(watch.desk().book().find_open(Kind::page, "index/sales"));
}

TEST_CASE("what is usual needs some runs to tell, and a tenth more or less always is") {
  CHECK_FALSE(usual_range({5, 5, 5}, 4));
  auto flat = usual_range({1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000}, 4);
  REQUIRE(flat);
  CHECK(flat->first == doctest::Approx(600));
  CHECK(flat->second == doctest::Approx(1400));
  auto none = usual_range({0, 0, 0, 0, 0, 0, 0}, 4);
  CHECK(none->second == doctest::Approx(4));
}

TEST_CASE(
    "replication that is further behind than its limit is an alert, also where it has stopped telling") {
  Fixture f;
  f.folder.write("leat.yml",
                 "name: shop\ntarget: d\ntargets: {d: {type: duckdb, path: w.duckdb}}\nalerts: {lag: 5m}\n");
  Watch watch(load_project(f.folder.path(), f.env), "d", f.queue, f.env, [] {});
  Store(f.folder.path())
      .keep_latest("slot_a", {"2026-01-05T09:58:00Z", "progress", "changes_lag",
                              R"({"slot":"slot_a","seconds":60,"bytes":1000})", 0});
  CHECK(watch.lags()["slot_a"].seconds == 180);
  f.env.wait(std::chrono::minutes(10));
  CHECK(watch.lags()["slot_a"].seconds == 780);
  CHECK(watch.lags()["slot_a"].bytes == 1000);
}

namespace {

// orders (a stream of files) -> days -> report, with a promise on the last.
struct FreshFixture : Fixture {
  std::unique_ptr<Store> store;
  std::unique_ptr<AlertDesk> desk;
  std::unique_ptr<Freshness> freshness;

  FreshFixture() {
    folder.write("leat.yml", R"(
name: shop
target: d
targets: {d: {type: duckdb, path: w.duckdb}}
connections: {shop: {source: {type: files, url: "data/*.csv", stream: orders}, streams: {orders: {mode: append}}}}
dbt: {project: .}
freshness: {reports: {select: [report], within: 1h}}
)");
    folder.write("dbt_project.yml", "name: shop\nversion: '1.0'\nprofile: shop\n");
    folder.write("models/sources.yml", "sources: [{name: raw, schema: raw, tables: [{name: orders}]}]\n");
    folder.write("models/days.sql", "select day from {{ source('raw', 'orders') }}\n");
    folder.write("models/report.sql", "select * from {{ ref('days') }}\n");
    folder.write("models/other.sql", "select 1 as one\n");
    ProjectFile project = load_project(folder.path(), env);
    store = std::make_unique<Store>(folder.path());
    desk = std::make_unique<AlertDesk>(folder.path(), "shop", AlertSettings(), env);
    freshness = std::make_unique<Freshness>(
        project.freshness, AssetGraph::load(project, "d", env, project.freshness), "d", queue, env);
  }
  void built(const std::vector<std::string>& assets) {
    std::string run = env.uuid();
    store->begin_run({run, "run", "d", "running", format_iso_timestamp(env.now()), "", 0, 0, 0});
    for (const std::string& each : assets)
      store->add_step(run, {each, "model", "success", "", format_iso_timestamp(env.now()), 1, 1});
  }
  bool look() { return freshness->look(*store, *desk); }
  FreshnessState state() { return freshness->states().at(0); }
};

const std::vector<std::string> kAll = {"stream.shop.orders", "model.shop.days", "model.shop.report"};

}  // namespace

TEST_CASE("an asset that was never built is asked for with all above it, once") {
  FreshFixture f;
  CHECK(f.look());
  CHECK(f.state().status == "unknown");
  JobFilter all;
  std::vector<Job> jobs = f.queue.jobs(all);
  REQUIRE(jobs.size() == 1);
  CHECK(jobs[0].kind == "freshness");
  std::vector<std::string> assets = parse_job_spec(jobs[0].spec).assets;
  std::sort(assets.begin(), assets.end());
  CHECK(assets == std::vector<std::string>{"model.shop.days", "model.shop.report", "stream.shop.orders"});
  CHECK_FALSE(f.look());  // it is under way
}

TEST_CASE("what is needed is asked for before the promise breaks, and only that") {
  FreshFixture f;
  f.built(kAll);
  CHECK_FALSE(f.look());
  CHECK(f.state().status == "fresh");
  f.env.wait(std::chrono::minutes(40));
  f.built({"stream.shop.orders"});  // somebody else has loaded it meanwhile
  f.env.wait(std::chrono::minutes(15));
  CHECK(f.look());
  CHECK(f.state().status == "due");
  std::vector<std::string> assets = parse_job_spec(f.queue.find(f.state().job)->spec).assets;
  std::sort(assets.begin(), assets.end());
  CHECK(assets == std::vector<std::string>{"model.shop.days", "model.shop.report"});
  f.built({"model.shop.days", "model.shop.report"});
  f.look();
  CHECK(f.state().status == "fresh");
}

TEST_CASE("a promise that breaks is told with what is to blame, and its end as well") {
  FreshFixture f;
  f.built(kAll);
  f.look();
  f.env.wait(std::chrono::minutes(50));
  f.built({"model.shop.days", "model.shop.report"});
  f.env.wait(std::chrono::minutes(11));
  f.look();
  CHECK(f.state().status == "stale");
  CHECK(f.state().because == "stream.shop.orders");
  CHECK(format_iso_timestamp(*f.state().since) == "2026-01-05T11:00:00Z");
  CHECK(f.heard.count("freshness_breached") == 1);
  CHECK(f.desk->book().find_open(Kind::freshness, "model.shop.report"));
  f.look();
  CHECK(f.heard.count("freshness_breached") == 1);
  f.built(kAll);
  f.look();
  CHECK(f.heard.count("freshness_recovered") == 1);
  CHECK_FALSE(f.desk->book().find_open(Kind::freshness, "model.shop.report"));
}

TEST_CASE("a job of freshness that failed is not repeated at once") {
  FreshFixture f;
  f.look();
  std::int64_t job = f.state().job;
  f.queue.claim("me", {}, f.env.now());
  f.queue.finish(job, JobStatus::failed, "no", f.env.now());
  CHECK_FALSE(f.look());
  f.env.wait(std::chrono::minutes(7));
  CHECK(f.look());
}

}  // namespace leat::run

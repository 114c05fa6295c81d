#include <doctest/doctest.h>

#include <algorithm>

#include "base/error.h"
#include "document/value.h"
#include "observe/observer.h"
#include "support/http_server.h"
#include "support/temporary_folder.h"

namespace leat::observe {
namespace {

using document::Value;
using leat::testing::ScriptedReply;
using leat::testing::ScriptedRequest;
using leat::testing::ScriptedServer;

RunRecord run_of(const std::string& status) {
  RunRecord run;
  run.id = "6f0a2c1e-9d5b-4d8e-8c6e-2f1a3b4c5d6e";
  run.command = "run";
  run.project = "shop";
  run.target = "duckdb";
  run.status = status;
  run.started = *parse_iso_timestamp("2026-01-05T03:00:00Z");
  run.finished = *parse_iso_timestamp("2026-01-05T03:00:02.5Z");
  run.steps = 2;
  run.failed = status == "error" ? 1 : 0;
  return run;
}

StepRecord step_of(const std::string& status) {
  StepRecord step;
  step.asset = "model.shop.days";
  step.kind = "model";
  step.name = "days";
  step.status = status;
  step.started = *parse_iso_timestamp("2026-01-05T03:00:01Z");
  step.finished = *parse_iso_timestamp("2026-01-05T03:00:02Z");
  step.rows = 12;
  step.inputs = {{"duckdb:///shop.duckdb", "shop.raw.orders"}};
  step.outputs = {{"duckdb:///shop.duckdb", "shop.main.days"}};
  if (status == "error") {
    step.error = "LEAT-DBT-004 at models/days.sql:3: no";
    step.code = "LEAT-DBT-004";
    step.rows = -1;
  }
  return step;
}

struct Warned : EventListener {
  std::vector<std::string> exporters;
  void on_event(const Event& event) override {
    if (event.name == "export_failed") exporters.push_back(event.text("exporter"));
  }
};

void carry_out(const ObserveSettings& settings, Env& env) {
  Observer observer(settings, run_of(""), env);
  observer.step_finished(step_of("success"));
  observer.finish(run_of("success"));
}

ObserveSettings settings_of(const std::string& yaml, const std::string& folder, Env& env) {
  return read_observe_settings(document::parse_yaml(yaml, "leat.yml"), folder, "shop", env);
}

}  // namespace

TEST_CASE("a trace has a span for the run and one below it for each step, with the run's id as the trace's") {
  Value json = document::parse_json(otlp_json(run_of("error"), {step_of("error")}, "shop"), "otlp");
  const Value& spans = json["resourceSpans"].items().at(0)["scopeSpans"].items().at(0)["spans"];
  const Value& run = spans.items().at(0);
  const Value& step = spans.items().at(1);
  CHECK(run["traceId"].raw() == "6f0a2c1e9d5b4d8e8c6e2f1a3b4c5d6e");
  CHECK(run["spanId"].raw().size() == 16);
  CHECK(step["parentSpanId"].raw() == run["spanId"].raw());
  CHECK(step["name"].raw() == "model days");
  CHECK(step["startTimeUnixNano"].raw() == "1767582001000000000");
  CHECK(step["endTimeUnixNano"].raw() == "1767582002000000000");
  CHECK(step["status"]["code"].integer() == 2);
  CHECK(step["status"]["message"].raw().find("LEAT-DBT-004") == 0);
  CHECK(document::to_json(json["resourceSpans"].items().at(0)["resource"]).find("service.name") !=
        std::string::npos);
}

TEST_CASE("lineage names a step's job, its parent, what it read and what it wrote, and how it ended") {
  StepRecord done = step_of("success");
  Value json = document::parse_json(lineage_json(run_of(""), &done, "COMPLETE", "space"), "lineage");
  CHECK(json["eventType"].raw() == "COMPLETE");
  CHECK(json["eventTime"].raw() == "2026-01-05T03:00:02Z");
  CHECK(json["job"]["namespace"].raw() == "space");
  CHECK(json["job"]["name"].raw() == "shop.model.shop.days");
  CHECK(json["run"]["facets"]["parent"]["run"]["runId"].raw() == run_of("").id);
  CHECK(json["inputs"].items().at(0)["name"].raw() == "shop.raw.orders");
  CHECK(json["outputs"].items().at(0)["outputFacets"]["outputStatistics"]["rowCount"].integer() == 12);
  std::string id = json["run"]["runId"].raw();
  CHECK(id.size() == 36);
  CHECK(id != run_of("").id);
  Value start = document::parse_json(lineage_json(run_of(""), &done, "START", "space"), "lineage");
  CHECK(start["run"]["runId"].raw() == id);  // an end belongs to its beginning
  StepRecord failed = step_of("error");
  Value fail = document::parse_json(lineage_json(run_of(""), &failed, "FAIL", "space"), "lineage");
  CHECK(fail["run"]["facets"]["errorMessage"]["message"].raw().find("LEAT-DBT-004") == 0);
}

TEST_CASE("a measure is a line that CloudWatch reads: each metric that it declares is a member") {
  StepRecord step = step_of("success");
  for (const StepRecord* each :
       {static_cast<const StepRecord*>(&step), static_cast<const StepRecord*>(nullptr)}) {
    Value json = document::parse_json(measures_json(run_of("success"), each, "Leat"), "emf");
    const Value& directive = json["_aws"]["CloudWatchMetrics"].items().at(0);
    CHECK(directive["Namespace"].raw() == "Leat");
    for (const Value& metric : directive["Metrics"].items())
      CHECK(json[metric["Name"].raw()].kind() == Value::Kind::integer);
    for (const Value& dimension : directive["Dimensions"].items().at(0).items())
      CHECK(json[dimension.raw()].is_text());
  }
  Value json = document::parse_json(measures_json(run_of("success"), &step, "Leat"), "emf");
  CHECK(json["StepDuration"].integer() == 1000);
  CHECK(json["RowsChanged"].integer() == 12);
  CHECK(json["_aws"]["Timestamp"].integer() == 1767582002000);
}

TEST_CASE("a run's lineage and trace arrive, in order, with the headers that are set") {
  testing::TemporaryFolder folder;
  Env env(fixed_clock(*parse_iso_timestamp("2026-01-05T03:00:00Z")), 1);
  ScriptedServer server([](const ScriptedRequest&) { return ScriptedReply{200, "{}"}; });
  ObserveSettings settings =
      settings_of("{traces: {endpoint: '" + server.url() + "'}, lineage: {endpoint: '" + server.url() +
                      "/api/v1/lineage', headers: {Authorization: Bearer t0ken}}, "
                      "measures: {file: measures.jsonl}}",
                  folder.path(), env);
  carry_out(settings, env);
  std::vector<std::string> types;
  int traces = 0;
  for (const ScriptedRequest& request : server.requests()) {
    if (request.path == "/v1/traces") {
      ++traces;
      continue;
    }
    CHECK(request.header("authorization") == "Bearer t0ken");
    types.push_back(document::parse_json(request.body, "event")["eventType"].raw());
  }
  CHECK(traces == 1);
  CHECK(types == std::vector<std::string>{"START", "START", "COMPLETE", "COMPLETE"});
  std::string lines = document::read_file(folder.path() + "/measures.jsonl");
  CHECK(std::count(lines.begin(), lines.end(), '\n') == 2);
}

TEST_CASE("a receiver that refuses is told once, and the run goes on") {
  testing::TemporaryFolder folder;
  Env env(fixed_clock({}), 1);
  Warned warned;
  env.listen(warned);
  ScriptedServer server([](const ScriptedRequest&) { return ScriptedReply{500, "no"}; });
  carry_out(settings_of("{lineage: {endpoint: '" + server.url() + "'}}", folder.path(), env), env);
  CHECK(warned.exporters == std::vector<std::string>{"lineage"});
  CHECK(server.request_count() == 1);
  carry_out(settings_of("{traces: {endpoint: 'http://127.0.0.1:1'}}", folder.path(), env), env);
  CHECK(warned.exporters == std::vector<std::string>{"lineage", "traces"});
}

TEST_CASE("settings of observation that are wrong are named") {
  Env env(fixed_clock({}), 1);
  for (const char* wrong : {"{traces: {}}", "{traces: {endpoint: collector}}", "{metrics: {}}"})
    CHECK_THROWS_AS(settings_of(wrong, ".", env), Error);
  CHECK_FALSE(read_observe_settings({}, ".", "shop", env).is_on());
}

}  // namespace leat::observe

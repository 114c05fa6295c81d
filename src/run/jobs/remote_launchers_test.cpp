#include <doctest/doctest.h>

#include <algorithm>

#include "base/error.h"
#include "document/settings.h"
#include "run/jobs/job_settings.h"
#include "run/jobs/remote_job.h"
#include "support/http_server.h"

namespace leat::run {
namespace {

using document::Value;
using leat::testing::ScriptedReply;
using leat::testing::ScriptedRequest;
using leat::testing::ScriptedServer;

constexpr const char* kLog =
    "{\"at\":\"2026-01-05T10:00:00Z\",\"level\":\"info\",\"event\":\"run_started\",\"run\":\"r1\"}\n"
    "{\"at\":\"2026-01-05T10:00:01Z\",\"level\":\"info\",\"event\":\"node_finished\",\"asset\":\"model.a\","
    "\"status\":\"success\",\"rows\":3}\n";

struct Heard : EventListener {
  std::vector<std::string> names;
  void on_event(const Event& event) override { names.emplace_back(event.name); }
};

// A stand-in of ECS's and CloudWatch Logs' JSON protocol: one task, that ends after some looks.
struct Ecs {
  int looks_until_end = 2, exit_code = 0, refuse_with = 0;
  bool is_running_already = false, is_stopped = false;
  std::string failure;
  std::vector<std::pair<std::string, Value>> calls;
  ScriptedServer server{[this](const ScriptedRequest& request) { return answer(request); }};

  ScriptedReply answer(const ScriptedRequest& request) {
    CHECK(request.header("authorization").find("AWS4-HMAC-SHA256 Credential=AKID/") == 0);
    std::string target = request.header("x-amz-target");
    target = target.substr(target.rfind('.') + 1);
    calls.emplace_back(target, document::parse_json(request.body, "body"));
    if (refuse_with > 0) {
      int status = refuse_with;
      refuse_with = status == 400 ? 400 : 0;
      return {status, "{\"__type\":\"AccessDeniedException\"}"};
    }
    if (target == "ListTasks")
      return {200, is_running_already ? "{\"taskArns\":[\"arn:task/c/t0\"]}" : "{\"taskArns\":[]}"};
    if (target == "RunTask") {
      if (!failure.empty()) return {200, "{\"tasks\":[],\"failures\":[{\"reason\":\"" + failure + "\"}]}"};
      return {200, "{\"tasks\":[{\"taskArn\":\"arn:task/c/t1\"}]}"};
    }
    if (target == "StopTask") {
      is_stopped = true;
      return {200, "{}"};
    }
    if (target == "GetLogEvents") {
      Value next = calls.back().second["nextToken"];
      if (next.raw() == "n1") return {200, "{\"events\":[],\"nextForwardToken\":\"n1\"}"};
      Value events = Value::list();
      std::string log = kLog;
      for (std::size_t at = 0, end; (end = log.find('\n', at)) != std::string::npos; at = end + 1)
        events.items().push_back(Value::mapping({{"message", Value::of(log.substr(at, end - at))}}));
      return {200,
              document::to_json(Value::mapping({{"events", events}, {"nextForwardToken", Value::of("n1")}}))};
    }
    bool is_over = is_stopped || --looks_until_end <= 0;
    int code = is_stopped ? 130 : exit_code;
    return {
        200,
        "{\"tasks\":[{\"lastStatus\":\"" + std::string(is_over ? "STOPPED" : "RUNNING") +
            "\",\"stoppedReason\":\"Essential container in task exited\",\"containers\":[{\"name\":\"leat\"" +
            (is_over ? ",\"exitCode\":" + std::to_string(code) : "") + "}]}]}"};
  }
  int count(const std::string& target) const {
    return static_cast<int>(
        std::count_if(calls.begin(), calls.end(), [&](const auto& each) { return each.first == target; }));
  }
  Value first(const std::string& target) const {
    for (const auto& [name, body] : calls)
      if (name == target) return body;
    return {};
  }
};

// The same of the API of a cluster of Kubernetes.
struct Kubernetes {
  int looks_until_end = 2, exit_code = 0, unavailable = 0;
  bool is_deleted = false, is_running_already = false;
  std::vector<std::string> calls;
  Value made;
  ScriptedServer server{[this](const ScriptedRequest& request) { return answer(request); }};

  ScriptedReply answer(const ScriptedRequest& request) {
    CHECK(request.header("authorization") == "Bearer t0ken");
    calls.push_back(request.method + " " + request.path);
    if (unavailable > 0 && unavailable--) return {503, "{}"};
    if (request.path.ends_with("/jobs") && request.method == "POST") {
      made = document::parse_json(request.body, "body");
      return {201, request.body};
    }
    if (request.path.ends_with("/jobs")) {
      CHECK(request.parameter("labelSelector") == "leat-job=leat-shop-17");
      return {200, is_running_already ? R"({"items":[{"metadata":{"name":"leat-shop-17-abc"},"status":{}}]})"
                                      : R"({"items":[]})"};
    }
    if (request.path.ends_with("/log")) return {200, kLog};
    if (request.path.ends_with("/pods"))
      return {
          200,
          R"({"items":[{"metadata":{"name":"pod-1"},"status":{"containerStatuses":[{"state":{"terminated":)"
          R"({"reason":"Error","exitCode":)" +
              std::to_string(exit_code) + "}}}]}}]}"};
    if (request.method == "DELETE") {
      is_deleted = true;
      return {200, "{}"};
    }
    if (is_deleted) return {404, "{}"};
    bool is_over = --looks_until_end <= 0;
    std::string condition = exit_code == 0 ? "Complete" : "Failed";
    return {200, is_over ? R"({"status":{"conditions":[{"type":")" + condition + R"(","status":"True"}]}})"
                         : R"({"status":{}})"};
  }
};

struct Fixture {
  Env env{fixed_clock({}), 1};
  Heard heard;
  Launch launch;
  LauncherOptions options;
  Fixture() {
    env.set_variable("AWS_ACCESS_KEY_ID", "AKID");
    env.set_variable("AWS_SECRET_ACCESS_KEY", "secret");
    launch.job = 17;
    launch.name = "nightly";
    launch.spec.select = {"orders+"};
    options.project = "Shop";
    options.target = "pg";
  }
  std::unique_ptr<Launcher> launcher(const std::string& yaml) {
    return make_launcher(read_job_settings(document::parse_yaml(yaml, "leat.yml"), env), options, env);
  }
  std::unique_ptr<Launcher> ecs(const Ecs& peer) {
    return launcher(
        "{launcher: ecs, ecs: {cluster: c, task: 'leat:3', region: eu-central-1, subnets: [s-1], "
        "security_groups: [g-1], log_group: /leat, every: 10ms, endpoint: '" +
        peer.server.url() + "'}}");
  }
  std::unique_ptr<Launcher> kubernetes(const Kubernetes& peer) {
    return launcher(
        "{launcher: kubernetes, kubernetes: {image: 'shop:1', namespace: data, memory: 2Gi, env_from: shop, "
        "token: t0ken, every: 10ms, endpoint: '" +
        peer.server.url() + "'}}");
  }
};

}  // namespace

TEST_CASE("a job is a task of ECS: it gets the command, its steps are told, its exit code decides") {
  Fixture f;
  Ecs peer;
  LaunchResult result = f.ecs(peer)->run(f.launch, {}, f.heard);
  CHECK(result.end == LaunchResult::End::succeeded);
  Value asked = peer.first("RunTask");
  CHECK(asked["cluster"].raw() == "c");
  CHECK(asked["taskDefinition"].raw() == "leat:3");
  CHECK(asked["startedBy"].raw() == "leat-shop-17");
  CHECK(asked["networkConfiguration"]["awsvpcConfiguration"]["subnets"].items().at(0).raw() == "s-1");
  const Value& container = asked["overrides"]["containerOverrides"].items().at(0);
  std::string command;
  for (const Value& word : container["command"].items()) command += word.raw() + " ";
  CHECK(command == "--log-format json --target pg run --job {\"select\":[\"orders+\"]} ");
  CHECK(f.heard.names == std::vector<std::string>{"run_started", "node_finished"});
}

TEST_CASE("a task that a dead server has left is taken up, not begun once more") {
  Fixture f;
  Ecs peer;
  peer.is_running_already = true;
  CHECK(f.ecs(peer)->run(f.launch, {}, f.heard).end == LaunchResult::End::succeeded);
  CHECK(peer.count("RunTask") == 0);
  CHECK(peer.first("DescribeTasks")["tasks"].items().at(0).raw() == "arn:task/c/t0");
}

TEST_CASE("what ECS refuses is not tried again; a service that is away, or a cluster that is full, may be") {
  Fixture f;
  {
    Ecs peer;
    peer.refuse_with = 400;
    LaunchResult result = f.ecs(peer)->run(f.launch, {}, f.heard);
    CHECK(result.end == LaunchResult::End::failed);
    CHECK_FALSE(result.is_retryable);
    CHECK(result.error.find("LEAT-LAUNCHER-002") == 0);
  }
  for (const char* failure : {"RESOURCE:MEMORY", "MISSING"}) {
    Ecs peer;
    peer.failure = failure;
    CHECK(f.ecs(peer)->run(f.launch, {}, f.heard).is_retryable ==
          (std::string(failure) == "RESOURCE:MEMORY"));
  }
  Ecs killed;
  killed.exit_code = 137;
  LaunchResult result = f.ecs(killed)->run(f.launch, {}, f.heard);
  CHECK(result.is_retryable);
  CHECK(result.error.find("ECS stopped the task") != std::string::npos);
}

TEST_CASE("a task is stopped when the job is") {
  Fixture f;
  Ecs peer;
  peer.looks_until_end = 1'000'000;
  std::stop_source stop;
  stop.request_stop();
  CHECK(f.ecs(peer)->run(f.launch, stop.get_token(), f.heard).end == LaunchResult::End::stopped);
  CHECK(peer.count("StopTask") == 1);
}

TEST_CASE("a job is a job of Kubernetes: one attempt, with its image, variables and limits") {
  Fixture f;
  Kubernetes peer;
  peer.unavailable = 0;
  CHECK(f.kubernetes(peer)->run(f.launch, {}, f.heard).end == LaunchResult::End::succeeded);
  CHECK(peer.made["spec"]["backoffLimit"].integer() == 0);
  CHECK(peer.made["metadata"]["labels"]["leat-job"].raw() == "leat-shop-17");
  CHECK(peer.made["metadata"]["name"].raw().find("leat-shop-17-") == 0);
  const Value& pod = peer.made["spec"]["template"]["spec"];
  CHECK(pod["restartPolicy"].raw() == "Never");
  const Value& container = pod["containers"].items().at(0);
  CHECK(container["image"].raw() == "shop:1");
  CHECK(container["envFrom"].items().at(0)["secretRef"]["name"].raw() == "shop");
  CHECK(container["resources"]["limits"]["memory"].raw() == "2Gi");
  CHECK(container["args"].items().back().raw() == "{\"select\":[\"orders+\"]}");
  // The log is read whole each time; each of its lines is told once.
  CHECK(f.heard.names == std::vector<std::string>{"run_started", "node_finished"});
}

TEST_CASE(
    "of Kubernetes a job that runs already is taken up, one that fails tells its code, one that stops is "
    "deleted") {
  Fixture f;
  Kubernetes peer;
  peer.is_running_already = true;
  CHECK(f.kubernetes(peer)->run(f.launch, {}, f.heard).end == LaunchResult::End::succeeded);
  CHECK(std::find(peer.calls.begin(), peer.calls.end(), "POST /apis/batch/v1/namespaces/data/jobs") ==
        peer.calls.end());
  Kubernetes failing;
  failing.exit_code = 3;
  CHECK(f.kubernetes(failing)->run(f.launch, {}, f.heard).is_retryable);  // the source's fault
  failing.exit_code = 1;
  failing.looks_until_end = 1;
  CHECK_FALSE(f.kubernetes(failing)->run(f.launch, {}, f.heard).is_retryable);
  Kubernetes stopped;
  stopped.looks_until_end = 1'000'000;
  std::stop_source stop;
  stop.request_stop();
  CHECK(f.kubernetes(stopped)->run(f.launch, stop.get_token(), f.heard).end == LaunchResult::End::stopped);
  CHECK(stopped.is_deleted);
}

TEST_CASE("a name that both services take is made of any project's") {
  CHECK(remote_name("Shop", 17) == "leat-shop-17");
  CHECK(remote_name("Über shop_2", 1) == "leat---ber-shop-2-1");
  CHECK(remote_name(std::string(100, 'a'), 123456).size() == 36);
}

TEST_CASE("a launcher without what it needs is refused when leat.yml is read") {
  Fixture f;
  for (const char* wrong : {"{launcher: ecs}", "{launcher: kubernetes, kubernetes: {}}", "{launcher: rocket}",
                            "{launcher: ecs, ecs: {cluster: c}}"})
    CHECK_THROWS_AS(f.launcher(wrong), Error);
}

}  // namespace leat::run

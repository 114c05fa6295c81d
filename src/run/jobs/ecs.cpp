// Jobs as tasks of Amazon ECS.
// Source: Amazon ECS API reference (RunTask, DescribeTasks, ListTasks, StopTask); CloudWatch Logs
// (GetLogEvents)
#include <fmt/core.h>

#include <mutex>

#include "base/error.h"
#include "files/credentials.h"
#include "http/client.h"
#include "run/jobs/remote_job.h"

namespace leat::run {

using document::Value;

namespace {

constexpr std::chrono::seconds kPatience{30};

Value texts(const std::vector<std::string>& list) {
  std::vector<Value> out;
  for (const std::string& each : list) out.push_back(Value::of(each));
  return Value::list(std::move(out));
}

// Calls of AWS's JSON protocol, signed.
class AwsJson {
 public:
  AwsJson(const EcsSettings& settings, Env& env)
      : settings_(settings),
        env_(env),
        credentials_({{}, "", settings.region}, env),
        client_(env, options()) {}

  /// null where the answer is the error `may_miss`.
  Value call(const std::string& service, const std::string& target, const Value& body,
             const std::string& may_miss = "") {
    http::Request request;
    request.method = "POST";
    request.url = settings_.endpoint.empty()
                      ? fmt::format("https://{}.{}.amazonaws.com/", service, settings_.region)
                      : settings_.endpoint + "/";
    request.body = document::to_json(body);
    request.headers.set("Content-Type", "application/x-amz-json-1.1");
    request.headers.set("X-Amz-Target", target);
    files::sign(request, credentials_.keys(), {settings_.region, service}, env_.now());
    http::Response response = reach(client_, request);
    std::string said(response.body.view());
    if (!may_miss.empty() && response.status == 400 && said.find(may_miss) != std::string::npos) return {};
    if (response.ok()) return document::parse_json(said.empty() ? "{}" : said, request.url);
    bool may_pass =
        response.status >= 500 || response.status == 429 || said.find("Throttling") != std::string::npos;
    throw Error(may_pass ? ErrorCode::launcher_failed : ErrorCode::launcher_refused,
                fmt::format("{}: {} {}", target, response.status, said.substr(0, 300)), request.url);
  }

 private:
  static http::ClientOptions options() {
    http::ClientOptions out;
    out.connect_timeout = out.timeout = kPatience;
    out.response_bytes_max = 16 << 20;
    return out;
  }
  const EcsSettings& settings_;
  Env& env_;
  files::AwsCredentials credentials_;
  http::Client client_;
};

class EcsTask : public RemoteJob {
 public:
  EcsTask(AwsJson& aws, const EcsSettings& settings, std::string name, std::vector<std::string> command)
      : aws_(aws), settings_(settings), name_(std::move(name)), command_(std::move(command)) {}

  std::optional<std::string> find() override {
    Value body = Value::mapping({{"cluster", Value::of(settings_.cluster)}, {"startedBy", Value::of(name_)}});
    Value answer = aws_.call("ecs", kService + "ListTasks", body);
    const auto& tasks = answer["taskArns"].items();
    if (tasks.empty()) return std::nullopt;
    return tasks[0].raw();
  }

  std::string start() override {
    Value container =
        Value::mapping({{"name", Value::of(settings_.container)}, {"command", texts(command_)}});
    Value body =
        Value::mapping({{"cluster", Value::of(settings_.cluster)},
                        {"taskDefinition", Value::of(settings_.task)},
                        {"count", Value::of(std::int64_t{1})},
                        {"startedBy", Value::of(name_)},
                        {"overrides", Value::mapping({{"containerOverrides", Value::list({container})}})}});
    if (!settings_.launch_type.empty()) body.set("launchType", Value::of(settings_.launch_type));
    if (!settings_.subnets.empty()) {
      Value network =
          Value::mapping({{"subnets", texts(settings_.subnets)},
                          {"assignPublicIp", Value::of(settings_.public_ip ? "ENABLED" : "DISABLED")}});
      if (!settings_.security_groups.empty()) network.set("securityGroups", texts(settings_.security_groups));
      body.set("networkConfiguration", Value::mapping({{"awsvpcConfiguration", std::move(network)}}));
    }
    Value answer = aws_.call("ecs", kService + "RunTask", body);
    const auto& tasks = answer["tasks"].items();
    if (!tasks.empty()) return tasks[0]["taskArn"].raw();
    const auto& failures = answer["failures"].items();
    std::string reason = failures.empty() ? "no reason given" : failures[0]["reason"].raw();
    // RESOURCE:MEMORY and the like: the cluster has no room just now.
    bool may_pass = reason.starts_with("RESOURCE") || reason.starts_with("AGENT");
    throw Error(may_pass ? ErrorCode::launcher_failed : ErrorCode::launcher_refused,
                "ECS started no task: " + reason, settings_.cluster);
  }

  State look(const std::string& task) override {
    Value answer =
        aws_.call("ecs", kService + "DescribeTasks",
                  Value::mapping({{"cluster", Value::of(settings_.cluster)}, {"tasks", texts({task})}}));
    State state;
    const auto& tasks = answer["tasks"].items();
    if (tasks.empty()) return {true, -1, "ECS does not know the task any more"};
    if (tasks[0]["lastStatus"].raw() != "STOPPED") return state;
    state.is_over = true;
    for (const Value& container : tasks[0]["containers"].items()) {
      if (container["name"].raw() != settings_.container) continue;
      if (container.find("exitCode")) state.exit_code = static_cast<int>(container["exitCode"].integer());
    }
    if (state.exit_code < 0 || state.exit_code == 137)
      state.ended_by = "ECS stopped the task: " + tasks[0]["stoppedReason"].raw();
    return state;
  }

  std::string read_log(const std::string& task) override {
    if (settings_.log_group.empty()) return "";
    std::string stream =
        fmt::format("{}/{}/{}", settings_.log_prefix, settings_.container, task.substr(task.rfind('/') + 1));
    std::string out;
    for (;;) {
      Value body = Value::mapping({{"logGroupName", Value::of(settings_.log_group)},
                                   {"logStreamName", Value::of(stream)},
                                   {"startFromHead", Value::of(true)}});
      if (!next_.empty()) body.set("nextToken", Value::of(next_));
      // The stream is there only once the container has said something.
      Value answer = aws_.call("logs", "Logs_20140328.GetLogEvents", body, "ResourceNotFoundException");
      if (answer.is_null()) return out;
      for (const Value& event : answer["events"].items()) out += event["message"].raw() + "\n";
      std::string next = answer["nextForwardToken"].raw();
      if (next.empty() || next == next_) return out;
      next_ = next;
    }
  }

  void stop(const std::string& task) override {
    aws_.call("ecs", kService + "StopTask",
              Value::mapping({{"cluster", Value::of(settings_.cluster)},
                              {"task", Value::of(task)},
                              {"reason", Value::of("leat serve asked for its end")}}));
  }

 private:
  const std::string kService = "AmazonEC2ContainerServiceV20141113.";
  AwsJson& aws_;
  const EcsSettings& settings_;
  const std::string name_;
  const std::vector<std::string> command_;
  std::string next_;
};

class EcsLauncher : public Launcher {
 public:
  EcsLauncher(EcsSettings settings, LauncherOptions options, Env& env)
      : settings_(std::move(settings)), options_(std::move(options)), aws_(settings_, env) {}

  LaunchResult run(const Launch& launch, std::stop_token stop, EventListener& listener) override {
    EcsTask task(aws_, settings_, remote_name(options_.project, launch.job),
                 remote_command(options_, launch));
    return carry_out(task, settings_.every, std::move(stop), listener);
  }

 private:
  const EcsSettings settings_;
  const LauncherOptions options_;
  AwsJson aws_;
};

}  // namespace

std::unique_ptr<Launcher> ecs_launcher(const EcsSettings& settings, const LauncherOptions& options,
                                       Env& env) {
  return std::make_unique<EcsLauncher>(settings, options, env);
}

}  // namespace leat::run

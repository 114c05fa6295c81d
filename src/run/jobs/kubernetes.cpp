// Jobs as jobs of Kubernetes.
// Source: Kubernetes API reference 1.31 (batch/v1 Job, core/v1 Pod and its log); "Accessing the API from a
// Pod"
#include <fmt/core.h>

#include <filesystem>

#include "base/error.h"
#include "base/secret.h"
#include "document/value.h"
#include "http/client.h"
#include "run/jobs/remote_job.h"

namespace leat::run {

using document::Value;

namespace {

constexpr std::chrono::seconds kPatience{30};
constexpr const char* kAccount = "/var/run/secrets/kubernetes.io/serviceaccount";

// The cluster's API, with the token of the settings or of the pod that this is.
class Cluster {
 public:
  Cluster(const KubernetesSettings& settings, Env& env)
      : settings_(settings), env_(env), client_(env, options()) {}

  Value call(const std::string& method, const std::string& path, const Value& body = {},
             bool may_be_missing = false) {
    http::Response response = send(method, path, body.is_null() ? "" : document::to_json(body));
    if (may_be_missing && response.status == 404) return {};
    check(response, method, path);
    return document::parse_json(std::string(response.body.view()), path);
  }
  /// "" while there is none.
  std::string text(const std::string& path) {
    http::Response response = send("GET", path, "");
    if (response.status == 400 || response.status == 404) return "";
    check(response, "GET", path);
    return std::string(response.body.view());
  }

 private:
  static http::ClientOptions options() {
    http::ClientOptions out;
    out.connect_timeout = out.timeout = kPatience;
    out.response_bytes_max = 64 << 20;
    return out;
  }
  std::string address() const {
    if (!settings_.endpoint.empty()) return settings_.endpoint;
    std::string host = env_.variable("KUBERNETES_SERVICE_HOST").value_or("");
    if (host.empty())
      throw Error(ErrorCode::launcher_refused, "This is no pod of a cluster, and `endpoint` is not set",
                  "serve.jobs.kubernetes");
    return fmt::format("https://{}:{}", host, env_.variable("KUBERNETES_SERVICE_PORT").value_or("443"));
  }
  // Read each time: the cluster renews it.
  std::string token() const {
    if (!settings_.token.empty()) return settings_.token;
    std::string path = fmt::format("{}/token", kAccount);
    if (!std::filesystem::exists(path)) return "";
    std::string token = document::read_file(path);
    while (token.ends_with('\n')) token.pop_back();
    register_secret(token);
    return token;
  }
  http::Response send(const std::string& method, const std::string& path, std::string body) {
    http::Request request;
    request.method = method;
    request.url = address() + path;
    request.body = std::move(body);
    request.headers.set("Accept", "application/json, */*");
    if (!request.body.empty()) request.headers.set("Content-Type", "application/json");
    if (std::string bearer = token(); !bearer.empty())
      request.headers.set("Authorization", "Bearer " + bearer);
    return reach(client_, request);
  }
  static void check(const http::Response& response, const std::string& method, const std::string& path) {
    if (response.ok()) return;
    bool may_pass = response.status >= 500 || response.status == 429;
    throw Error(may_pass ? ErrorCode::launcher_failed : ErrorCode::launcher_refused,
                fmt::format("{}: {} {}", method, response.status, response.body.view().substr(0, 300)), path);
  }

  const KubernetesSettings& settings_;
  Env& env_;
  http::Client client_;
};

class KubernetesJob : public RemoteJob {
 public:
  KubernetesJob(Cluster& cluster, const KubernetesSettings& settings, std::string name,
                std::vector<std::string> command, Env& env)
      : cluster_(cluster),
        settings_(settings),
        name_(std::move(name)),
        command_(std::move(command)),
        env_(env) {}

  std::optional<std::string> find() override {
    Value answer = cluster_.call("GET", jobs() + "?labelSelector=leat-job%3D" + name_);
    for (const Value& job : answer["items"].items())
      if (!is_over(job) && !job["metadata"].find("deletionTimestamp")) return job["metadata"]["name"].raw();
    return std::nullopt;
  }

  std::string start() override {
    // Each attempt has a name of its own: the last one's job may still be there, for people to look at.
    std::string name = fmt::format("{}-{:06x}", name_, env_.chance() & 0xFFFFFF);
    std::vector<Value> command;
    for (const std::string& word : command_) command.push_back(Value::of(word));
    Value container = Value::mapping({{"name", Value::of("leat")},
                                      {"image", Value::of(settings_.image)},
                                      {"args", Value::list(std::move(command))}});
    if (!settings_.env_from.empty()) {
      Value secret =
          Value::mapping({{"secretRef", Value::mapping({{"name", Value::of(settings_.env_from)}})}});
      container.set("envFrom", Value::list({std::move(secret)}));
    }
    Value limits = Value::mapping();
    if (!settings_.memory.empty()) limits.set("memory", Value::of(settings_.memory));
    if (!settings_.cpu.empty()) limits.set("cpu", Value::of(settings_.cpu));
    if (!limits.members().empty())
      container.set("resources", Value::mapping({{"limits", limits}, {"requests", limits}}));
    Value pod = Value::mapping(
        {{"restartPolicy", Value::of("Never")}, {"containers", Value::list({std::move(container)})}});
    if (!settings_.service_account.empty())
      pod.set("serviceAccountName", Value::of(settings_.service_account));
    Value labels =
        Value::mapping({{"app.kubernetes.io/name", Value::of("leat")}, {"leat-job", Value::of(name_)}});
    Value job = Value::mapping(
        {{"apiVersion", Value::of("batch/v1")},
         {"kind", Value::of("Job")},
         {"metadata", Value::mapping({{"name", Value::of(name)}, {"labels", labels}})},
         {"spec",
          Value::mapping({{"backoffLimit", Value::of(std::int64_t{0})},
                          {"ttlSecondsAfterFinished", Value::of(std::int64_t{3600})},
                          {"template", Value::mapping({{"metadata", Value::mapping({{"labels", labels}})},
                                                       {"spec", std::move(pod)}})}})}});
    cluster_.call("POST", jobs(), job);
    return name;
  }

  State look(const std::string& name) override {
    Value job = cluster_.call("GET", jobs() + "/" + name, {}, true);
    if (job.is_null()) return {true, -1, "The job is gone from the cluster"};
    State state;
    if (!is_over(job)) return state;
    state.is_over = true;
    if (has_condition(job, "Complete")) {
      state.exit_code = 0;
      return state;
    }
    for (const Value& pod : pods(name)) {
      for (const Value& container : pod["status"]["containerStatuses"].items()) {
        const Value& ended = container["state"]["terminated"];
        if (!ended.find("exitCode")) continue;
        state.exit_code = static_cast<int>(ended["exitCode"].integer());
        if (state.exit_code >= 128 && state.exit_code != 130)
          state.ended_by = fmt::format("Kubernetes ended the container: {} (code {})", ended["reason"].raw(),
                                       state.exit_code);
      }
    }
    if (state.exit_code < 0) state.ended_by = "Kubernetes failed the job before its container ended";
    return state;
  }

  std::string read_log(const std::string& name) override {
    std::vector<Value> all = pods(name);
    if (all.empty()) return "";
    std::string log = cluster_.text(fmt::format("/api/v1/namespaces/{}/pods/{}/log?container=leat",
                                                settings_.space, all[0]["metadata"]["name"].raw()));
    if (log.size() <= told_) return "";
    std::string fresh = log.substr(told_);
    told_ = log.size();
    return fresh;
  }

  void stop(const std::string& name) override {
    cluster_.call("DELETE", jobs() + "/" + name + "?propagationPolicy=Background", {}, true);
  }

 private:
  std::string jobs() const { return fmt::format("/apis/batch/v1/namespaces/{}/jobs", settings_.space); }
  static bool has_condition(const Value& job, const char* type) {
    for (const Value& each : job["status"]["conditions"].items())
      if (each["type"].raw() == type && each["status"].raw() == "True") return true;
    return false;
  }
  static bool is_over(const Value& job) {
    return has_condition(job, "Complete") || has_condition(job, "Failed");
  }
  std::vector<Value> pods(const std::string& name) {
    return cluster_
        .call("GET", fmt::format("/api/v1/namespaces/{}/pods?labelSelector=job-name%3D{}", settings_.space,
                                 name))["items"]
        .items();
  }

  Cluster& cluster_;
  const KubernetesSettings& settings_;
  const std::string name_;
  const std::vector<std::string> command_;
  Env& env_;
  std::size_t told_ = 0;  // bytes of the log
};

class KubernetesLauncher : public Launcher {
 public:
  KubernetesLauncher(KubernetesSettings settings, LauncherOptions options, Env& env)
      : settings_(std::move(settings)), options_(std::move(options)), env_(env), cluster_(settings_, env) {}

  LaunchResult run(const Launch& launch, std::stop_token stop, EventListener& listener) override {
    KubernetesJob job(cluster_, settings_, remote_name(options_.project, launch.job),
                      remote_command(options_, launch), env_);
    return carry_out(job, settings_.every, std::move(stop), listener);
  }

 private:
  const KubernetesSettings settings_;
  const LauncherOptions options_;
  Env& env_;
  Cluster cluster_;
};

}  // namespace

std::unique_ptr<Launcher> kubernetes_launcher(const KubernetesSettings& settings,
                                              const LauncherOptions& options, Env& env) {
  return std::make_unique<KubernetesLauncher>(settings, options, env);
}

}  // namespace leat::run

#include "observe/observer.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/error.h"
#include "base/secret.h"
#include "http/client.h"

namespace leat::observe {

using document::Value;

const Spec kObserveSpec{"observe",
                        "Where traces, lineage and measures of runs go.",
                        {{"traces", FieldKind::mapping, "An OpenTelemetry collector (OTLP over HTTP)."},
                         {"lineage", FieldKind::mapping, "A receiver of OpenLineage's events."},
                         {"measures", FieldKind::mapping, "CloudWatch's embedded metric format."}}};
const Spec kTracesSpec{
    "observe.traces",
    "An OpenTelemetry collector.",
    {{"endpoint", FieldKind::text, "Its address, such as http://localhost:4318.", "", true},
     {"headers", FieldKind::mapping, "Headers that are sent along."},
     {"service", FieldKind::text, "The service's name; the project's when left out."}}};
const Spec kLineageSpec{
    "observe.lineage",
    "A receiver of OpenLineage's events.",
    {{"endpoint", FieldKind::text, "Its address, such as http://localhost:5000/api/v1/lineage.", "", true},
     {"headers", FieldKind::mapping, "Headers that are sent along."},
     {"namespace", FieldKind::text, "That jobs are in; the project's name when left out."}}};
const Spec kMeasuresSpec{"observe.measures",
                         "CloudWatch's embedded metric format: a line of JSON a step and a run.",
                         {{"file", FieldKind::text, "Where lines are appended; `-` is standard output.", "-"},
                          {"namespace", FieldKind::text, "CloudWatch's namespace.", "Leat"}}};

namespace {

constexpr std::chrono::seconds kPostPatience{5};
constexpr std::size_t kSpansAPost = 500;

Endpoint read_endpoint(const document::Settings& settings, const Value& mapping) {
  Endpoint out;
  out.url = settings.text("endpoint");
  if (!out.url.starts_with("http://") && !out.url.starts_with("https://"))
    throw Error(ErrorCode::observe_invalid, fmt::format("`endpoint` is no address: `{}`", out.url),
                mapping["endpoint"].where());
  while (out.url.ends_with('/')) out.url.pop_back();
  for (const Value::Member& member : settings.value("headers").members()) {
    out.headers.emplace_back(member.first, member.second.as_text(member.first));
    register_secret(out.headers.back().second);
  }
  return out;
}

}  // namespace

ObserveSettings read_observe_settings(const Value& mapping, const std::string& folder,
                                      const std::string& project, const Env& env) {
  ObserveSettings out;
  if (mapping.is_null()) return out;
  document::Settings settings = document::read_settings(kObserveSpec, mapping, env);
  if (settings.has("traces")) {
    document::Settings traces = document::read_settings(kTracesSpec, mapping["traces"], env);
    out.traces = read_endpoint(traces, mapping["traces"]);
    if (!out.traces.url.ends_with("/v1/traces")) out.traces.url += "/v1/traces";
    out.service = traces.has("service") ? traces.text("service") : project;
  }
  if (settings.has("lineage")) {
    document::Settings lineage = document::read_settings(kLineageSpec, mapping["lineage"], env);
    out.lineage = read_endpoint(lineage, mapping["lineage"]);
    out.lineage_space = lineage.has("namespace") ? lineage.text("namespace") : project;
  }
  if (settings.has("measures")) {
    document::Settings measures = document::read_settings(kMeasuresSpec, mapping["measures"], env);
    out.measures_file = measures.text("file");
    if (out.measures_file != "-")
      out.measures_file = (std::filesystem::path(folder) / out.measures_file).string();
    out.measures_space = measures.text("namespace");
  }
  return out;
}

Observer::Observer(ObserveSettings settings, RunRecord run, Env& env)
    : settings_(std::move(settings)), run_(std::move(run)), env_(env) {
  if (settings_.traces.url.empty() && settings_.lineage.url.empty()) return;
  sender_ = std::jthread([this](std::stop_token stop) { send_all(std::move(stop)); });
  if (!settings_.lineage.url.empty())
    queue({&settings_.lineage, "lineage", lineage_json(run_, nullptr, "START", settings_.lineage_space)});
}

Observer::~Observer() {
  if (!sender_.joinable()) return;
  sender_.request_stop();
  sender_.join();
}

void Observer::queue(Post post) {
  std::lock_guard lock(mutex_);
  if (posts_.size() >= kQueueMax) {
    if (problem_.empty()) problem_ = "lineage: the receiver is too slow";
    return;
  }
  posts_.push_back(std::move(post));
  changed_.notify_all();
}

void Observer::step_finished(StepRecord step) {
  if (!settings_.measures_file.empty())
    write_measures(measures_json(run_, &step, settings_.measures_space) + "\n");
  bool has_worked = step.status != "skipped" && step.status != "unchanged";
  if (!settings_.lineage.url.empty() && has_worked) {
    const char* end = step.status == "error" ? "FAIL" : step.status == "interrupted" ? "ABORT" : "COMPLETE";
    queue({&settings_.lineage, "lineage", lineage_json(run_, &step, "START", settings_.lineage_space)});
    queue({&settings_.lineage, "lineage", lineage_json(run_, &step, end, settings_.lineage_space)});
  }
  if (settings_.traces.url.empty()) return;
  std::lock_guard lock(mutex_);
  steps_.push_back(std::move(step));
}

void Observer::finish(RunRecord run) {
  run_ = std::move(run);
  if (!settings_.measures_file.empty())
    write_measures(measures_json(run_, nullptr, settings_.measures_space) + "\n");
  if (!settings_.lineage.url.empty()) {
    const char* end = run_.status == "success" ? "COMPLETE" : run_.status == "interrupted" ? "ABORT" : "FAIL";
    queue({&settings_.lineage, "lineage", lineage_json(run_, nullptr, end, settings_.lineage_space)});
  }
  if (!settings_.traces.url.empty()) {
    for (std::size_t at = 0; at == 0 || at < steps_.size(); at += kSpansAPost) {
      auto begin = steps_.begin() + static_cast<std::ptrdiff_t>(at);
      auto end = steps_.begin() + static_cast<std::ptrdiff_t>(std::min(at + kSpansAPost, steps_.size()));
      queue({&settings_.traces, "traces", otlp_json(run_, {begin, end}, settings_.service, at == 0)});
    }
  }
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kPatience, [&] { return posts_.empty() && !is_sending_; });
  if (!posts_.empty() && problem_.empty())
    problem_ = fmt::format("{}: the receiver is too slow", posts_[0].exporter);
  if (problem_.empty()) return;
  std::size_t colon = problem_.find(": ");
  env_.emit({"export_failed",
             EventLevel::warning,
             {{"exporter", problem_.substr(0, colon)}, {"error", redact(problem_.substr(colon + 2))}}});
}

// After a delivery that failed nothing more goes to that receiver in this run: each would wait as long.
void Observer::send_all(std::stop_token stop) {
  http::ClientOptions options;
  options.connect_timeout = options.timeout = kPostPatience;
  options.response_bytes_max = 1 << 20;
  http::Client client(env_, options);
  std::unique_lock lock(mutex_);
  const Endpoint* broken = nullptr;
  while (changed_.wait(lock, stop, [&] { return !posts_.empty(); })) {
    Post post = std::move(posts_.front());
    posts_.pop_front();
    if (post.to == broken) {
      changed_.notify_all();
      continue;
    }
    is_sending_ = true;
    lock.unlock();
    std::string problem;
    try {
      http::Request request;
      request.method = "POST";
      request.url = post.to->url;
      request.body = std::move(post.body);
      request.headers.set("Content-Type", "application/json");
      for (const auto& [name, value] : post.to->headers) {
        request.headers.set(name, value);
        request.secret_headers.push_back(name);
      }
      http::Response response = client.send(request, stop);
      if (!response.ok())
        problem = fmt::format("the answer was {}: {}", response.status, response.body.view().substr(0, 200));
    } catch (const Error& error) {
      problem = error.what();
    }
    lock.lock();
    is_sending_ = false;
    if (!problem.empty()) {
      broken = post.to;
      if (problem_.empty()) problem_ = fmt::format("{}: {}", post.exporter, problem);
    }
    changed_.notify_all();
  }
}

// Appended in one write, so that lines of several processes don't mix.
void Observer::write_measures(const std::string& lines) {
  std::lock_guard lock(mutex_);
  int file = settings_.measures_file == "-"
                 ? STDOUT_FILENO
                 : ::open(settings_.measures_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  ssize_t written = file < 0 ? -1 : ::write(file, lines.data(), lines.size());
  if (written != static_cast<ssize_t>(lines.size()) && problem_.empty())
    problem_ = fmt::format("measures: {}: {}", settings_.measures_file, std::strerror(errno));
  if (file > STDERR_FILENO) ::close(file);
}

}  // namespace leat::observe

#include "server/api/own_api.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "base/embedded.h"
#include "base/error.h"
#include "base/secret.h"
#include "base/time.h"
#include "document/texts.h"
#include "run/jobs/launcher.h"
#include "run/jobs/scheduler.h"
#include "server/api/values.h"

namespace leat {
LEAT_EMBEDDED(openapi);
}

namespace leat::server {

using document::Value;

namespace {

constexpr std::string_view kPrefix = "/api/leat/v1";
constexpr int kEventsAPiece = 200;
constexpr int kFollowersMax = 8;  // each takes a thread of the server
constexpr std::chrono::milliseconds kLook{100};

Value list_of(const std::vector<std::string>& values) {
  std::vector<Value> items;
  for (const std::string& each : values) items.push_back(text(each));
  return Value::list(std::move(items));
}

Value step_value(const run::JobStep& step) {
  return Value::mapping({{"asset", text(step.asset)},
                         {"kind", text(step.kind)},
                         {"status", text(step.status)},
                         {"message", text(step.message)},
                         {"rows", Value::of(step.rows)},
                         {"took_ms", Value::of(step.took_ms)},
                         {"attempt", Value::of(std::int64_t{step.attempt})},
                         {"finished_at", time(step.finished)}});
}

Value attempt_value(const run::JobAttempt& attempt) {
  return Value::mapping({{"number", Value::of(std::int64_t{attempt.number})},
                         {"run_id", text(attempt.run_id)},
                         {"status", text(attempt.status)},
                         {"error", text(attempt.error)},
                         {"started_at", time(attempt.started)},
                         {"finished_at", time(attempt.finished)}});
}

Value event_value(const run::EventRow& event) {
  return Value::mapping({{"at", text(event.at)},
                         {"level", text(event.level)},
                         {"event", text(event.name)},
                         {"fields", document::parse_json(event.fields, "an event")}});
}

Value tick_value(const run::Tick& tick) {
  return Value::mapping({{"schedule", text(tick.schedule)},
                         {"at", text(format_iso_timestamp(tick.at))},
                         {"outcome", text(tick.outcome)},
                         {"job", tick.job > 0 ? Value::of(tick.job) : Value()}});
}

}  // namespace

OwnApi::OwnApi(const Control& control)
    : control_(control),
      store_(control.project.folder),
      assets_(control),
      runs_(control),
      connections_(control),
      sql_(control),
      started_(control.env.now()) {}

std::optional<Reply> OwnApi::answer(const Call& call) {
  if (call.path == "/health") {
    return json_reply(Value::mapping({{"status", Value::of("ok")}, {"version", Value::of(LEAT_VERSION)}}));
  }
  bool is_metrics = call.path == "/metrics";
  if (!is_metrics && !call.path.starts_with(kPrefix)) return std::nullopt;
  if (call.caller.role == UserRole::none)
    return problem_reply(401, "unauthorized", "The credentials are missing or wrong.");
  return answer_or_problem(
      [&] { return is_metrics ? metrics() : answer_known(call, call.path.substr(kPrefix.size())); });
}

Reply OwnApi::answer_known(const Call& call, const std::string& path) {
  bool gets = call.method == "GET";
  if (path == "/openapi.json" && gets) {
    Reply reply;
    reply.body = std::string(embedded_openapi()[0].contents);
    return reply;
  }
  if (path == "/jobs" && gets) return jobs(call);
  if (path == "/jobs" && call.method == "POST") return add_job(call);
  if (path.starts_with("/jobs/")) return job(call, path.substr(6));
  if (path == "/schedules" || path.starts_with("/schedules/")) return schedules(call, path.substr(10));
  if (path == "/ticks" && gets) return ticks(call);
  if (path == "/project" && gets) return project();
  if (auto reply = assets_.answer(call, path)) return *reply;
  if (auto reply = runs_.answer(call, path)) return *reply;
  if (auto reply = connections_.answer(call, path)) return *reply;
  if (auto reply = sql_.answer(call, path)) return *reply;
  return not_found("path");
}

Reply OwnApi::jobs(const Call& call) {
  run::JobFilter filter;
  filter.name = call.parameter("name");
  filter.kind = call.parameter("kind");
  if (std::string status = call.parameter("status"); !status.empty()) {
    filter.status = run::parse_job_status(status);
    if (!filter.status) return problem_reply(400, "bad-request", "The status is not known.");
  }
  filter.limit = call.number("limit", 50, 1, 1000);
  filter.offset = call.number("offset", 0, 0, 1'000'000'000);
  std::vector<Value> all;
  for (const run::Job& each : control_.queue.jobs(filter)) all.push_back(job_value(each));
  return json_reply(Value::mapping(
      {{"jobs", Value::list(std::move(all))}, {"total", Value::of(control_.queue.count(filter))}}));
}

Reply OwnApi::add_job(const Call& call) {
  Value body = call.json();
  run::JobSpec spec;
  spec.select = document::texts_of(body["select"]);
  spec.exclude = document::texts_of(body["exclude"]);
  spec.kinds = document::texts_of(body["kinds"]);
  spec.full_refresh = body["full_refresh"].boolean();
  spec.from = body["from"].raw();
  spec.to = body["to"].raw();
  for (const std::string& instant : {spec.from, spec.to})
    if (!instant.empty() && !parse_iso_timestamp(instant))
      return problem_reply(400, "bad-request", "`from` and `to` are instants such as 2026-01-05.");
  run::NewJob job;
  job.kind = "manual";
  job.name = body["name"].raw();
  if (job.name.empty()) job.name = spec.select.empty() ? "everything" : spec.select[0];
  job.spec = run::to_json(spec);
  job.priority = static_cast<int>(std::clamp<std::int64_t>(body["priority"].integer(), -1000, 1000));
  job.attempts_max = static_cast<int>(std::clamp<std::int64_t>(body["retries"].integer(), 0, 100)) + 1;
  std::int64_t id = control_.queue.add(job, control_.env.now());
  control_.wake();
  return json_reply(job_value(*control_.queue.find(id)), 201);
}

Reply OwnApi::job(const Call& call, const std::string& rest) {
  std::int64_t id = -1;
  auto [end, problem] = std::from_chars(rest.data(), rest.data() + rest.size(), id);
  std::string what(end, rest.data() + rest.size());
  std::optional<run::Job> found = problem == std::errc() ? control_.queue.find(id) : std::nullopt;
  if (!found) return not_found("job");
  if (what == "/cancel" && call.method == "POST") {
    control_.cancel(id);
    return json_reply(job_value(*control_.queue.find(id)));
  }
  if (what == "/rerun" && call.method == "POST") return rerun(call, *found);
  if (call.method != "GET")
    return problem_reply(405, "method-not-allowed", "Only GET, and POST to …/cancel and …/rerun.");
  if (what == "/events") return follow(id);
  if (what == "/log") {
    std::vector<Value> all;
    for (const run::EventRow& each : events(found->run_id, 0, 10'000)) all.push_back(event_value(each));
    return list_reply("events", std::move(all));
  }
  if (!what.empty()) return not_found("path");
  Value out = job_value(*found);
  std::vector<Value> steps, attempts;
  for (const run::JobStep& each : control_.queue.steps(id)) steps.push_back(step_value(each));
  for (const run::JobAttempt& each : control_.queue.attempts(id)) attempts.push_back(attempt_value(each));
  out.set("steps", Value::list(std::move(steps)));
  out.set("attempts", Value::list(std::move(attempts)));
  return json_reply(out);
}

std::vector<run::EventRow> OwnApi::events(const std::string& run_id, std::int64_t after, int count) {
  std::lock_guard lock(mutex_);
  return store_.events(run_id, after, count);
}

// The events of a job's runs as they come, until it is over.
Reply OwnApi::follow(std::int64_t id) {
  auto seat = std::shared_ptr<void>(nullptr, [this](void*) { --followers_; });
  if (++followers_ > kFollowersMax)
    return problem_reply(503, "too-many", "Too many follow events already; ask again later.");
  Reply reply;
  reply.content_type = "text/event-stream";
  reply.headers["Cache-Control"] = "no-store";
  auto after = std::make_shared<std::int64_t>(0);
  auto is_told = std::make_shared<bool>(false);
  std::shared_ptr<Clock> clock = system_clock();
  reply.more = [this, id, after, is_told, clock, seat](std::string& piece) {
    if (*is_told) return false;
    std::optional<run::Job> job = control_.queue.find(id);
    std::vector<run::EventRow> rows;
    if (job && !job->run_id.empty()) rows = events(job->run_id, *after, kEventsAPiece);
    for (const run::EventRow& row : rows) {
      *after = row.row;
      piece += fmt::format("id: {}\nevent: {}\ndata: {}\n\n", row.row, row.name,
                           document::to_json(event_value(row)));
    }
    if (!rows.empty()) return true;
    if (!job || run::is_over(job->status)) {
      *is_told = true;
      piece = fmt::format("event: end\ndata: {{\"status\":\"{}\"}}\n\n",
                          job ? run::name(job->status) : std::string_view("gone"));
      return true;
    }
    clock->wait(kLook, control_.env.stop());
    piece = ": \n\n";  // a comment: the connection lives
    return !control_.env.stop().stop_requested();
  };
  return reply;
}

Reply OwnApi::schedules(const Call& call, const std::string& rest) {
  auto now = std::chrono::floor<std::chrono::seconds>(control_.env.now());
  auto describe = [&](const run::Schedule& each, int count) {
    std::vector<Value> next;
    for (auto tick : run::next_ticks(each.cron, each.zone, now, count))
      next.push_back(text(format_iso_timestamp(tick)));
    return Value::mapping({{"name", text(each.name)},
                           {"cron", text(each.cron_text)},
                           {"timezone", text(each.zone.name())},
                           {"enabled", Value::of(each.enabled)},
                           {"select", list_of(each.select)},
                           {"exclude", list_of(each.exclude)},
                           {"missed", text(each.missed == run::Missed::skip   ? "skip"
                                           : each.missed == run::Missed::once ? "once"
                                                                              : "all")},
                           {"concurrency", Value::of(std::int64_t{each.concurrency})},
                           {"retries", Value::of(std::int64_t{each.retries})},
                           {"priority", Value::of(std::int64_t{each.priority})},
                           {"pool", text(each.pool)},
                           {"timeout_seconds", Value::of(std::int64_t{each.timeout.count() / 1000})},
                           {"full_refresh", Value::of(each.full_refresh)},
                           {"next", Value::list(std::move(next))}});
  };
  if (rest.empty()) {
    std::vector<Value> all;
    for (const run::Schedule& each : control_.project.schedules) all.push_back(describe(each, 5));
    return list_reply("schedules", std::move(all));
  }
  std::string name = rest.substr(1);
  bool runs = name.ends_with("/run");
  if (runs) name.resize(name.size() - 4);
  for (const run::Schedule& each : control_.project.schedules) {
    if (each.name != name) continue;
    if (!runs) return json_reply(describe(each, call.number("count", 10, 1, 1000)));
    if (call.method != "POST") return problem_reply(405, "method-not-allowed", "Only POST runs a schedule.");
    std::int64_t id = control_.queue.add(run::job_of(each), control_.env.now());
    control_.wake();
    return json_reply(job_value(*control_.queue.find(id)), 201);
  }
  return not_found("schedule");
}

Reply OwnApi::ticks(const Call& call) {
  std::vector<Value> all;
  for (const run::Tick& each :
       control_.queue.ticks(call.parameter("schedule"), call.number("limit", 100, 1, 10'000)))
    all.push_back(tick_value(each));
  return list_reply("ticks", std::move(all));
}

// What the server keeps, for whoever begins to look at it.
Reply OwnApi::project() {
  Value jobs = Value::mapping();
  std::map<std::string, std::int64_t> depths = control_.queue.depths();
  for (const char* status : {"queued", "running", "succeeded", "failed", "cancelled"})
    jobs.set(status, Value::of(depths[status]));
  const run::ProjectFile& project = control_.project;
  return json_reply(
      Value::mapping({{"name", text(project.name)},
                      {"title", text(project.title)},
                      {"target", text(control_.target)},
                      {"engine", text(project.targets[control_.target]["type"].raw())},
                      {"version", text(LEAT_VERSION)},
                      {"started_at", time(started_)},
                      {"now", time(control_.env.now())},
                      {"jobs", std::move(jobs)},
                      {"schedules", Value::of(static_cast<std::int64_t>(project.schedules.size()))},
                      {"connections", Value::of(static_cast<std::int64_t>(project.connections.size()))},
                      {"has_dbt", Value::of(!project.dbt_folder.empty())},
                      {"has_pages", Value::of(!project.pages_folder.empty())}}));
}

// The same once more; with `from_failure` only what its last attempt has not done.
Reply OwnApi::rerun(const Call& call, const run::Job& job) {
  run::JobSpec spec = run::parse_job_spec(job.spec);
  if (call.json()["from_failure"].boolean()) {
    for (const run::JobStep& step : control_.queue.steps(job.id)) {
      bool is_done = step.status == "success" || step.status == "warning" || step.status == "unchanged";
      if (is_done) spec.done.push_back(step.asset);
    }
  }
  run::NewJob again = job;
  again.kind = "manual";
  again.spec = run::to_json(spec);
  std::int64_t id = control_.queue.add(again, control_.env.now());
  control_.wake();
  return json_reply(job_value(*control_.queue.find(id)), 201);
}

}  // namespace leat::server

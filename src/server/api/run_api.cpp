#include "server/api/run_api.h"

#include <fmt/core.h>

#include <charconv>

#include "base/error.h"
#include "base/time.h"

namespace leat::server {

using document::Value;

namespace {

constexpr int kEventsAPiece = 200, kEventsMax = 10'000;
constexpr int kFollowersMax = 8;  // each takes a thread of the server
constexpr std::chrono::milliseconds kLook{100};

Value text(const std::string& value) {
  return Value::of(value);
}

Value event_value(const run::EventRow& event) {
  return Value::mapping({{"row", Value::of(event.row)},
                         {"at", text(event.at)},
                         {"level", text(event.level)},
                         {"event", text(event.name)},
                         {"fields", document::parse_json(event.fields, "an event")}});
}

Value run_value(const run::RunRow& run, const std::map<std::string, run::Job>& jobs) {
  Value out = Value::mapping({{"id", text(run.id)},
                              {"command", text(run.command)},
                              {"target", text(run.target)},
                              {"status", text(run.status)},
                              {"started_at", text(run.started_at)},
                              {"finished_at", run.finished_at.empty() ? Value() : text(run.finished_at)},
                              {"steps", Value::of(run.steps)},
                              {"failed", Value::of(run.failed)},
                              {"unchanged", Value::of(run.unchanged)}});
  auto job = jobs.find(run.id);
  out.set("job", job == jobs.end() ? Value() : Value::of(job->second.id));
  out.set("kind", text(job == jobs.end() ? "command" : job->second.kind));
  out.set("name", text(job == jobs.end() ? run.command : job->second.name));
  return out;
}

std::int64_t row_number(const std::string& value) {
  std::int64_t row = 0;
  std::from_chars(value.data(), value.data() + value.size(), row);
  return row;
}

}  // namespace

RunApi::RunApi(const Control& control) : control_(control), store_(control.project.folder) {}

std::optional<Reply> RunApi::answer(const Call& call, const std::string& path) {
  if (call.method != "GET") return std::nullopt;
  if (path == "/runs") return runs(call);
  if (!path.starts_with("/runs/")) return std::nullopt;
  std::string id = path.substr(6), what;
  if (std::size_t slash = id.find('/'); slash != std::string::npos) {
    what = id.substr(slash);
    id.resize(slash);
  }
  if (what.empty()) return run(id);
  if (what == "/log") return log(call, id);
  if (what == "/events") return follow(id, row_number(call.parameter("after")));
  return std::nullopt;
}

Reply RunApi::runs(const Call& call) {
  std::vector<run::RunRow> rows;
  {
    std::lock_guard lock(mutex_);
    rows = store_.runs(call.number("limit", 50, 1, 1000), call.number("offset", 0, 0, 1'000'000));
  }
  std::vector<std::string> ids;
  for (const run::RunRow& row : rows) ids.push_back(row.id);
  std::map<std::string, run::Job> jobs = control_.queue.jobs_of_runs(ids);
  std::vector<Value> out;
  for (const run::RunRow& row : rows) out.push_back(run_value(row, jobs));
  return json_reply(Value::mapping({{"runs", Value::list(std::move(out))}}));
}

Reply RunApi::run(const std::string& id) {
  std::optional<run::RunRow> found;
  std::vector<Value> steps;
  {
    std::lock_guard lock(mutex_);
    found = store_.find_run(id);
    if (!found) return problem_reply(404, "not-found", "There is no such run.");
    for (const run::StepRow& step : store_.steps(id)) {
      std::optional<Timestamp> end = parse_iso_timestamp(step.finished_at);
      std::string begin = end ? format_iso_timestamp(*end - std::chrono::milliseconds(step.took_ms)) : "";
      steps.push_back(Value::mapping({{"asset", text(step.asset)},
                                      {"kind", text(step.kind)},
                                      {"status", text(step.status)},
                                      {"message", text(step.message)},
                                      {"rows", Value::of(step.rows)},
                                      {"took_ms", Value::of(step.took_ms)},
                                      {"started_at", text(begin)},
                                      {"finished_at", text(step.finished_at)}}));
    }
    for (const run::WorkRow& step : store_.at_work(id))
      steps.push_back(Value::mapping({{"asset", text(step.asset)},
                                      {"kind", text(step.kind)},
                                      {"status", text("running")},
                                      {"started_at", text(step.started_at)}}));
  }
  Value out = run_value(*found, control_.queue.jobs_of_runs({id}));
  out.set("steps", Value::list(std::move(steps)));
  return json_reply(out);
}

Reply RunApi::log(const Call& call, const std::string& id) {
  std::lock_guard lock(mutex_);
  if (store_.run_status(id).empty()) return problem_reply(404, "not-found", "There is no such run.");
  std::vector<Value> events;
  for (const run::EventRow& each : store_.events(id, row_number(call.parameter("after")), kEventsMax))
    events.push_back(event_value(each));
  return json_reply(Value::mapping({{"events", Value::list(std::move(events))}}));
}

bool RunApi::is_over(const std::string& id) {
  std::lock_guard lock(mutex_);
  return store_.run_status(id) != "running";
}

// The events of a run as they come, until it is over.
Reply RunApi::follow(const std::string& id, std::int64_t from) {
  auto seat = std::shared_ptr<void>(nullptr, [this](void*) { --followers_; });
  if (++followers_ > kFollowersMax)
    return problem_reply(503, "too-many", "Too many follow events already; ask again later.");
  Reply reply;
  reply.content_type = "text/event-stream";
  reply.headers["Cache-Control"] = "no-store";
  auto after = std::make_shared<std::int64_t>(from);
  auto is_told = std::make_shared<bool>(false);
  std::shared_ptr<Clock> clock = system_clock();
  reply.more = [this, id, after, is_told, clock, seat](std::string& piece) {
    if (*is_told) return false;
    bool over = is_over(id);  // asked first: what is told afterwards is all there is
    std::vector<run::EventRow> rows;
    {
      std::lock_guard lock(mutex_);
      rows = store_.events(id, *after, kEventsAPiece);
    }
    for (const run::EventRow& row : rows) {
      *after = row.row;
      piece += fmt::format("id: {}\ndata: {}\n\n", row.row, document::to_json(event_value(row)));
    }
    if (!rows.empty()) return true;
    if (over) {
      *is_told = true;
      piece = "event: end\ndata: {}\n\n";
      return true;
    }
    clock->wait(kLook, control_.env.stop());
    piece = ": \n\n";  // a comment: the connection lives
    return !control_.env.stop().stop_requested();
  };
  return reply;
}

}  // namespace leat::server

#include "server/api/backfill_api.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "run/jobs/launcher.h"
#include "run/partitions/backfill.h"
#include "server/api/values.h"

namespace leat::server {

using document::Value;
using run::PartitionState;

namespace {

constexpr int kRunsShown = 20;
constexpr const char* kStates[] = {"missing", "queued", "running", "succeeded", "failed", "cancelled"};

Value seconds_value(std::optional<double> seconds) {
  return seconds ? Value::of(*seconds) : Value();
}

Value texts_value(const std::vector<std::string>& texts) {
  std::vector<Value> all;
  for (const std::string& each : texts) all.push_back(text(each));
  return Value::list(std::move(all));
}

const PartitionState* state_of(const std::map<std::string, PartitionState>& states, const std::string& key) {
  auto found = states.find(key);
  return found == states.end() ? nullptr : &found->second;
}

Value set_value(const run::PartitionSet& set, const std::vector<run::Partition>& all,
                const std::map<std::string, PartitionState>& states) {
  std::map<std::string, std::int64_t> counts;
  for (const run::Partition& each : all) {
    const PartitionState* state = state_of(states, each.key);
    ++counts[state ? state->status : "missing"];
  }
  Value by_state = Value::mapping();
  for (const char* state : kStates) by_state.set(state, Value::of(counts[state]));
  auto or_null = [](const std::string& value) { return value.empty() ? Value() : text(value); };
  std::string start = set.is_time() ? format_iso_timestamp(set.start).substr(0, 19) : "";
  std::string end = set.end ? format_iso_timestamp(*set.end).substr(0, 19) : "";
  return Value::mapping({{"name", text(set.name)},
                         {"kind", text(set.is_time() ? "time" : "list")},
                         {"select", texts_value(set.select)},
                         {"exclude", texts_value(set.exclude)},
                         {"window", or_null(set.window_text)},
                         {"timezone", set.is_time() ? text(set.zone.name()) : Value()},
                         {"start", or_null(start)},
                         {"end", or_null(end)},
                         {"count", Value::of(static_cast<std::int64_t>(all.size()))},
                         {"states", std::move(by_state)}});
}

Value cell_value(const run::Partition& partition, const PartitionState* state) {
  return Value::mapping({{"key", text(partition.key)},
                         {"from", time(partition.from.value_or(Timestamp{}))},
                         {"to", time(partition.to.value_or(Timestamp{}))},
                         {"state", text(state ? state->status : "missing")},
                         {"job", state ? Value::of(state->job) : Value()},
                         {"backfill", state && state->backfill > 0 ? Value::of(state->backfill) : Value()},
                         {"updated_at", time(state ? state->updated : Timestamp{})}});
}

Value backfill_value(const run::BackfillRow& row) {
  Value jobs = Value::mapping();
  for (const char* status : {"queued", "running", "succeeded", "failed", "cancelled"}) {
    auto found = row.jobs.find(status);
    jobs.set(status, Value::of(found == row.jobs.end() ? std::int64_t{0} : found->second));
  }
  return Value::mapping(
      {{"id", Value::of(row.id)},
       {"partitions", text(row.partitions)},
       {"status", text(row.status())},
       {"request", document::parse_json(row.request, "a backfill")},
       {"created_at", time(row.created)},
       {"finished_at", time(row.finished)},
       {"runs", std::move(jobs)},
       {"partition_count", Value::of(row.partition_count)},
       {"estimate_seconds", row.seconds_expected < 0 ? Value() : Value::of(row.seconds_expected)}});
}

Value run_value(const run::Job& job) {
  run::JobSpec spec = run::parse_job_spec(job.spec);
  auto or_null = [](const std::string& value) { return value.empty() ? Value() : text(value); };
  return Value::mapping({{"job", Value::of(job.id)},
                         {"keys", texts_value(spec.keys)},
                         {"from", or_null(spec.from)},
                         {"to", or_null(spec.to)},
                         {"status", text(std::string(run::name(job.status)))},
                         {"started_at", time(job.started)},
                         {"finished_at", time(job.finished)},
                         {"error", text(job.error)}});
}

Value plan_value(const run::BackfillPlan& plan) {
  std::vector<Value> first;
  for (const std::vector<run::Partition>& each : plan.runs) {
    if (first.size() == kRunsShown) break;
    std::vector<std::string> keys;
    for (const run::Partition& partition : each) keys.push_back(partition.key);
    first.push_back(Value::mapping({{"keys", texts_value(keys)},
                                    {"from", time(each.front().from.value_or(Timestamp{}))},
                                    {"to", time(each.back().to.value_or(Timestamp{}))}}));
  }
  std::string basis = plan.runs_known > 0 ? fmt::format("the last {} runs of this set", plan.runs_known)
                                          : "no run of this set has succeeded yet";
  return Value::mapping(
      {{"dry_run", Value::of(true)},
       {"partitions", Value::of(static_cast<std::int64_t>(plan.partition_count))},
       {"runs", Value::of(static_cast<std::int64_t>(plan.runs.size()))},
       {"left_out", Value::of(static_cast<std::int64_t>(plan.left_out))},
       {"first", Value::list(std::move(first))},
       {"estimate", Value::mapping({{"seconds_per_run", seconds_value(plan.seconds_per_run)},
                                    {"seconds", seconds_value(plan.seconds)},
                                    {"basis", text(basis)}})}});
}

}  // namespace

std::optional<Reply> BackfillApi::answer(const Call& call) {
  if (!call.path.starts_with(kApiPrefix)) return std::nullopt;
  std::string path = call.path.substr(kApiPrefix.size());
  if (!path.starts_with("/partitions") && !path.starts_with("/backfills")) return std::nullopt;
  return answer_or_problem([&] { return answer_known(call, path); });
}

Reply BackfillApi::answer_known(const Call& call, const std::string& path) {
  bool gets = call.method == "GET";
  if (path == "/partitions" && gets) return sets();
  if (path.starts_with("/partitions/") && gets) return grid(call, path.substr(12));
  if (path == "/backfills" && gets) return list(call);
  if (path == "/backfills" && call.method == "POST") return add(call);
  if (path.starts_with("/backfills/")) return one(call, path.substr(11));
  return not_found("path");
}

Reply BackfillApi::sets() {
  std::vector<Value> all;
  for (const run::PartitionSet& set : control_.project.partitions)
    all.push_back(set_value(set, run::partitions_of(set, control_.env.now()),
                            control_.queue.partition_states(set.name)));
  return list_reply("partitions", std::move(all));
}

Reply BackfillApi::grid(const Call& call, const std::string& name) {
  const run::PartitionSet& set = run::find_partition_set(control_.project.partitions, name);
  std::vector<run::Partition> all =
      run::partitions_of(set, control_.env.now(), {call.parameter("from"), call.parameter("to")});
  std::map<std::string, PartitionState> states = control_.queue.partition_states(name);
  Value out = set_value(set, all, states);
  std::string wanted = call.parameter("state");
  if (!wanted.empty())
    std::erase_if(all, [&](const run::Partition& each) {
      const PartitionState* state = state_of(states, each.key);
      return (state ? state->status : "missing") != wanted;
    });
  if (call.parameter("newest_first") == "true") std::reverse(all.begin(), all.end());
  auto offset = static_cast<std::size_t>(call.number("offset", 0, 0, 1'000'000'000));
  auto limit = static_cast<std::size_t>(call.number("limit", 1000, 1, 100'000));
  std::vector<Value> cells;
  for (std::size_t i = offset; i < all.size() && cells.size() < limit; ++i)
    cells.push_back(cell_value(all[i], state_of(states, all[i].key)));
  out.set("cells", Value::list(std::move(cells)));
  out.set("total", Value::of(static_cast<std::int64_t>(all.size())));
  return json_reply(out);
}

Reply BackfillApi::list(const Call& call) {
  std::string partitions = call.parameter("partitions");
  std::vector<Value> all;
  for (const run::BackfillRow& row : control_.queue.backfills(partitions, call.number("limit", 50, 1, 1000),
                                                              call.number("offset", 0, 0, 1'000'000'000)))
    all.push_back(backfill_value(row));
  return json_reply(Value::mapping({{"backfills", Value::list(std::move(all))},
                                    {"total", Value::of(control_.queue.count_backfills(partitions))}}));
}

Reply BackfillApi::add(const Call& call) {
  Value body = call.json();
  run::BackfillRequest request = run::parse_backfill(body);
  const run::PartitionSet& set = run::find_partition_set(control_.project.partitions, request.partitions);
  run::BackfillPlan plan = run::plan_backfill(set, request, control_.queue, control_.env.now());
  if (body["dry_run"].boolean()) return json_reply(plan_value(plan));
  std::int64_t id = run::add_backfill(set, request, plan, control_.queue, control_.env);
  control_.wake();
  return json_reply(backfill_value(*control_.queue.backfill(id)), 201);
}

Reply BackfillApi::one(const Call& call, const std::string& path) {
  std::string what;
  std::int64_t id = number_of(path, what);
  std::optional<run::BackfillRow> row = id > 0 ? control_.queue.backfill(id) : std::nullopt;
  if (!row) return not_found("backfill");
  if (what.empty() && call.method == "GET") {
    Value out = backfill_value(*row);
    std::vector<Value> jobs;
    for (const run::Job& job : control_.queue.jobs_of_backfill(id)) jobs.push_back(run_value(job));
    out.set("jobs", Value::list(std::move(jobs)));
    return json_reply(out);
  }
  if (call.method != "POST")
    return problem_reply(405, "method-not-allowed", "Only GET, POST …/cancel and …/retry.");
  if (what == "/cancel") {
    for (const run::Job& job : control_.queue.jobs_of_backfill(id))
      if (!run::is_over(job.status)) control_.cancel(job.id);
  } else if (what == "/retry") {
    control_.queue.retry_backfill(id, control_.env.now());
    control_.wake();
  } else {
    return not_found("path");
  }
  return json_reply(backfill_value(*control_.queue.backfill(id)));
}

}  // namespace leat::server

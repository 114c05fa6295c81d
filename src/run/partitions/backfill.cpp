#include "run/partitions/backfill.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/time.h"
#include "document/texts.h"
#include "run/jobs/launcher.h"

namespace leat::run {

using document::Value;

namespace {

constexpr std::string_view kWhich[] = {"missing", "failed", "unfinished", "all"};
constexpr int kRunsForEstimate = 20, kConcurrencyMax = 64, kRetriesMax = 100, kPriorityMax = 1000;

Value list_of(const std::vector<std::string>& texts) {
  std::vector<Value> items;
  for (const std::string& text : texts) items.push_back(Value::of(text));
  return Value::list(std::move(items));
}

int number(const Value& json, const char* name, int otherwise, int low, int high) {
  const Value* given = json.find(name);
  if (!given || given->is_null()) return otherwise;
  if (given->kind() != Value::Kind::integer || given->integer() < low || given->integer() > high)
    throw Error(ErrorCode::backfill_invalid,
                fmt::format("`{}` is no whole number from {} to {}", name, low, high), "");
  return static_cast<int>(given->integer());
}

bool wants(Which which, const PartitionState* state) {
  if (which == Which::all) return true;
  if (!state) return which != Which::failed;
  bool has_failed = state->status == "failed" || state->status == "cancelled";
  return has_failed && which != Which::missing;
}

}  // namespace

BackfillRequest parse_backfill(const Value& json) {
  if (!json.is_mapping()) throw Error(ErrorCode::backfill_invalid, "A backfill is a JSON object", "");
  BackfillRequest out;
  out.partitions = json["partitions"].raw();
  out.range = {json["from"].raw(), json["to"].raw()};
  out.keys = document::texts_of(json["keys"]);
  if (const Value* which = json.find("which"); which && !which->is_null()) {
    auto found = std::find(std::begin(kWhich), std::end(kWhich), which->raw());
    if (found == std::end(kWhich))
      throw Error(ErrorCode::backfill_invalid, "`which` is missing, failed, unfinished or all", "");
    out.which = static_cast<Which>(found - std::begin(kWhich));
  }
  out.partitions_per_run = number(json, "partitions_per_run", 1, 0, 1'000'000);
  out.concurrency = number(json, "concurrency", 1, 1, kConcurrencyMax);
  out.priority = number(json, "priority", 0, -kPriorityMax, kPriorityMax);
  out.retries = number(json, "retries", 2, 0, kRetriesMax);
  std::string order = json["order"].raw();
  if (!order.empty() && order != "asc" && order != "desc")
    throw Error(ErrorCode::backfill_invalid, "`order` is asc or desc", "");
  out.is_descending = order == "desc";
  out.full_refresh = json["full_refresh"].boolean();
  if (json.find("select")) out.select = document::texts_of(json["select"]);
  if (json.find("exclude")) out.exclude = document::texts_of(json["exclude"]);
  out.pool = json["pool"].raw();
  return out;
}

Value to_value(const BackfillRequest& request) {
  Value out = Value::mapping();
  out.set("partitions", Value::of(request.partitions));
  if (!request.range.from.empty()) out.set("from", Value::of(request.range.from));
  if (!request.range.to.empty()) out.set("to", Value::of(request.range.to));
  if (!request.keys.empty()) out.set("keys", list_of(request.keys));
  out.set("which", Value::of(std::string(kWhich[static_cast<std::size_t>(request.which)])));
  out.set("partitions_per_run", Value::of(std::int64_t{request.partitions_per_run}));
  out.set("concurrency", Value::of(std::int64_t{request.concurrency}));
  out.set("order", Value::of(request.is_descending ? "desc" : "asc"));
  if (request.select) out.set("select", list_of(*request.select));
  if (request.exclude) out.set("exclude", list_of(*request.exclude));
  out.set("full_refresh", Value::of(request.full_refresh));
  out.set("priority", Value::of(std::int64_t{request.priority}));
  out.set("retries", Value::of(std::int64_t{request.retries}));
  return out;
}

BackfillPlan plan_backfill(const PartitionSet& set, const BackfillRequest& request, Queue& queue,
                           Timestamp now) {
  std::vector<Partition> all = partitions_of(set, now, request.range);
  if (!request.keys.empty()) {
    std::set<std::string> wanted(request.keys.begin(), request.keys.end());
    std::erase_if(all, [&](const Partition& each) { return wanted.erase(each.key) == 0; });
    if (!wanted.empty())
      throw Error(ErrorCode::partitions_unknown,
                  fmt::format("`{}` is no partition of {} (within the range)", *wanted.begin(), set.name),
                  "");
  }
  std::map<std::string, PartitionState> states = queue.partition_states(set.name);
  BackfillPlan plan;
  std::size_t width =
      request.partitions_per_run == 0 ? all.size() : static_cast<std::size_t>(request.partitions_per_run);
  for (Partition& each : all) {
    auto state = states.find(each.key);
    if (!wants(request.which, state == states.end() ? nullptr : &state->second)) {
      ++plan.left_out;
      continue;
    }
    ++plan.partition_count;
    bool joins = !plan.runs.empty() && plan.runs.back().size() < width &&
                 (!set.is_time() || plan.runs.back().back().to == each.from);
    if (!joins) plan.runs.emplace_back();
    plan.runs.back().push_back(std::move(each));
  }
  if (request.is_descending) std::reverse(plan.runs.begin(), plan.runs.end());
  std::vector<double> took = queue.seconds_a_partition(set.name, kRunsForEstimate);
  if (took.empty() || plan.runs.empty()) return plan;
  std::nth_element(took.begin(), took.begin() + static_cast<std::ptrdiff_t>(took.size() / 2), took.end());
  double median = took[took.size() / 2];
  auto runs = static_cast<double>(plan.runs.size()), partitions = static_cast<double>(plan.partition_count);
  plan.runs_known = static_cast<int>(took.size());
  plan.seconds_per_run = median * partitions / runs;
  plan.seconds = median * partitions / std::min(runs, static_cast<double>(request.concurrency));
  return plan;
}

namespace {

NewJob job_of_run(const PartitionSet& set, const BackfillRequest& request,
                  const std::vector<Partition>& run) {
  JobSpec spec;
  spec.select = request.select.value_or(set.select);
  spec.exclude = request.exclude.value_or(set.exclude);
  spec.full_refresh = request.full_refresh;
  spec.partitions = set.name;
  for (const Partition& each : run) spec.keys.push_back(each.key);
  if (set.is_time()) {
    spec.from = format_iso_timestamp(*run.front().from);
    spec.to = format_iso_timestamp(*run.back().to);
    spec.vars.set("partition_start", Value::of(spec.from));
    spec.vars.set("partition_end", Value::of(spec.to));
  } else {
    spec.vars.set(set.variable, run.size() == 1 ? Value::of(run[0].key) : list_of(spec.keys));
  }
  NewJob job;
  job.kind = "backfill";
  job.name = set.name;
  job.spec = to_json(spec);
  job.partitions = spec.keys;
  job.priority = request.priority;
  job.pool = request.pool;
  job.lane_width = request.concurrency;
  job.attempts_max = request.retries + 1;
  return job;
}

}  // namespace

std::int64_t add_backfill(const PartitionSet& set, const BackfillRequest& request, const BackfillPlan& plan,
                          Queue& queue, Env& env) {
  if (plan.runs.empty())
    throw Error(ErrorCode::backfill_invalid, fmt::format("There is nothing to do for {}", set.name), "")
        .fix("`which: all` does what has succeeded again.");
  BackfillRow row;
  row.partitions = set.name;
  row.request = document::to_json(to_value(request));
  row.seconds_expected = plan.seconds.value_or(-1);
  row.partition_count = static_cast<std::int64_t>(plan.partition_count);
  std::vector<NewJob> jobs;
  for (const std::vector<Partition>& run : plan.runs) jobs.push_back(job_of_run(set, request, run));
  std::int64_t id = queue.add_backfill(row, std::move(jobs), env.now(), env);
  env.emit({"backfill_started",
            EventLevel::info,
            {{"backfill", id},
             {"partitions", set.name},
             {"runs", static_cast<std::int64_t>(plan.runs.size())},
             {"count", row.partition_count}}});
  return id;
}

}  // namespace leat::run

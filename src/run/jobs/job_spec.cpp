#include "base/time.h"
#include "document/texts.h"
#include "document/value.h"
#include "run/jobs/launcher.h"

namespace leat::run {

using document::Value;

namespace {

Value list(const std::vector<std::string>& texts) {
  std::vector<Value> items;
  for (const std::string& text : texts) items.push_back(Value::of(text));
  return Value::list(std::move(items));
}

}  // namespace

std::string to_json(const JobSpec& spec) {
  Value out = Value::mapping();
  auto set_list = [&](const char* name, const std::vector<std::string>& values) {
    if (!values.empty()) out.set(name, list(values));
  };
  set_list("select", spec.select);
  set_list("exclude", spec.exclude);
  set_list("kinds", spec.kinds);
  set_list("assets", spec.assets);
  set_list("done", spec.done);
  if (spec.full_refresh) out.set("full_refresh", Value::of(true));
  if (!spec.from.empty()) out.set("from", Value::of(spec.from));
  if (!spec.to.empty()) out.set("to", Value::of(spec.to));
  if (!spec.partitions.empty()) out.set("partitions", Value::of(spec.partitions));
  set_list("keys", spec.keys);
  if (!spec.vars.is_null()) out.set("vars", spec.vars);
  return document::to_json(out);
}

JobSpec parse_job_spec(const std::string& json) {
  Value value = document::parse_json(json.empty() ? "{}" : json, "a job");
  JobSpec spec;
  spec.select = document::texts_of(value["select"]);
  spec.exclude = document::texts_of(value["exclude"]);
  spec.kinds = document::texts_of(value["kinds"]);
  spec.assets = document::texts_of(value["assets"]);
  spec.done = document::texts_of(value["done"]);
  spec.full_refresh = value["full_refresh"].boolean();
  spec.from = value["from"].raw();
  spec.to = value["to"].raw();
  spec.partitions = value["partitions"].raw();
  spec.keys = document::texts_of(value["keys"]);
  spec.vars = value["vars"];
  return spec;
}

void fill_options(const JobSpec& spec, WorkspaceOptions& workspace, RunOptions& run, Env& env) {
  workspace.full_refresh = spec.full_refresh;
  if (!spec.from.empty() || !spec.to.empty()) {
    workspace.window = stream::Window{};
    workspace.window->from = parse_iso_timestamp(spec.from);
    workspace.window->to = parse_iso_timestamp(spec.to);
  }
  if (!spec.partitions.empty()) {
    if (workspace.window && workspace.window->from && workspace.window->to)
      workspace.event_times = dbt::TimeWindow{*workspace.window->from, *workspace.window->to};
    std::string keys;
    for (const std::string& key : spec.keys) keys += (keys.empty() ? "" : ",") + key;
    env.set_variable("LEAT_PARTITION", keys);
    env.set_variable("LEAT_PARTITION_FROM", spec.from);
    env.set_variable("LEAT_PARTITION_TO", spec.to);
    run.skip_unchanged =
        false;  // a model may have done another partition at the same version of what is above it
  }
  if (spec.vars.is_mapping()) {
    for (const Value::Member& member : spec.vars.members()) workspace.vars.set(member.first, member.second);
  }
  run.patience = kJobPatience;
  run.select = spec.select;
  run.exclude = spec.exclude;
  run.kinds = spec.kinds;
  run.only = spec.assets;
  run.done = spec.done;
}

}  // namespace leat::run

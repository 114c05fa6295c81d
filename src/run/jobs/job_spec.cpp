#include "base/time.h"
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

std::vector<std::string> texts(const Value& list) {
  std::vector<std::string> out;
  for (const Value& item : list.items()) out.push_back(item.raw());
  return out;
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
  set_list("done", spec.done);
  if (spec.full_refresh) out.set("full_refresh", Value::of(true));
  if (!spec.from.empty()) out.set("from", Value::of(spec.from));
  if (!spec.to.empty()) out.set("to", Value::of(spec.to));
  return document::to_json(out);
}

JobSpec parse_job_spec(const std::string& json) {
  Value value = document::parse_json(json.empty() ? "{}" : json, "a job");
  JobSpec spec;
  spec.select = texts(value["select"]);
  spec.exclude = texts(value["exclude"]);
  spec.kinds = texts(value["kinds"]);
  spec.done = texts(value["done"]);
  spec.full_refresh = value["full_refresh"].boolean();
  spec.from = value["from"].raw();
  spec.to = value["to"].raw();
  return spec;
}

void fill_options(const JobSpec& spec, WorkspaceOptions& workspace, RunOptions& run) {
  workspace.full_refresh = spec.full_refresh;
  if (!spec.from.empty() || !spec.to.empty()) {
    workspace.window = stream::Window{};
    workspace.window->from = parse_iso_timestamp(spec.from);
    workspace.window->to = parse_iso_timestamp(spec.to);
  }
  run.select = spec.select;
  run.exclude = spec.exclude;
  run.kinds = spec.kinds;
  run.done = spec.done;
}

}  // namespace leat::run

#include "run/jobs/job_settings.h"

#include <fmt/core.h>

#include "base/error.h"
#include "document/settings.h"

namespace leat::run {

using document::Value;

const Spec kJobsSpec{
    "serve.jobs",
    "How `leat serve` carries out jobs.",
    {{"workers", FieldKind::integer, "How many run at once.", "1"},
     {"pools", FieldKind::mapping, "How many jobs of a pool run at once, by the pool's name."},
     {"launcher",
      FieldKind::text,
      "Where they run: in the server, or each in a process of its own.",
      "in_process",
      false,
      {"in_process", "child_process"}},
     {"memory", FieldKind::bytes, "What the process of a job may use."},
     {"cpu", FieldKind::duration, "Processor time that the process of a job may use."}}};

namespace {

constexpr std::int64_t kWorkersMax = 64;

int bounded(std::int64_t value, std::string_view name, const std::string& where) {
  if (value < 1 || value > kWorkersMax)
    throw Error(ErrorCode::config_invalid, fmt::format("`{}` is not from 1 to {}", name, kWorkersMax), where);
  return static_cast<int>(value);
}

}  // namespace

JobSettings read_job_settings(const Value& jobs, const Env& env) {
  JobSettings out;
  if (jobs.is_null()) return out;
  document::Settings settings = read_settings(kJobsSpec, jobs, env);
  out.workers.count = bounded(settings.integer("workers"), "workers", jobs.where());
  for (const Value::Member& member : settings.value("pools").members())
    out.workers.pools[member.first] =
        bounded(member.second.as_integer(member.first), member.first, member.second.where());
  out.has_own_process = settings.text("launcher") == "child_process";
  if (settings.has("memory")) out.memory_bytes = settings.bytes("memory");
  if (settings.has("cpu")) out.cpu = settings.duration("cpu");
  return out;
}

std::unique_ptr<Launcher> make_launcher(const JobSettings& settings, LauncherOptions options, Env& env) {
  options.memory_bytes = settings.memory_bytes;
  options.cpu = settings.cpu;
  return settings.has_own_process ? child_process_launcher(options) : in_process_launcher(options, env);
}

}  // namespace leat::run

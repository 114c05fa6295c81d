#include "run/jobs/job_settings.h"

#include <fmt/core.h>

#include "base/error.h"
#include "document/texts.h"
#include "files/credentials.h"

namespace leat::run {

using document::Value;

const Spec kJobsSpec{
    "serve.jobs",
    "How `leat serve` carries out jobs.",
    {{"workers", FieldKind::integer, "How many run at once.", "1"},
     {"pools", FieldKind::mapping, "How many jobs of a pool run at once, by the pool's name."},
     {"launcher",
      FieldKind::text,
      "Where they run: in the server, each in a process of its own, as tasks of ECS, or as jobs of "
      "Kubernetes.",
      "in_process",
      false,
      {"in_process", "child_process", "ecs", "kubernetes"}},
     {"ecs", FieldKind::mapping, "The launcher `ecs`: its cluster and task."},
     {"kubernetes", FieldKind::mapping, "The launcher `kubernetes`: its namespace and image."},
     {"drain", FieldKind::duration,
      "At the server's end: how long jobs at work may go on before they are asked to stop.", "20s"},
     {"memory", FieldKind::bytes, "What the process of a job may use."},
     {"cpu", FieldKind::duration, "Processor time that the process of a job may use."}}};

const Spec kEcsSpec{
    "serve.jobs.ecs",
    "Jobs as tasks of Amazon ECS, whose image holds the project.",
    {{"cluster", FieldKind::text, "The cluster's name.", "", true},
     {"task", FieldKind::text, "The task definition: `family` or `family:revision`.", "", true},
     {"container", FieldKind::text, "Its container that runs leat.", "leat"},
     {"region", FieldKind::text, "AWS's region; the environment's when left out."},
     {"launch_type", FieldKind::text, "FARGATE, EC2, or nothing for the cluster's own.", "FARGATE"},
     {"subnets", FieldKind::list, "Of tasks with a network of their own."},
     {"security_groups", FieldKind::list, "Of tasks with a network of their own."},
     {"public_ip", FieldKind::boolean, "Whether tasks get a public address.", "false"},
     {"log_group", FieldKind::text,
      "CloudWatch's log group of the container; without it steps are not shown."},
     {"log_prefix", FieldKind::text, "Its `awslogs-stream-prefix`.", "leat"},
     {"endpoint", FieldKind::text, "Another address than AWS's."},
     {"every", FieldKind::duration, "How often it looks how a task is.", "5s"}}};
const Spec kKubernetesSpec{
    "serve.jobs.kubernetes",
    "Jobs as jobs of Kubernetes, whose image holds the project.",
    {{"image", FieldKind::text, "The image; its program is leat.", "", true},
     {"namespace", FieldKind::text, "Where jobs are made.", "default"},
     {"service_account", FieldKind::text, "That their pods run as."},
     {"env_from", FieldKind::text, "A Secret whose members are their variables."},
     {"memory", FieldKind::text, "What a pod asks for and may use, such as 2Gi."},
     {"cpu", FieldKind::text, "The same of processors, such as 500m."},
     {"endpoint", FieldKind::text, "The cluster's API; that of the pod's own cluster when left out."},
     {"token", FieldKind::secret, "The bearer token for it; the pod's when left out."},
     {"every", FieldKind::duration, "How often it looks how a job is.", "2s"}}};

namespace {

EcsSettings read_ecs(const Value& mapping, const Env& env) {
  document::Settings settings = read_settings(kEcsSpec, mapping, env);
  EcsSettings out;
  out.cluster = settings.text("cluster");
  out.task = settings.text("task");
  out.container = settings.text("container");
  out.region = settings.has("region") ? settings.text("region") : files::region_from_environment(env, "");
  if (out.region.empty())
    throw Error(ErrorCode::launcher_invalid, "`region` is missing, and the environment names none",
                mapping.where());
  out.launch_type = settings.text("launch_type");
  out.subnets = document::texts(settings, "subnets");
  out.security_groups = document::texts(settings, "security_groups");
  out.public_ip = settings.boolean("public_ip");
  if (settings.has("log_group")) out.log_group = settings.text("log_group");
  out.log_prefix = settings.text("log_prefix");
  if (settings.has("endpoint")) out.endpoint = settings.text("endpoint");
  out.every = settings.duration("every");
  return out;
}

KubernetesSettings read_kubernetes(const Value& mapping, const Env& env) {
  document::Settings settings = read_settings(kKubernetesSpec, mapping, env);
  KubernetesSettings out;
  out.image = settings.text("image");
  out.space = settings.text("namespace");
  auto take = [&](const char* field, std::string& into) {
    if (settings.has(field)) into = settings.text(field);
  };
  take("service_account", out.service_account);
  take("env_from", out.env_from);
  take("memory", out.memory);
  take("cpu", out.cpu);
  take("endpoint", out.endpoint);
  take("token", out.token);
  out.every = settings.duration("every");
  return out;
}

constexpr std::int64_t kWorkersMax = 64;

int bounded(std::int64_t value, std::string_view name, const std::string& where) {
  if (value < 1 || value > kWorkersMax)
    throw Error(ErrorCode::serve_invalid, fmt::format("`{}` is not from 1 to {}", name, kWorkersMax), where);
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
  out.workers.drain = settings.duration("drain");
  std::string where = settings.text("launcher");
  auto need = [&](const char* part) {
    if (!jobs[part].is_mapping())
      throw Error(ErrorCode::launcher_invalid, fmt::format("The launcher {0} needs a mapping `{0}`", part),
                  jobs.where());
  };
  if (where == "child_process") out.where = JobSettings::Where::child_process;
  if (where == "ecs") {
    need("ecs");
    out.where = JobSettings::Where::ecs;
    out.ecs = read_ecs(jobs["ecs"], env);
  }
  if (where == "kubernetes") {
    need("kubernetes");
    out.where = JobSettings::Where::kubernetes;
    out.kubernetes = read_kubernetes(jobs["kubernetes"], env);
  }
  if (settings.has("memory")) out.memory_bytes = settings.bytes("memory");
  if (settings.has("cpu")) out.cpu = settings.duration("cpu");
  return out;
}

std::unique_ptr<Launcher> make_launcher(const JobSettings& settings, LauncherOptions options, Env& env) {
  options.memory_bytes = settings.memory_bytes;
  options.cpu = settings.cpu;
  switch (settings.where) {
    case JobSettings::Where::child_process:
      return child_process_launcher(options);
    case JobSettings::Where::ecs:
      return ecs_launcher(settings.ecs, options, env);
    case JobSettings::Where::kubernetes:
      return kubernetes_launcher(settings.kubernetes, options, env);
    case JobSettings::Where::in_process:
      break;
  }
  return in_process_launcher(options, env);
}

}  // namespace leat::run

#include "server/jobs_service.h"

#include <thread>

#include "base/error.h"
#include "base/secret.h"
#include "run/jobs/job_settings.h"
#include "run/jobs/scheduler.h"
#include "run/lock.h"
#include "server/api/airbyte_api.h"
#include "server/api/own_api.h"
#include "server/console.h"

namespace leat::server {

// In the order in which they need each other.
struct JobsService::Parts {
  run::ProjectLock lock;
  run::Queue queue;
  std::unique_ptr<run::Launcher> launcher;
  run::Scheduler scheduler;
  run::Workers workers;
  Access access;
  Control control;
  AirbyteApi airbyte;
  OwnApi own;
  Console console;
  HttpFront front;
  std::jthread scheduling;

  Parts(const run::ProjectFile& project, const std::string& target, const HttpAddress& address,
        const run::JobSettings& settings, Env& env)
      : lock(project.folder, "serve.lock"),
        queue(project.folder),
        launcher(run::make_launcher(settings, {project.folder, target}, env)),
        scheduler(project.schedules, queue, env),
        workers(queue, *launcher, settings.workers, env, [this] { scheduler.wake(); }),
        access(env.variable("LEAT_API_CLIENT_ID").value_or(""),
               env.variable("LEAT_API_CLIENT_SECRET").value_or(""), env),
        control{project,
                target,
                queue,
                env,
                [this] { scheduler.wake(); },
                [this](std::int64_t job) { return workers.cancel(job); }},
        airbyte(control, access),
        own(control, access),
        console(
            project, [this](const Call& call) { return own.answer(call); },
            [this](const Call& call) { return access.allows(call.authorization); }),
        front(address, {[this](const Call& call) { return airbyte.answer(call); },
                        [this](const Call& call) { return own.answer(call); },
                        [this](const Call& call) { return console.answer(call); }}) {}
};

JobsService::JobsService(const run::ProjectFile& project, std::string target, HttpAddress address, Env& env)
    : project_(project), target_(std::move(target)), address_(std::move(address)), env_(env) {}

JobsService::~JobsService() {
  stop();
}

std::string JobsService::start() {
  std::string secret = env_.variable("LEAT_API_CLIENT_SECRET").value_or("");
  if (!secret.empty()) register_secret(secret);
  if (!is_local(address_) && secret.empty())
    throw Error(ErrorCode::config_invalid, "Others would reach the API without credentials", address_.host)
        .fix("Set LEAT_API_CLIENT_ID and LEAT_API_CLIENT_SECRET, or listen on 127.0.0.1.");
  run::JobSettings settings = run::read_job_settings(project_.serve["jobs"], env_);
  parts_ = std::make_unique<Parts>(project_, target_, address_, settings, env_);
  parts_->scheduling = std::jthread([this] { parts_->scheduler.serve(parts_->workers); });
  parts_->front.start();
  return parts_->front.url();
}

void JobsService::stop() noexcept {
  if (!parts_) return;
  parts_->front.stop();
  parts_->scheduler.end();
  if (parts_->scheduling.joinable()) parts_->scheduling.join();
  parts_.reset();
}

}  // namespace leat::server

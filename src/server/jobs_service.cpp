#include "server/jobs_service.h"

#include <thread>

#include "base/error.h"
#include "base/secret.h"
#include "run/jobs/job_settings.h"
#include "run/jobs/scheduler.h"
#include "run/lock.h"
#include "server/api/airbyte_api.h"
#include "server/api/own_api.h"
#include "server/api/session_api.h"

namespace leat::server {

namespace {

std::unique_ptr<TlsContext> load_tls(const AccessSettings& settings) {
  if (settings.tls_certificate.empty()) return nullptr;
  return TlsContext::load(settings.tls_certificate, settings.tls_key);
}

}  // namespace

// In the order in which they need each other.
struct JobsService::Parts {
  run::ProjectLock lock;
  run::Queue queue;
  std::unique_ptr<run::Launcher> launcher;
  run::Scheduler scheduler;
  run::Workers workers;
  ClientAccess client;
  run::Accounts accounts;
  Gatekeeper gatekeeper;
  Control control;
  AirbyteApi airbyte;
  OwnApi own;
  SessionApi session;
  HttpFront front;
  std::jthread scheduling;

  Parts(const run::ProjectFile& project, const std::string& target, const HttpAddress& address,
        const run::JobSettings& settings, Env& env)
      : lock(project.folder, "serve.lock"),
        queue(project.folder),
        launcher(run::make_launcher(settings, {project.folder, target}, env)),
        scheduler(project.schedules, queue, env),
        workers(queue, *launcher, settings.workers, env, [this] { scheduler.wake(); }),
        client(env.variable("LEAT_API_CLIENT_ID").value_or(""),
               env.variable("LEAT_API_CLIENT_SECRET").value_or(""), env),
        accounts(project.folder),
        gatekeeper(read_access(project.serve["access"], env), is_local(address), accounts, client, env),
        control{project,
                target,
                queue,
                env,
                [this] { scheduler.wake(); },
                [this](std::int64_t job) { return workers.cancel(job); }},
        airbyte(control, client),
        own(control),
        session(gatekeeper),
        front(address,
              {[this](const Call& call) { return airbyte.answer(call); },
               [this](const Call& call) { return session.answer(call); },
               [this](const Call& call) { return own.answer(call); }},
              env, &gatekeeper, {}, load_tls(gatekeeper.settings())) {}
};

JobsService::JobsService(const run::ProjectFile& project, std::string target, HttpAddress address, Env& env)
    : project_(project), target_(std::move(target)), address_(std::move(address)), env_(env) {}

JobsService::~JobsService() {
  stop();
}

std::string JobsService::start() {
  std::string secret = env_.variable("LEAT_API_CLIENT_SECRET").value_or("");
  if (!secret.empty()) register_secret(secret);
  if (!is_local(address_) && secret.empty() && !read_access(project_.serve["access"], env_).oidc &&
      !run::Accounts(project_.folder).has_users())
    throw Error(ErrorCode::config_invalid, "Others would reach the API without credentials", address_.host)
        .fix(
            "Add a user (`leat user add`), set LEAT_API_CLIENT_ID and LEAT_API_CLIENT_SECRET, or listen on "
            "127.0.0.1.");
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

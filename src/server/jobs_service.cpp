#include "server/jobs_service.h"

#include <fmt/core.h>

#include <algorithm>
#include <mutex>
#include <thread>

#include "base/error.h"
#include "base/secret.h"
#include "run/jobs/job_settings.h"
#include "run/jobs/scheduler.h"
#include "run/lock.h"
#include "run/watch/watch.h"
#include "server/api/airbyte_api.h"
#include "server/api/backfill_api.h"
#include "server/api/own_api.h"
#include "server/api/session_api.h"
#include "server/api/watch_api.h"
#include "server/console.h"
#include "server/folder_watch.h"

namespace leat::server {

namespace {

std::unique_ptr<TlsContext> load_tls(const AccessSettings& settings) {
  if (settings.tls_certificate.empty()) return nullptr;
  return TlsContext::load(settings.tls_certificate, settings.tls_key);
}

// Hears events for the watch of the moment, which a change of leat.yml replaces.
class Hearing : public EventListener {
 public:
  explicit Hearing(Env& env) : env_(env) { env.listen(*this); }
  ~Hearing() override { env_.forget(*this); }
  Hearing(const Hearing&) = delete;
  Hearing& operator=(const Hearing&) = delete;
  void on_event(const Event& event) override {
    if (std::shared_ptr<run::Watch> watch = current()) watch->on_event(event);
  }
  void hand_to(std::shared_ptr<run::Watch> watch) {
    std::lock_guard lock(mutex_);
    watch_ = std::move(watch);
  }

 private:
  std::shared_ptr<run::Watch> current() {
    std::lock_guard lock(mutex_);
    return watch_;
  }
  Env& env_;
  std::mutex mutex_;  // guards watch_
  std::shared_ptr<run::Watch> watch_;
};

}  // namespace

// What follows from leat.yml as it stands; calls that are under way keep theirs.
struct JobsService::Live {
  const run::ProjectFile project;
  std::shared_ptr<run::Watch> watch;
  Control control;
  AirbyteApi airbyte;
  OwnApi own;
  BackfillApi backfills;
  WatchApi watched;
  std::jthread looking, delivering;

  std::optional<Reply> answer(const Call& call) {
    if (auto reply = airbyte.answer(call)) return reply;
    if (auto reply = backfills.answer(call)) return reply;
    if (auto reply = watched.answer(call)) return reply;
    return own.answer(call);
  }
  Live(run::ProjectFile read, Parts& parts, const std::string& target, Env& env);
  void begin();
  void end();
};

// In the order in which they need each other.
struct JobsService::Parts {
  run::ProjectLock lock;
  run::Queue queue;
  Hearing hearing;
  std::unique_ptr<run::Launcher> launcher;
  run::Scheduler scheduler;
  run::Workers workers;
  ClientAccess client;
  run::Accounts accounts;
  Gatekeeper gatekeeper;
  SessionApi session;
  std::mutex mutex;  // guards live
  std::shared_ptr<Live> live;
  Console console;
  HttpFront front;
  std::jthread scheduling, reloading;

  Parts(const run::ProjectFile& project, const std::string& target, bool reads_real,
        const HttpAddress& address, run::JobSettings settings, Env& env)
      : lock(project.folder, "serve.lock"),
        queue(project.folder),
        hearing(env),
        launcher(run::make_launcher(settings, launched(project, target, reads_real), env)),
        scheduler(project.schedules, queue, env),
        workers(queue, *launcher, heard(settings.workers), env, [this] { scheduler.wake(); }),
        client(env.variable("LEAT_API_CLIENT_ID").value_or(""),
               env.variable("LEAT_API_CLIENT_SECRET").value_or(""), env),
        accounts(project.folder),
        gatekeeper(read_access(project.serve["access"], env), is_local(address), accounts, client, env),
        session(gatekeeper),
        live(std::make_shared<Live>(project, *this, target, env)),
        console(
            project,
            // The gate has seen the page's address, not the call's that answers it.
            [this](const Call& call) {
              if (call.caller.role != UserRole::none && call.caller.role < needed_role(call))
                return std::optional(problem_reply(403, "forbidden", "Your role may not see this."));
              return answer(call);
            },
            [](const Call& call) { return call.caller.role != UserRole::none; }),
        front(address,
              {[this](const Call& call) { return session.answer(call); },
               [this](const Call& call) { return answer(call); },
               [this](const Call& call) { return console.answer(call); }},
              env, &gatekeeper, {}, load_tls(gatekeeper.settings())) {
    hearing.hand_to(live->watch);
  }

  // An answer that goes on keeps what it is made of.
  std::optional<Reply> answer(const Call& call) {
    std::shared_ptr<Live> held = current();
    std::optional<Reply> reply = held->answer(call);
    if (reply && reply->more)
      reply->more = [held, more = std::move(reply->more)](std::string& piece) { return more(piece); };
    return reply;
  }

  static run::LauncherOptions launched(const run::ProjectFile& project, const std::string& target,
                                       bool reads_real) {
    run::LauncherOptions options;
    options.folder = project.folder;
    options.target = target;
    options.project = project.name;
    options.live = reads_real;
    return options;
  }
  run::WorkersOptions heard(run::WorkersOptions options) {
    options.steps = &hearing;
    return options;
  }
  std::shared_ptr<Live> current() {
    std::lock_guard guard(mutex);
    return live;
  }
  void replace(std::shared_ptr<Live> next) {
    current()->end();  // two would see one change twice
    hearing.hand_to(next->watch);
    next->begin();
    std::lock_guard guard(mutex);
    live.swap(next);
  }
};

JobsService::Live::Live(run::ProjectFile read, Parts& parts, const std::string& target, Env& env)
    : project(std::move(read)),
      watch(std::make_shared<run::Watch>(project, target, parts.queue, env,
                                         [&parts] { parts.scheduler.wake(); })),
      control{project,
              target,
              parts.queue,
              env,
              [&parts] { parts.scheduler.wake(); },
              [&parts](std::int64_t job) { return parts.workers.cancel(job); },
              [watch = watch] { return watch_metrics(*watch); }},
      airbyte(control, parts.client),
      own(control),
      backfills(control),
      watched(control, *watch) {}

void JobsService::Live::begin() {
  looking = std::jthread([watch = watch](std::stop_token stop) { watch->serve(std::move(stop)); });
  delivering = std::jthread([watch = watch](std::stop_token stop) { watch->deliver(std::move(stop)); });
}

void JobsService::Live::end() {
  looking = {};
  delivering = {};
}

JobsService::JobsService(const run::ProjectFile& project, std::string target, bool live, HttpAddress address,
                         Env& env)
    : project_(project), target_(std::move(target)), live_(live), address_(std::move(address)), env_(env) {}

JobsService::~JobsService() {
  stop();
}

std::string JobsService::start() {
  std::string secret = env_.variable("LEAT_API_CLIENT_SECRET").value_or("");
  if (!secret.empty()) register_secret(secret);
  if (!is_local(address_) && secret.empty() && !read_access(project_.serve["access"], env_).oidc &&
      !run::Accounts(project_.folder).has_users())
    throw Error(ErrorCode::serve_exposed, "Others would reach the API without credentials", address_.host)
        .fix(
            "Add a user (`leat user add`), set LEAT_API_CLIENT_ID and LEAT_API_CLIENT_SECRET, or listen on "
            "127.0.0.1.");
  run::JobSettings settings = run::read_job_settings(project_.serve["jobs"], env_);
  parts_ = std::make_unique<Parts>(project_, target_, live_, address_, settings, env_);
  parts_->scheduling = std::jthread([this] { parts_->scheduler.serve(parts_->workers); });
  parts_->reloading = std::jthread([this](std::stop_token stop) { reload(std::move(stop)); });
  parts_->live->begin();
  parts_->front.start();
  return parts_->front.url();
}

// A project that is wrong changes nothing: the server goes on by what it has.
void JobsService::reload(std::stop_token stop) {
  try {
    FolderWatch saves(project_.folder, {project_.folder + "/target", project_.folder + "/dbt_packages",
                                        project_.site_folder, project_.folder + "/node_modules"});
    for (std::set<std::string> saved; !(saved = saves.wait(stop)).empty();) {
      bool is_model = std::any_of(saved.begin(), saved.end(), [](const std::string& path) {
        return path.ends_with(".sql") || path.ends_with(".yml") || path.ends_with(".yaml");
      });
      if (saved.count("leat.yml")) {
        read_again();
      } else if (is_model) {
        parts_->current()->watch->reread();
      }
    }
  } catch (const Error& error) {
    env_.emit({"project_refused", EventLevel::error, {{"error", redact(error.what())}}});
  }
}

void JobsService::read_again() {
  try {
    auto next = std::make_shared<Live>(run::load_project(project_.folder, env_), *parts_, target_, env_);
    parts_->scheduler.replace(next->project.schedules);
    std::string changes =
        fmt::format("{} schedules, {} sensors, {} promises of freshness", next->project.schedules.size(),
                    next->watch->sensors().size(), next->project.freshness.size());
    parts_->replace(std::move(next));
    env_.emit({"project_reloaded", EventLevel::info, {{"changes", changes}}});
  } catch (const Error& error) {
    env_.emit({"project_refused", EventLevel::error, {{"error", redact(error.what())}}});
  }
}

void JobsService::stop() noexcept {
  if (!parts_) return;
  parts_->reloading = {};
  parts_->front.stop();
  parts_->scheduler.end();
  if (parts_->scheduling.joinable()) parts_->scheduling.join();
  parts_->live->end();
  parts_.reset();
}

}  // namespace leat::server

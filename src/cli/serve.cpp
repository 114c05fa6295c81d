// leat serve: one process that people leave running: it answers for the project.
#include <fmt/core.h>

#include <algorithm>
#include <mutex>
#include <semaphore>

#include "base/error.h"
#include "base/time.h"
#include "cli/commands.h"
#include "cli/terminal.h"
#include "run/event_json.h"
#include "run/project_file.h"
#include "server/jobs_service.h"

namespace leat::cli {
namespace {

using server::Service;

// What happens to jobs, a line each.
class ServeLog : public EventListener {
 public:
  ServeLog(const Globals& globals, Env& env)
      : json_(globals.log_format == "json"), quiet_(globals.verbosity < 0), env_(env) {
    env_.listen(*this);
  }
  ~ServeLog() override { env_.forget(*this); }
  ServeLog(const ServeLog&) = delete;
  ServeLog& operator=(const ServeLog&) = delete;

  void on_event(const Event& event) override {
    std::lock_guard lock(mutex_);
    if (json_) return Terminal::line(run::event_json(event, env_.now()));
    if (quiet_ || event.name == "tick_decided") return;
    std::string text(event.name);
    std::replace(text.begin(), text.end(), '_', ' ');
    if (event.find("job")) text += fmt::format(" {}", event.number("job"));
    for (const char* field : {"name", "status", "reason", "error", "message"})
      if (std::string value = event.text(field); !value.empty()) text += "  " + value;
    Terminal::line(fmt::format(
        "{} {}", format_iso_timestamp(std::chrono::floor<std::chrono::seconds>(env_.now())), text));
  }

 private:
  const bool json_, quiet_;
  Env& env_;
  std::mutex mutex_;  // one line at a time
};

class ServeCommand : public Command {
 public:
  std::string_view name() const override { return "serve"; }
  std::string_view summary() const override { return "Run schedules and jobs, and answer the API"; }
  std::string_view group() const override { return "Work"; }
  std::vector<Option> options() override {
    return {{"--listen", "Where the API listens; port 0 chooses one", &listen_, false, "HOST:PORT"}};
  }
  std::string_view details() const override {
    return R"(Examples:
  leat serve                        this machine may call http://127.0.0.1:8000
  LEAT_API_CLIENT_ID=… LEAT_API_CLIENT_SECRET=… leat serve --listen 0.0.0.0:8000

`schedules:` in leat.yml says what runs when. Airbyte's API is at /api/public/v1, Leat's own at /api/leat/v1.)";
  }

  int run(const Globals& globals, Env& env) override {
    ServeLog log(globals, env);
    run::ProjectFile project = run::load_project(run::find_project(globals.project_folder), env);
    std::string target = run::choose_target(project, globals.target, env);
    std::vector<std::unique_ptr<Service>> services;
    services.push_back(
        std::make_unique<server::JobsService>(project, target, server::parse_address(listen_), env));
    for (auto& service : services) Terminal::line(fmt::format("{} at {}", service->name(), service->start()));
    wait_for_end(env);
    for (auto service = services.rbegin(); service != services.rend(); ++service) (*service)->stop();
    return 0;
  }

 private:
  static void wait_for_end(Env& env) {
    std::binary_semaphore ended{0};
    std::stop_callback end(env.stop(), [&] { ended.release(); });
    ended.acquire();
  }

  std::string listen_ = "127.0.0.1:8000";
};

}  // namespace

std::unique_ptr<Command> make_serve() {
  return std::make_unique<ServeCommand>();
}

}  // namespace leat::cli

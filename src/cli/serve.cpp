// leat serve: one process that people leave running: it answers for the project.
#include "cli/commands.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <semaphore>

#include "base/error.h"
#include "base/time.h"
#include "cli/terminal.h"
#include "document/settings.h"
#include "run/event_json.h"
#include "run/project_file.h"
#include "server/folder_service.h"
#include "server/jobs_service.h"
#include "server/pgwire/duck_engine.h"
#include "server/pgwire/endpoint.h"
#include "server/pgwire/endpoint_settings.h"
#include "warehouses/duckdb/duckdb.h"

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

// The SQL endpoint with the engine behind it.
class SqlService : public Service {
 public:
  SqlService(server::pgwire::EndpointSettings settings, server::pgwire::DuckEngineSettings warehouse,
             Env& env)
      : engine_(std::move(warehouse), env), endpoint_(std::move(settings), engine_, env) {}
  std::string name() const override { return endpoint_.name(); }
  std::string start() override {
    engine_.make_catalog();
    return endpoint_.start();
  }
  void stop() noexcept override { endpoint_.stop(); }

 private:
  server::pgwire::DuckEngine engine_;
  server::pgwire::Endpoint endpoint_;
};

class ServeCommand : public Command {
 public:
  std::string_view name() const override { return "serve"; }
  std::string_view summary() const override {
    return "Run schedules and jobs; answer the API, pages and SQL";
  }
  std::string_view group() const override { return "Work"; }
  std::vector<Option> options() override {
    return {{"--host", "The address to listen on", &host_, false, "ADDRESS"},
            {"--port", "The port of the API; 0 chooses one", &port_, false, "PORT"},
            {"--pages-port", "The port of the pages; 0 chooses one", &pages_port_, false, "PORT"},
            {"--sql-port", "The port of SQL; 0 chooses one", &sql_port_, false, "PORT"},
            {"--live", "Jobs read the real source even where the project has a stand-in", &live_}};
  }
  std::string_view details() const override {
    return R"(Examples:
  leat serve                        this machine may call http://127.0.0.1:8080
  LEAT_API_CLIENT_ID=… LEAT_API_CLIENT_SECRET=… leat serve --host 0.0.0.0
  LEAT_SQL_PASSWORD=… leat serve
  psql "host=127.0.0.1 port=5433 user=leat dbname=my_project"

The console is at that address too: open it in a browser.
`schedules:` in leat.yml says what runs when. Airbyte's API is at /api/public/v1, Leat's own at /api/leat/v1.
Any tool that speaks to PostgreSQL may ask the warehouse. It reads only, and never sees half of a load.)";
  }

  int run(const Globals& globals, Env& env) override {
    ServeLog log(globals, env);
    run::ProjectFile project = run::load_project(run::find_project(globals.project_folder), env);
    std::string target = run::choose_target(project, globals.target, env);
    std::vector<std::unique_ptr<Service>> services;
    services.push_back(std::make_unique<server::JobsService>(project, target, live_,
                                                             server::HttpAddress{host_, port_}, env));
    add_pages(project, env, services);
    add_sql(project, target, env, services);
    for (auto& service : services) Terminal::line(fmt::format("{} at {}", service->name(), service->start()));
    Terminal::line("Press Ctrl+C to end.");
    wait_for_end(env);
    for (auto service = services.rbegin(); service != services.rend(); ++service) (*service)->stop();
    return 0;
  }

 private:
  void add_pages(const run::ProjectFile& project, Env& env, std::vector<std::unique_ptr<Service>>& services) {
    if (project.pages_folder.empty()) return;
    // The first run may only make them: a server that was started before shows them then, too.
    if (!std::filesystem::exists(project.site_folder + "/index.html")) {
      Terminal::line("There are no pages yet: a job that makes them is enough, or `leat pages build`.");
      std::filesystem::create_directories(project.site_folder);
    }
    services.push_back(std::make_unique<server::FolderService>(
        server::StaticSite{project.site_folder, host_, pages_port_}, env));
  }

  void add_sql(const run::ProjectFile& project, const std::string& target, Env& env,
               std::vector<std::unique_ptr<Service>>& services) {
    // load_project() has checked the file; what is served is nobody else's matter.
    document::Value root = document::load_yaml(project.folder + "/leat.yml");
    document::Value sql = root["serve"].is_mapping() ? root["serve"]["sql"] : document::Value();
    std::optional<server::pgwire::EndpointSettings> endpoint =
        server::pgwire::read_endpoint(sql, project.name, env);
    if (!endpoint) {
      Terminal::line("SQL is off: set LEAT_SQL_PASSWORD, or name users under `serve.sql` in leat.yml.");
      return;
    }
    const document::Value& mapping = project.targets[target];
    const std::string& type = mapping["type"].as_text("type");
    if (type != "duckdb") {
      Terminal::line(
          fmt::format("SQL is off: the target {} is a server, {}; tools connect to it.", target, type));
      return;
    }
    if (host_ != "127.0.0.1") endpoint->host = host_;
    if (sql_port_ >= 0) endpoint->port = sql_port_;
    server::pgwire::DuckEngineSettings engine;
    engine.warehouse =
        warehouses::duckdb_settings(document::read_settings(*warehouses::kDuckDb.spec, mapping, env));
    engine.database = endpoint->database;
    engine.catalog_folder = project.folder + "/.leat";
    endpoint->databases = {target};
    services.push_back(std::make_unique<SqlService>(std::move(*endpoint), std::move(engine), env));
  }

  static void wait_for_end(Env& env) {
    std::binary_semaphore ended{0};
    std::stop_callback end(env.stop(), [&] { ended.release(); });
    ended.acquire();
  }

  std::string host_ = "127.0.0.1";
  int port_ = 8080, pages_port_ = 8081, sql_port_ = -1;
  bool live_ = false;
};

}  // namespace

std::unique_ptr<Command> make_serve() {
  return std::make_unique<ServeCommand>();
}

}  // namespace leat::cli

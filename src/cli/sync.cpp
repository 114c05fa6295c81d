// leat sync: loads the streams of one connection.
#include <fmt/core.h>

#include "base/error.h"
#include "base/time.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/progress.h"
#include "cli/summary.h"
#include "cli/terminal.h"

namespace leat::cli {
namespace {

class SyncCommand : public Command {
 public:
  std::string_view name() const override { return "sync"; }
  std::string_view summary() const override { return "Load the streams of a connection"; }
  std::string_view group() const override { return "Work"; }
  std::vector<Option> options() override {
    return {{"connection", "The connection of leat.yml", &connection_, true},
            {"--stream,-s", "Only this stream (may be repeated)", &streams_, false, "NAME"},
            {"--full-refresh", "Read from the beginning and replace the tables", &full_refresh_},
            {"--follow", "Read on as changes come, until Ctrl-C (cdc)", &follow_},
            {"--from", "Backfill: only records from this instant on", &from_, false, "INSTANT"},
            {"--to", "Backfill: only records before this instant", &to_, false, "INSTANT"},
            {"--live", "Read the real source even where the project has a stand-in", &live_}};
  }

  std::string_view details() const override {
    return R"(Examples:
  leat sync chicago
  leat sync chicago --stream crimes --full-refresh
  leat sync chicago -s crimes --from 2024-01-01 --to 2024-02-01)";
  }
  int run(const Globals& globals, Env& env) override {
    run::WorkspaceOptions options;
    options.target = globals.target;
    options.live = live_;
    options.full_refresh = full_refresh_;
    options.follow = follow_;
    auto instant = [](const std::string& text, const char* option) {
      std::optional<Timestamp> time = parse_iso_timestamp(text);
      if (!time)
        throw Error(ErrorCode::cli_usage, fmt::format("`{}` is no date or instant such as 2026-01-05", text),
                    option);
      return *time;
    };
    if (!from_.empty() || !to_.empty()) {
      options.window = stream::Window{};
      if (!from_.empty()) options.window->from = instant(from_, "--from");
      if (!to_.empty()) options.window->to = instant(to_, "--to");
    }
    Progress progress(globals, env);
    run::ProjectFile project = run::load_project(run::find_project(globals.project_folder), env);
    project.connection(connection_);  // a misspelt one is told before anything starts
    // The dbt project and the pages have no part in this.
    project.dbt_folder.clear();
    project.pages_folder.clear();
    run::Workspace workspace(std::move(project), options, env);
    run::RunOptions run_options;
    run_options.command = "sync " + connection_;
    run_options.kinds = {"stream"};
    if (streams_.empty()) run_options.select.push_back("fqn:" + connection_ + ".*");
    for (const std::string& stream : streams_)
      run_options.select.push_back("fqn:" + connection_ + "." + stream);
    run::RunReport report = run::run_assets(workspace, run_options);
    progress.stop();
    int code = print_summary(report, workspace.project(), globals);
    // One that follows has no other end.
    return follow_ && code == kExitInterrupted && report.count(run::Status::error) == 0 ? kExitOk : code;
  }

 private:
  std::string connection_, from_, to_;
  std::vector<std::string> streams_;
  bool follow_ = false, full_refresh_ = false, live_ = false;
};

}  // namespace

std::unique_ptr<Command> make_sync() {
  return std::make_unique<SyncCommand>();
}

}  // namespace leat::cli

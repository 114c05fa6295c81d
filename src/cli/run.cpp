// leat run: the whole graph or a selection of it.
#include <fmt/core.h>

#include "base/error.h"
#include "base/time.h"
#include "cli/commands.h"
#include "cli/progress.h"
#include "cli/summary.h"
#include "cli/terminal.h"
#include "run/jobs/launcher.h"

namespace leat::cli {
namespace {

Timestamp instant(const std::string& text, const char* option) {
  std::optional<Timestamp> time = parse_iso_timestamp(text);
  if (!time)
    throw Error(ErrorCode::cli_usage, fmt::format("`{}` is no date or instant such as 2026-01-05", text),
                option);
  return *time;
}

class RunCommand : public Command {
 public:
  std::string_view name() const override { return "run"; }
  std::string_view summary() const override {
    return "Run the project: load streams, build models, publish pages";
  }
  std::string_view group() const override { return "Work"; }
  std::vector<Option> options() override {
    return {{"select",
             "What to run, in dbt's selection language (default: all): names, +model+, tag:, path:, stream:, "
             "page:",
             &options_.select},
            {"--exclude", "What to leave out", &options_.exclude, false, "SELECTION"},
            {"--full-refresh", "Read from the beginning, rebuild everything", &options_.full_refresh},
            {"--from", "Backfill: only records from this instant on", &from_, false, "INSTANT"},
            {"--to", "Backfill: only records before this instant", &to_, false, "INSTANT"},
            {"--live", "Read the real source even where the project has a stand-in", &live_},
            {"--threads", "How many steps run at once (default: `threads` of leat.yml)", &options_.threads,
             false, "N"},
            {"--vars", "Variables for dbt, as YAML: '{start: 2026-01-01}'", &vars_, false, "YAML"},
            {"--no-skip", "Run what is unchanged as well", &no_skip_},
            {"--no-check", "Do not look for mistakes in the models' SQL before anything runs", &no_check_},
            {"--job",
             "A job as `leat serve` hands it to a process of its own: JSON, instead of the options above",
             &job_, false, "JSON"},
            {"--dry-run", "Print what would run, in order, and stop", &dry_run_}};
  }

  std::string_view details() const override {
    return R"(Examples:
  leat run                          everything; what is unchanged is skipped
  leat run +crimes_by_weekday       one model and all it needs
  leat run stream:crimes+           one stream and all that is below it
  leat run tag:daily --exclude page:index
  leat run --dry-run                what would run, in order
  leat run stream:crimes --from 2024-01-01 --to 2024-02-01
  leat run --log-format json        one JSON object a line, for machines

What is loaded is committed window by window: a run that was interrupted, or died, goes on from there.)";
  }
  int run(const Globals& globals, Env& env) override {
    run::WorkspaceOptions workspace_options;
    workspace_options.target = globals.target;
    workspace_options.live = live_;
    workspace_options.stand_in = !dry_run_;
    workspace_options.full_refresh = options_.full_refresh;
    if (!vars_.empty()) workspace_options.vars = document::parse_yaml(vars_, "--vars");
    if (!from_.empty() || !to_.empty()) {
      workspace_options.window = stream::Window{};
      if (!from_.empty()) workspace_options.window->from = instant(from_, "--from");
      if (!to_.empty()) workspace_options.window->to = instant(to_, "--to");
    }
    if (!job_.empty()) run::fill_options(run::parse_job_spec(job_), workspace_options, options_, env);
    Progress progress(globals, env);
    run::Workspace workspace(run::load_project(run::find_project(globals.project_folder), env),
                             workspace_options, env);
    options_.command = "run";
    options_.check = !no_check_;
    if (no_skip_) options_.skip_unchanged = false;
    if (dry_run_) {
      for (const dbt::Selectable& step : run::plan(workspace, options_))
        Terminal::line(fmt::format("{} {}", pad(step.kind, 6), step.name));
      return 0;
    }
    run::RunReport report = run::run_assets(workspace, options_);
    progress.stop();
    return print_summary(report, workspace.project(), globals);
  }

 private:
  run::RunOptions options_;
  std::string from_, to_, vars_, job_;
  bool live_ = false, dry_run_ = false, no_check_ = false, no_skip_ = false;
};

}  // namespace

std::unique_ptr<Command> make_run() {
  return std::make_unique<RunCommand>();
}

}  // namespace leat::cli

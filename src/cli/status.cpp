// leat status: the last runs and what became of each asset.
#include <fmt/core.h>

#include "base/units.h"
#include "cli/commands.h"
#include "cli/terminal.h"
#include "run/project_file.h"
#include "run/store/store.h"

namespace leat::cli {
namespace {

class StatusCommand : public Command {
 public:
  std::string_view name() const override { return "status"; }
  std::string_view summary() const override { return "Show the last runs and the steps of the newest"; }
  std::string_view group() const override { return "Look"; }
  std::vector<Option> options() override { return {{"--runs", "How many runs", &runs_, false, "N"}}; }
  int run(const Globals& globals, Env& env) override {
    run::ProjectFile project = run::load_project(run::find_project(globals.project_folder), env);
    run::Store store(project.folder);
    std::vector<run::RunRow> runs = store.runs(runs_);
    if (runs.empty()) {
      Terminal::line("No run yet. `leat run` makes one.");
      return 0;
    }
    Terminal::line(
        Terminal::ink(Ink::bold, fmt::format("{} {} {} {} {}", pad("started", 20), pad("command", 20),
                                             pad("target", 10), pad("status", 12), "steps")));
    for (const run::RunRow& row : runs) {
      std::string status = row.status == "running" ? "interrupted?" : row.status;
      Terminal::line(
          fmt::format("{} {} {} {} {} ({} unchanged, {} failed)", pad(row.started_at.substr(0, 19), 20),
                      pad(fit(row.command, 19), 20), pad(row.target, 10),
                      Terminal::ink(row.status == "success" ? Ink::green : Ink::red, pad(status, 12)),
                      row.steps, row.unchanged, row.failed));
    }
    Terminal::line("");
    for (const run::StepRow& step : store.steps(runs[0].id)) {
      if (step.kind.ends_with("test") && step.status == "success" && globals.verbosity < 1) continue;
      Terminal::line(fmt::format(
          "{} {} {} {} {}", pad(step.kind, 7), pad(fit(step.asset.substr(step.asset.rfind('.') + 1), 36), 36),
          Terminal::ink(step.status == "error" ? Ink::red : Ink::plain, pad(step.status, 10)),
          pad(format_duration(std::chrono::milliseconds(step.took_ms)), 9, true), step.message));
    }
    return 0;
  }

 private:
  int runs_ = 5;
};

}  // namespace

std::unique_ptr<Command> make_status() {
  return std::make_unique<StatusCommand>();
}

}  // namespace leat::cli

// leat pipe: loads each new file of the watched places.
#include <fmt/core.h>

#include "base/units.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/progress.h"
#include "cli/terminal.h"
#include "run/pipe_runner.h"

namespace leat::cli {
namespace {

class PipeCommand : public Command {
 public:
  std::string_view name() const override { return "pipe"; }
  std::string_view summary() const override { return "Load each new file of the watched places, once"; }
  std::string_view group() const override { return "Work"; }
  std::vector<Option> options() override {
    return {{"names", "The pipes of leat.yml; all when left out", &names_},
            {"--once", "Load what is there and end", &once_}};
  }
  std::string_view details() const override {
    return R"(Examples:
  leat pipe                # watches until Ctrl-C
  leat pipe incidents --once)";
  }
  int run(const Globals& globals, Env& env) override {
    Progress progress(globals, env);
    run::ProjectFile project = run::load_project(run::find_project(globals.project_folder), env);
    run::PipeReport report = run::run_pipes(project, {names_, globals.target, once_}, env);
    progress.stop();
    if (globals.for_machines()) return kExitOk;
    Terminal::line(fmt::format(
        "{} files, {} rows{}{}", format_count(report.files), format_count(report.rows),
        report.rows_rejected > 0 ? fmt::format(", {} records rejected", format_count(report.rows_rejected))
                                 : "",
        report.refused > 0 ? fmt::format(", {} files refused", format_count(report.refused)) : ""));
    return report.refused > 0 ? kExitStepsFailed : kExitOk;
  }

 private:
  std::vector<std::string> names_;
  bool once_ = false;
};

}  // namespace

std::unique_ptr<Command> make_pipe() {
  return std::make_unique<PipeCommand>();
}

}  // namespace leat::cli

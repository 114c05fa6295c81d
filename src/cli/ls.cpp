// leat ls: everything that can be selected.
#include <fmt/core.h>

#include "cli/commands.h"
#include "cli/styled.h"
#include "cli/terminal.h"
#include "run/run.h"

namespace leat::cli {
namespace {

class LsCommand : public Command {
 public:
  std::string_view name() const override { return "ls"; }
  std::string_view summary() const override {
    return "List the assets of the project, in the order of their graph";
  }
  std::string_view group() const override { return "Look"; }
  std::vector<Option> options() override {
    return {{"select", "What to list (default: all)", &options_.select},
            {"--exclude", "What to leave out", &options_.exclude, false, "SELECTION"}};
  }
  std::string_view details() const override {
    return R"(Examples:
  leat ls
  leat ls +crimes_by_weekday
  leat ls -v tag:daily              with tests)";
  }
  int run(const Globals& globals, Env& env) override {
    run::WorkspaceOptions options;
    options.target = globals.target;
    options.stand_in = false;
    run::Workspace workspace(run::load_project(run::find_project(globals.project_folder), env), options, env);
    for (const dbt::Selectable& asset : run::plan(workspace, options_)) {
      if (asset.kind.ends_with("test") && globals.verbosity < 1) continue;
      Terminal::line(fmt::format("{} {} {}", pad(asset.kind, kKindWidth - 1), pad(asset.name, 36),
                                 Terminal::ink(Ink::dim, asset.path)));
    }
    return 0;
  }

 private:
  run::RunOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_ls() {
  return std::make_unique<LsCommand>();
}

}  // namespace leat::cli

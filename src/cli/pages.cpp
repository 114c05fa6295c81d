// leat pages: builds the site.
#include "base/error.h"
#include "cli/commands.h"
#include "cli/progress.h"
#include "cli/summary.h"
#include "pages/project.h"

namespace leat::cli {
namespace {

class PagesCommand : public Command {
 public:
  std::string_view name() const override { return "pages"; }
  std::string_view summary() const override { return "Build the pages: leat pages build"; }
  std::string_view group() const override { return "Work"; }
  std::vector<Option> options() override {
    return {{"verb", "build", &verb_, true, "", "build"},
            {"--select,-s", "Which pages", &options_.select, false, "SELECTION"}};
  }

  std::string_view details() const override {
    return R"(Examples:
  leat pages build
  leat pages build --select index
  leat pages build --project my-evidence-project

A folder with Evidence's pages/ and sources/ needs no leat.yml: its tables go to .leat/pages.duckdb, the site to build/.)";
  }
  int run(const Globals& globals, Env& env) override {
    if (verb_ != "build")
      throw Error(ErrorCode::cli_usage, "`" + verb_ + "` is no verb of pages", "leat pages")
          .fix("There is `leat pages build`.");
    run::WorkspaceOptions options;
    options.target = globals.target;
    options.stand_in = false;
    bool evidence =
        !run::has_project(globals.project_folder) && pages::Project::is_evidence(globals.project_folder);
    run::ProjectFile project = evidence ? run::pages_project(globals.project_folder)
                                        : run::load_project(run::find_project(globals.project_folder), env);
    if (project.pages_folder.empty())
      throw Error(ErrorCode::config_invalid, "The project has no `pages:`", project.folder + "/leat.yml");
    Progress progress(globals, env);
    run::Workspace workspace(std::move(project), options, env);
    options_.command = "pages build";
    options_.kinds = {"page"};
    options_.skip_unchanged = false;
    run::RunReport report = run::run_assets(workspace, options_);
    progress.stop();
    return print_summary(report, workspace.project(), globals);
  }

 private:
  std::string verb_;
  run::RunOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_pages() {
  return std::make_unique<PagesCommand>();
}

}  // namespace leat::cli

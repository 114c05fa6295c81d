// leat pages: builds the site; serves it while it is written.
#include <fmt/core.h>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/progress.h"
#include "cli/summary.h"
#include "cli/terminal.h"
#include "pages/project.h"
#include "server/page_preview.h"

namespace leat::cli {
namespace {

class PagesCommand : public Command {
 public:
  std::string_view name() const override { return "pages"; }
  std::string_view summary() const override {
    return "Build the pages, publish them, or preview them while they are written: leat pages build";
  }
  std::string_view group() const override { return "Work"; }
  std::vector<Option> options() override {
    return {
        {"verb", "build, publish or dev", &verb_, true, "", "build, publish, dev"},
        {"--select,-s", "build: only these pages", &options_.select, false, "SELECTION"},
        {"--alerts-fail", "build, publish: a breached threshold fails the command", &options_.warnings_fail},
        {"--host", "dev: the address to listen on (default: 127.0.0.1)", &site_.host, false, "ADDRESS"},
        {"--port", "dev: the port; 0 chooses one", &site_.port, false, "PORT"}};
  }

  std::string_view details() const override {
    return R"(Examples:
  leat pages build
  leat pages build --select index
  leat pages build --project my-evidence-project
  leat pages publish
  leat pages dev

publish builds what has changed and brings the site to the place that `pages.publish` of leat.yml names.
dev serves the pages and reloads them in the browser as soon as a file is saved; what is wrong stands over the page.
A folder with Evidence's pages/ and sources/ needs no leat.yml: its tables go to .leat/pages.duckdb, the site to build/.)";
  }
  int run(const Globals& globals, Env& env) override {
    if (verb_ != "build" && verb_ != "publish" && verb_ != "dev")
      throw Error(ErrorCode::cli_usage, "`" + verb_ + "` is no verb of pages", "leat pages")
          .fix("There are `leat pages build`, `leat pages publish` and `leat pages dev`.");
    if (verb_ == "dev") return preview(globals, env);
    run::WorkspaceOptions options;
    options.target = globals.target;
    options.stand_in = false;
    run::ProjectFile project = load(globals, env);
    Progress progress(globals, env);
    run::Workspace workspace(std::move(project), options, env);
    options_.command = "pages " + verb_;
    options_.kinds = {"page"};
    if (verb_ == "publish" && workspace.project().publish.is_null())
      throw Error(ErrorCode::config_invalid, "The project names no place for its pages",
                  workspace.project().folder + "/leat.yml")
          .fix("Add `pages: {publish: {to: s3://bucket/prefix}}`, or a folder.");
    if (verb_ == "publish") options_.kinds.emplace_back("delivery");
    options_.skip_unchanged = verb_ == "publish";
    run::RunReport report = run::run_assets(workspace, options_);
    progress.stop();
    return print_summary(report, workspace.project(), globals);
  }

 private:
  static run::ProjectFile load(const Globals& globals, Env& env) {
    bool evidence =
        !run::has_project(globals.project_folder) && pages::Project::is_evidence(globals.project_folder);
    run::ProjectFile project = evidence ? run::pages_project(globals.project_folder)
                                        : run::load_project(run::find_project(globals.project_folder), env);
    if (project.pages_folder.empty())
      throw Error(ErrorCode::config_invalid, "The project has no `pages:`", project.folder + "/leat.yml");
    return project;
  }

  int preview(const Globals& globals, Env& env) {
    server::PreviewOptions options{[&] { return load(globals, env); }, globals.target, site_};
    server::preview_pages(options, env, [&](const server::PreviewNews& news) {
      using Kind = server::PreviewNews::Kind;
      if (news.kind == Kind::listening)
        Terminal::line(fmt::format("Serving the pages at {}\nPress Ctrl+C to end.", news.what));
      if (news.kind == Kind::built && globals.verbosity >= 0)
        Terminal::line(fmt::format("{} {}  {} ms", Terminal::ink(Ink::green, "✓"), news.what, news.took_ms));
      if (news.kind == Kind::failed)
        Terminal::line(fmt::format("{} {}  {}", Terminal::ink(Ink::red, "✗"), news.where, news.what));
    });
    return kExitOk;
  }

  std::string verb_;
  server::StaticSite site_{"", "127.0.0.1", 3000};
  run::RunOptions options_;
};

}  // namespace

std::unique_ptr<Command> make_pages() {
  return std::make_unique<PagesCommand>();
}

}  // namespace leat::cli

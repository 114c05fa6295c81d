// leat dbt: dbt's verbs on the project's dbt folder.
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/progress.h"
#include "cli/summary.h"
#include "cli/table.h"
#include "cli/terminal.h"

namespace leat::cli {
namespace {

struct Verb {
  std::string_view name;
  std::vector<std::string> kinds;  ///< of the nodes it runs; empty: it runs none
};

const std::vector<Verb>& verbs() {
  static const std::vector<Verb> all = {{"build", {"model", "seed", "test"}},
                                        {"run", {"model"}},
                                        {"seed", {"seed"}},
                                        {"test", {"test"}},
                                        {"compile", {}},
                                        {"parse", {}},
                                        {"ls", {}},
                                        {"list", {}},
                                        {"show", {}},
                                        {"run-operation", {}},
                                        {"clean", {}}};
  return all;
}

class DbtCommand : public Command {
 public:
  std::string_view name() const override { return "dbt"; }
  std::string_view summary() const override {
    return "dbt's verbs: build, run, seed, test, compile, parse, ls, show, run-operation, clean";
  }
  std::string_view group() const override { return "Work"; }
  std::vector<Option> options() override {
    return {
        {"verb", "build, run, seed, test, compile, parse, ls, show, run-operation or clean", &verb_, true},
        {"name", "run-operation: the macro", &operation_},
        {"--select,-s,--models,-m", "What to work on", &options_.select, false, "SELECTION"},
        {"--exclude", "What to leave out", &options_.exclude, false, "SELECTION"},
        {"--full-refresh,-f", "Rebuild incremental models", &options_.full_refresh},
        {"--threads", "How many nodes at once", &options_.threads, false, "N"},
        {"--vars", "Variables, as YAML", &vars_, false, "YAML"},
        {"--args", "run-operation: the macro's arguments, as YAML", &args_, false, "YAML"},
        {"--limit", "show: how many rows", &limit_, false, "N"},
        {"--skip-unchanged", "Leave out what is unchanged, as `leat run` does", &options_.skip_unchanged}};
  }

  int run(const Globals& globals, Env& env) override {
    auto verb =
        std::find_if(verbs().begin(), verbs().end(), [&](const Verb& each) { return each.name == verb_; });
    if (verb == verbs().end())
      throw Error(ErrorCode::cli_usage, fmt::format("`{}` is no verb of dbt that is known here", verb_),
                  "leat dbt")
          .fix("There are build, run, seed, test, compile, parse, ls, show, run-operation, clean.");
    run::WorkspaceOptions options;
    options.target = globals.target;
    options.stand_in = false;
    options.full_refresh = options_.full_refresh;
    if (!vars_.empty()) options.vars = document::parse_yaml(vars_, "--vars");
    run::ProjectFile project = run::load_project(run::find_project(globals.project_folder), env);
    if (project.dbt_folder.empty())
      throw Error(ErrorCode::config_invalid, "The project has no `dbt:`", project.folder + "/leat.yml");
    project.pages_folder.clear();
    Progress progress(globals, env);
    run::Workspace workspace(std::move(project), options, env);
    if (verb->kinds.empty()) return without_run(workspace);
    options_.command = "dbt " + verb_;
    options_.kinds = verb->kinds;
    run::RunReport report = run::run_assets(workspace, options_);
    progress.stop();
    return print_summary(report, workspace.project(), globals);
  }

 private:
  int without_run(run::Workspace& workspace) {
    if (verb_ == "clean") {
      std::filesystem::remove_all(workspace.project().dbt_folder + "/target");
      return kExitOk;
    }
    const dbt::Project& project = *workspace.dbt();
    if (verb_ == "parse") {
      Terminal::line(fmt::format("{} nodes, no problem", project.nodes().size()));
      return kExitOk;
    }
    dbt::NodeBuilder builder(project, workspace.env());
    auto adapter = workspace.warehouse().adapter();
    if (verb_ == "run-operation") {
      document::Value arguments = args_.empty() ? document::Value() : document::parse_yaml(args_, "--args");
      std::string result = builder.run_macro(operation_, arguments, *adapter);
      if (!result.empty() && result != "None") Terminal::line(result);
      return kExitOk;
    }
    std::vector<bool> chosen = dbt::select(project.selectables(), options_.select, options_.exclude);
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      if (chosen[i]) each(project.nodes()[i], builder, *adapter);
    }
    return kExitOk;
  }

  void each(const dbt::Node& node, const dbt::NodeBuilder& builder, sql::Adapter& adapter) {
    if (verb_ == "ls" || verb_ == "list") {
      std::string dotted;
      for (const std::string& part : node.fqn) dotted += (dotted.empty() ? "" : ".") + part;
      Terminal::line(node.type == dbt::ResourceType::source ? "source:" + dotted : dotted);
    } else if (node.type == dbt::ResourceType::model) {
      std::string code = builder.compile(node, adapter);
      if (verb_ == "show") {
        Terminal::print(
            format_table(adapter.query(fmt::format("select * from (\n{}\n) as shown limit {}", code, limit_)),
                         TableFormat::table));
      } else if (!options_.select.empty()) {
        Terminal::line(code);
      }
    }
  }

  std::string verb_, operation_, vars_, args_;
  run::RunOptions options_ = [] {
    run::RunOptions options;
    options.skip_unchanged = false;
    return options;
  }();
  int limit_ = 5;
};

}  // namespace

std::unique_ptr<Command> make_dbt() {
  return std::make_unique<DbtCommand>();
}

}  // namespace leat::cli

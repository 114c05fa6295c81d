// leat dbt: dbt's verbs on the project's dbt folder.
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/dbt_ls.h"
#include "cli/exit_codes.h"
#include "cli/progress.h"
#include "cli/summary.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "dbt/profile.h"

namespace leat::cli {
namespace {

struct Verb {
  std::string_view name;
  std::vector<std::string> kinds;  ///< of the nodes it runs; empty: it runs none
};

const std::vector<Verb>& verbs() {
  static const std::vector<Verb> all = {{"build", {"model", "seed", "snapshot", "test", "unit_test"}},
                                        {"run", {"model"}},
                                        {"seed", {"seed"}},
                                        {"snapshot", {"snapshot"}},
                                        {"test", {"test", "unit_test"}},
                                        {"compile", {}},
                                        {"parse", {}},
                                        {"ls", {}},
                                        {"list", {}},
                                        {"show", {}},
                                        {"run-operation", {}},
                                        {"deps", {}},
                                        {"clean", {}}};
  return all;
}

constexpr const char* kVerbs =
    "build, run, seed, snapshot, test, compile, parse, ls, show, run-operation, deps, clean";

class DbtCommand : public Command {
 public:
  std::string_view name() const override { return "dbt"; }
  std::string_view summary() const override {
    return "dbt's verbs: build, run, seed, snapshot, test, compile, parse, ls, show, run-operation, deps, "
           "clean";
  }
  std::string_view group() const override { return "Work"; }
  std::vector<Option> options() override {
    return {
        {"verb", kVerbs, &verb_, true},
        {"name", "run-operation: the macro", &operation_},
        {"--select,-s,--models,-m", "What to work on", &options_.select, false, "SELECTION"},
        {"--exclude", "What to leave out", &options_.exclude, false, "SELECTION"},
        {"--resource-type", "Only these: model, seed, snapshot, test, source, analysis", &types_, false,
         "TYPE"},
        {"--indirect-selection", "How tests come along: eager, cautious, buildable, empty", &indirect_, false,
         "HOW"},
        {"--full-refresh,-f", "Rebuild incremental models", &options_.full_refresh},
        {"--store-failures", "Keep the rows that tests find", &store_failures_},
        {"--threads", "How many nodes at once", &options_.threads, false, "N"},
        {"--project-dir", "Where dbt_project.yml stands", &project_dir_, false, "DIR"},
        {"--profiles-dir", "Where profiles.yml stands; a project with leat.yml needs none", &profiles_dir_,
         false, "DIR"},
        {"--profile", "The profile in it", &profile_, false, "NAME"},
        {"--vars", "Variables, as YAML", &vars_, false, "YAML"},
        {"--args", "run-operation: the macro's arguments, as YAML", &args_, false, "YAML"},
        {"--inline", "show, compile: SQL that is no model", &inline_, false, "SQL"},
        {"--output,-o", "ls: selector, name, path or json", &output_, false, "FORMAT"},
        {"--limit", "show: how many rows", &limit_, false, "N"},
        {"--skip-unchanged", "Leave out what is unchanged, as `leat run` does", &options_.skip_unchanged}};
  }

  int run(const Globals& globals, Env& env) override {
    auto verb =
        std::find_if(verbs().begin(), verbs().end(), [&](const Verb& each) { return each.name == verb_; });
    if (verb == verbs().end())
      throw Error(ErrorCode::cli_usage, fmt::format("`{}` is no verb of dbt that is known here", verb_),
                  "leat dbt")
          .fix(fmt::format("There are {}.", kVerbs));
    run::WorkspaceOptions options;
    options.target = globals.target;
    options.stand_in = false;
    options.full_refresh = options_.full_refresh;
    options.store_failures = store_failures_;
    options.command = verb_ == "list" ? "ls" : verb_;
    if (!vars_.empty()) options.vars = document::parse_yaml(vars_, "--vars");
    run::ProjectFile project = open_project(globals, options.vars, env);
    if (project.dbt_folder.empty())
      throw Error(ErrorCode::config_invalid, "The project has no `dbt:`", project.folder + "/leat.yml");
    project.pages_folder.clear();
    options_.indirect = indirect_selection();
    Progress progress(globals, env);
    run::Workspace workspace(std::move(project), options, env);
    if (verb->kinds.empty()) return without_run(workspace);
    options_.command = "dbt " + verb_;
    for (const std::string& kind : verb->kinds) {
      if (wants(kind)) options_.kinds.push_back(kind);
    }
    run::RunReport report = run::run_assets(workspace, options_);
    progress.stop();
    return print_summary(report, workspace.project(), globals);
  }

 private:
  // A project with leat.yml, or a plain dbt project with its profiles.yml.
  run::ProjectFile open_project(const Globals& globals, const document::Value& vars, Env& env) {
    std::string start = project_dir_.empty() ? globals.project_folder : project_dir_;
    bool asks_profile = !profiles_dir_.empty() || !profile_.empty() || env.variable("DBT_PROFILES_DIR");
    std::string dbt_folder = dbt::find_dbt_project(start);
    if (!dbt_folder.empty() && (asks_profile || !run::has_project(start)))
      return run::dbt_project({dbt_folder, profiles_dir_, profile_, globals.target, vars}, env);
    return run::load_project(run::find_project(start), env);
  }

  bool wants(std::string_view kind) const {
    return types_.empty() || std::find(types_.begin(), types_.end(), kind) != types_.end() ||
           std::find(types_.begin(), types_.end(), "all") != types_.end();
  }

  dbt::IndirectSelection indirect_selection() const {
    if (indirect_.empty() || indirect_ == "eager") return dbt::IndirectSelection::eager;
    if (indirect_ == "cautious") return dbt::IndirectSelection::cautious;
    if (indirect_ == "buildable") return dbt::IndirectSelection::buildable;
    if (indirect_ == "empty") return dbt::IndirectSelection::empty;
    throw Error(ErrorCode::cli_usage, fmt::format("`{}` is no way of selecting tests", indirect_),
                "--indirect-selection")
        .fix("There are eager, cautious, buildable, empty.");
  }

  int without_run(run::Workspace& workspace) {
    if (verb_ == "clean") return clean(workspace);
    const dbt::Project& project = *workspace.dbt();
    if (verb_ == "parse" || verb_ == "deps") {
      dbt::write_manifest(project, workspace.env());
      if (verb_ == "deps") {
        Terminal::line(fmt::format("{} packages are installed", project.packages().size() - 1));
      } else {
        Terminal::line(fmt::format("{} nodes, no problem", project.nodes().size()));
      }
      return kExitOk;
    }
    dbt::Selection selection{options_.select, options_.exclude, options_.indirect};
    std::vector<dbt::Selectable> items = project.selectables();
    std::vector<bool> chosen = dbt::select(items, selection);
    for (std::size_t i = 0; i < chosen.size(); ++i) chosen[i] = chosen[i] && wants(items[i].kind);
    if (verb_ == "ls" || verb_ == "list") {
      for (std::size_t i = 0; i < chosen.size(); ++i) {
        if (chosen[i]) Terminal::line(ls_line(project.nodes()[i], output_));
      }
      return kExitOk;
    }
    const dbt::NodeBuilder& builder = workspace.dbt_nodes()->builder();
    auto adapter = workspace.warehouse().adapter();
    if (verb_ == "run-operation") return run_operation(builder, *adapter);
    if (!inline_.empty()) {
      give(builder.compile_inline(inline_, *adapter), *adapter);
      return kExitOk;
    }
    for (std::size_t i = 0; i < chosen.size(); ++i) {
      if (chosen[i]) each(project.nodes()[i], builder, *adapter);
    }
    dbt::write_manifest(project, workspace.env());
    return kExitOk;
  }

  int clean(run::Workspace& workspace) {
    const std::string& folder = workspace.project().dbt_folder;
    document::Value file = document::load_yaml(folder + "/dbt_project.yml");
    std::vector<std::string> targets = {"target"};
    for (const document::Value& each : file["clean-targets"].items())
      targets.push_back(each.as_text("clean-targets"));
    for (const std::string& each : targets) {
      std::filesystem::path path = (std::filesystem::path(folder) / each).lexically_normal();
      // Only what stands inside the project, as dbt has it.
      if (path.string().starts_with(folder + "/")) std::filesystem::remove_all(path);
    }
    return kExitOk;
  }

  int run_operation(const dbt::NodeBuilder& builder, sql::Adapter& adapter) {
    document::Value arguments = args_.empty() ? document::Value() : document::parse_yaml(args_, "--args");
    std::string result = builder.run_macro(operation_, arguments, adapter);
    if (result.find_first_not_of(" \n\r\t") != std::string::npos && result != "None") Terminal::line(result);
    return kExitOk;
  }

  void each(const dbt::Node& node, const dbt::NodeBuilder& builder, sql::Adapter& adapter) {
    if (!node.has_code()) return;
    bool several = options_.select.empty();
    if (verb_ == "show" && node.type != dbt::ResourceType::model && several) return;
    std::string code = builder.compile(node, adapter);
    if (!several || verb_ == "show") give(code, adapter);
  }

  void give(const std::string& code, sql::Adapter& adapter) {
    if (verb_ != "show") {
      Terminal::line(code);
      return;
    }
    std::string limit = limit_ < 0 ? "" : fmt::format(" limit {}", limit_);
    Terminal::print(format_table(adapter.query(fmt::format("select * from (\n{}\n) as shown{}", code, limit)),
                                 TableFormat::table));
  }

  std::string project_dir_, profiles_dir_, profile_, verb_, operation_, vars_, args_, inline_, indirect_,
      output_ = "selector";
  std::vector<std::string> types_;
  bool store_failures_ = false;
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

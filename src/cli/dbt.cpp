// leat dbt: dbt's verbs on the project's dbt folder.
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/dbt_arguments.h"
#include "cli/dbt_ls.h"
#include "cli/exit_codes.h"
#include "cli/progress.h"
#include "cli/summary.h"
#include "cli/terminal.h"
#include "dbt/profile.h"
#include "dbt/selector_file.h"

namespace leat::cli {

bool DbtArguments::wants(std::string_view kind) const {
  auto holds = [](const std::vector<std::string>& all, std::string_view each) {
    return std::find(all.begin(), all.end(), each) != all.end();
  };
  return !holds(excluded_types, kind) && (types.empty() || holds(types, kind) || holds(types, "all"));
}

std::vector<const dbt::Node*> chosen_nodes(const dbt::Project& project, const DbtArguments& arguments) {
  std::vector<dbt::Selectable> items = project.selectables();
  std::vector<bool> chosen = run::choose(items, project.selectors(), arguments.run);
  std::vector<const dbt::Node*> nodes;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (chosen[i] && arguments.wants(items[i].kind)) nodes.push_back(&project.nodes()[i]);
  }
  return nodes;
}

int dbt_list(run::Workspace& workspace, const DbtArguments& arguments) {
  std::vector<const dbt::Node*> nodes = chosen_nodes(*workspace.dbt(), arguments);
  for (const dbt::Node* node : nodes) Terminal::line(ls_line(*node, arguments.output, arguments.output_keys));
  if (nodes.empty()) Terminal::complain("No nodes selected!");
  return kExitOk;
}

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
                                        {"clone", {}},
                                        {"retry", {}},
                                        {"docs", {}},
                                        {"source", {}},
                                        {"deps", {}},
                                        {"clean", {}},
                                        {"check", {}},
                                        {"debug", {}},
                                        {"init", {}}};
  return all;
}

constexpr const char* kVerbs =
    "build, run, seed, snapshot, test, check, compile, parse, ls, show, run-operation, clone, retry, docs, "
    "source, deps, clean, debug, init";

// What dbt's command line has and nothing here depends on: it is taken, so that scripts need no change.
constexpr const char* kTakenFlags =
    "--partial-parse,--write-json,--no-write-json,--no-debug,--version-check,"
    "--no-version-check,--populate-cache,--no-populate-cache,--cache-selected-only,--no-cache-selected-only,"
    "--use-colors,--no-use-colors,--use-colors-file,--no-use-colors-file,--send-anonymous-usage-stats,"
    "--no-send-anonymous-usage-stats,--static-parser,--no-static-parser,--print,--no-print,--introspect,"
    "--no-introspect,--single-threaded,--no-single-threaded,--macro-debugging,--no-macro-debugging,--no-"
    "defer,"
    "--no-fail-fast,--no-favor-state,--no-quiet,--log-cache-events,--no-log-cache-events,--compile,"
    "--inject-ephemeral-ctes,--no-inject-ephemeral-ctes,--export-saved-queries,--no-export-saved-queries,--"
    "hints,"
    "--no-hints,--no-browser,--browser";
constexpr const char* kTakenSettings =
    "--log-path,--log-level,--log-level-file,--log-format-file,--log-file-max-bytes,--printer-width,"
    "--record-timing-info,--warn-error-options,--config-dir,--invocation-id";

class DbtCommand : public Command {
 public:
  std::string_view name() const override { return "dbt"; }
  std::string_view summary() const override {
    return "Work on the dbt project by dbt's verbs: leat dbt build";
  }
  std::string_view group() const override { return "Work"; }
  std::vector<Option> options() override {
    DbtArguments& given = arguments_;
    return {
        {"verb", kVerbs, &given.verb, true, "", kVerbs},
        {"name",
         "run-operation: the macro; docs: generate or serve; source: freshness; init: the project's name",
         &given.name},
        {"--select,-s,--models,-m", "What to work on", &given.run.select, false, "SELECTION"},
        {"--exclude", "What to leave out", &given.run.exclude, false, "SELECTION"},
        {"--selector", "A selection of selectors.yml", &given.run.selector, false, "NAME"},
        {"--resource-type,--resource-types",
         "Only these: model, seed, snapshot, test, source, analysis, exposure, …", &given.types, false,
         "TYPE"},
        {"--exclude-resource-type,--exclude-resource-types", "All but these", &given.excluded_types, false,
         "TYPE"},
        {"--indirect-selection", "How tests come along: eager, cautious, buildable, empty", &given.indirect,
         false, "HOW"},
        {"--full-refresh,-f", "Rebuild incremental models and seeds", &given.run.full_refresh},
        {"--fail-fast,-x", "Begin nothing more once something failed", &given.run.fail_fast},
        {"--warn-error", "Warnings fail", &given.warn_error},
        {"--store-failures", "Keep the rows that tests find", &given.store_failures},
        {"--state", "An earlier target folder: what `state:` compares with", &given.state, false, "DIR"},
        {"--defer", "Read what is not chosen and not built from where --state has it", &given.defer},
        {"--defer-state", "Another folder to defer to", &given.defer_state, false, "DIR"},
        {"--favor-state", "With --defer: also where it is built", &given.run.favor_state},
        {"--debug,-d", "Print every statement", &debug_},
        {"--empty", "Build everything without rows", &given.empty},
        {"--sample",
         "Build from the rows of some time only: \"3 days\", or {start: 2024-07-01, end: 2024-07-08}",
         &given.sample, false, "WINDOW"},
        {"--event-time-start", "Microbatch models: build the batches from this time on", &given.event_start,
         false, "TIME"},
        {"--event-time-end", "Microbatch models: build the batches before this time", &given.event_end, false,
         "TIME"},
        {"--threads", "How many nodes at once", &given.run.threads, false, "N"},
        {"--project-dir", "Where dbt_project.yml stands", &given.project_dir, false, "DIR"},
        {"--profiles-dir", "Where profiles.yml stands; a project with leat.yml needs none",
         &given.profiles_dir, false, "DIR"},
        {"--profile", "The profile in it", &given.profile, false, "NAME"},
        {"--target-path", "Where artifacts go, instead of the project's target-path", &given.target_path,
         false, "DIR"},
        {"--vars", "Variables, as YAML", &given.vars, false, "YAML"},
        {"--args", "run-operation: the macro's arguments, as YAML", &given.arguments, false, "YAML"},
        {"--inline", "show, compile: SQL that is no model", &given.inline_sql, false, "SQL"},
        {"--output,-o", "ls: selector, name, path or json; show: text or json; check: json", &given.output,
         false, "FORMAT"},
        {"--output-keys", "ls: only these keys of the JSON", &given.output_keys, false, "KEYS"},
        {"--limit", "show: how many rows", &given.limit, false, "N"},
        {"--show", "seed: print the first rows", &given.show},
        {"--no-compile", "docs: take the models as they are compiled already", &given.no_compile},
        {"--empty-catalog", "docs: ask nothing of the warehouse", &given.empty_catalog},
        {"--static", "docs: one page that needs no server (it always is)", &given.is_static},
        {"--host", "docs serve: the address to listen on", &given.host, false, "HOST"},
        {"--port", "docs serve: the port; 0 chooses one", &given.port, false, "PORT"},
        {"--upgrade", "deps: look for newer versions than those that are locked", &given.upgrade},
        {"--lock", "deps: write the lock only", &given.lock},
        {"--connection", "debug: the connection only", &given.connection},
        {"--no-partial-parse", "Read the project anew, even if nothing has changed", &given.no_partial_parse},
        {"--check",
         "Look for mistakes in the SQL before anything runs (`leat dbt` does; under the name dbt it is asked "
         "for)",
         &given.check},
        {"--no-check", "Do not look for mistakes before anything runs", &given.no_check},
        {"--skip-unchanged", "Leave out what is unchanged, as `leat run` does", &given.run.skip_unchanged},
        {kTakenFlags, "Taken for dbt's sake, without effect", &taken_},
        {kTakenSettings, "Taken for dbt's sake, without effect", &taken_texts_, false, "X"}};
  }

  int run(const Globals& globals, Env& env) override {
    DbtArguments& given = arguments_;
    auto verb = std::find_if(verbs().begin(), verbs().end(),
                             [&](const Verb& each) { return each.name == given.verb; });
    if (verb == verbs().end())
      throw Error(ErrorCode::cli_usage, fmt::format("`{}` is no verb of dbt that is known here", given.verb),
                  "leat dbt")
          .fix(fmt::format("There are {}.", kVerbs));
    if (given.verb == "retry") verb = retried(globals, env);
    if (given.verb == "init") return dbt_init(given);
    if (given.verb == "debug") return dbt_debug(globals, given, env);
    if (given.verb == "deps") return dbt_deps(dbt_folder(globals, env), given, env);
    if (given.verb == "clean") return dbt_clean(dbt_folder(globals, env));
    run::WorkspaceOptions options = workspace_options(globals, env);
    run::ProjectFile project = open_project(globals, options.vars, env);
    if (project.dbt_folder.empty())
      throw Error(ErrorCode::config_invalid, "The project has no `dbt:`", project.folder + "/leat.yml");
    if (given.verb != "docs") project.pages_folder.clear();
    given.run.indirect = indirect_selection();
    given.run.when_nothing = [](const std::string& word) {
      Terminal::complain(fmt::format("The selection criterion '{}' does not match any enabled nodes", word));
    };
    Globals told = globals;
    if (debug_) told.verbosity = 2;
    Progress progress(told, env);
    run::Workspace workspace(std::move(project), options, env);
    if (given.defer) given.run.defer_to = deferred_to();
    if (verb->kinds.empty()) {
      int code = without_run(workspace, globals);
      workspace.leave_dbt();
      return code;
    }
    given.run.command = "dbt " + given.verb;
    given.run.warnings_fail = given.warn_error;
    given.run.check = given.check || (!given.no_check && !globals.called_dbt);
    for (const std::string& kind : verb->kinds) {
      if (given.wants(kind)) given.run.kinds.push_back(kind);
    }
    run::RunReport report = run::run_assets(workspace, given.run);
    progress.stop();
    int code = print_summary(report, workspace.project(), globals);
    workspace.leave_dbt();
    return code;
  }

 private:
  run::WorkspaceOptions workspace_options(const Globals& globals, Env& env) const {
    run::WorkspaceOptions options;
    options.target = globals.target;
    options.stand_in = false;
    options.full_refresh = arguments_.run.full_refresh;
    options.store_failures = arguments_.store_failures;
    options.empty = arguments_.empty;
    options.keeps_parse = !arguments_.no_partial_parse;
    if (!arguments_.sample.empty()) options.sample = dbt::parse_sample(arguments_.sample, env.now());
    options.event_times = event_times();
    options.only_batches = failed_batches_;
    if (!arguments_.state.empty()) options.state = dbt::SavedState::load(arguments_.state);
    options.target_folder = arguments_.target_path;
    options.command = arguments_.verb == "list" ? "ls" : arguments_.verb;
    if (!arguments_.vars.empty()) options.vars = document::parse_yaml(arguments_.vars, "--vars");
    return options;
  }

  std::optional<dbt::TimeWindow> event_times() const {
    const std::string &start = arguments_.event_start, &end = arguments_.event_end;
    if (start.empty() && end.empty()) return std::nullopt;
    if (start.empty() || end.empty())
      throw Error(ErrorCode::cli_usage, "--event-time-start and --event-time-end go together", "leat dbt");
    dbt::TimeWindow times{dbt::parse_event_time(start, "--event-time-start"),
                          dbt::parse_event_time(end, "--event-time-end")};
    if (times.end <= times.begin)
      throw Error(ErrorCode::cli_usage, "--event-time-start must be before --event-time-end", "leat dbt");
    return times;
  }

  // Of a microbatch model only what failed is built again.
  void note_failed_batches(const document::Value& result) {
    std::vector<dbt::TimeWindow>& failed = failed_batches_[result["unique_id"].raw()];
    for (const document::Value& each : result["batch_results"]["failed"].items()) {
      if (each.items().size() == 2)
        failed.push_back({dbt::parse_event_time(each.items()[0].raw(), "run_results.json"),
                          dbt::parse_event_time(each.items()[1].raw(), "run_results.json")});
    }
    if (failed.empty()) failed_batches_.erase(result["unique_id"].raw());
  }

  // A project with leat.yml, or a plain dbt project with its profiles.yml.
  run::ProjectFile open_project(const Globals& globals, const document::Value& vars, Env& env) {
    std::string start = arguments_.project_dir.empty() ? globals.project_folder : arguments_.project_dir;
    bool asks_profile =
        !arguments_.profiles_dir.empty() || !arguments_.profile.empty() || env.variable("DBT_PROFILES_DIR");
    std::string folder = dbt::find_dbt_project(start);
    if (!folder.empty() && (asks_profile || !run::has_project(start)))
      return run::dbt_project({folder, arguments_.profiles_dir, arguments_.profile, globals.target, vars},
                              env);
    return run::load_project(run::find_project(start), env);
  }

  std::shared_ptr<const dbt::SavedState> deferred_to() const {
    const std::string& folder = arguments_.defer_state.empty() ? arguments_.state : arguments_.defer_state;
    if (folder.empty())
      throw Error(ErrorCode::cli_usage,
                  "--state or --defer-state are required for deferral, but neither was provided",
                  "leat dbt " + arguments_.verb)
          .fix("Name the folder of an earlier run's artifacts: --state path/to/target.");
    return dbt::SavedState::load(folder);
  }

  // What failed or was skipped in the last run, by the verb that ran then.
  std::vector<Verb>::const_iterator retried(const Globals& globals, Env& env) {
    std::string folder = arguments_.state.empty() ? dbt_folder(globals, env) + "/target" : arguments_.state;
    std::string path = folder + "/run_results.json";
    if (!std::filesystem::exists(path))
      throw Error(ErrorCode::config_not_found, "There is no earlier run to try again", path);
    document::Value last = document::parse_json(document::read_file(path), path);
    arguments_.verb = last["args"]["which"].raw();
    for (const document::Value& each : last["results"].items()) {
      const std::string& status = each["status"].raw();
      if (status == "error" || status == "fail" || status == "skipped" || status == "runtime error" ||
          status == "partial success")
        arguments_.run.select.push_back(each["unique_id"].raw());
      if (status == "partial success") note_failed_batches(each);
    }
    auto verb = std::find_if(verbs().begin(), verbs().end(),
                             [&](const Verb& each) { return each.name == arguments_.verb; });
    if (verb == verbs().end() || verb->kinds.empty())
      throw Error(ErrorCode::cli_usage, fmt::format("`{}` is nothing to try again", arguments_.verb), path);
    // Everything went well: then there is nothing to do.
    if (arguments_.run.select.empty()) arguments_.run.exclude.push_back("fqn:*");
    return verb;
  }

  // Needs no profile: the project may not be whole yet.
  std::string dbt_folder(const Globals& globals, Env& env) {
    std::string start = arguments_.project_dir.empty() ? globals.project_folder : arguments_.project_dir;
    std::string folder = dbt::find_dbt_project(start);
    return folder.empty() ? run::load_project(run::find_project(start), env).dbt_folder : folder;
  }

  dbt::IndirectSelection indirect_selection() const {
    if (arguments_.indirect.empty()) return dbt::IndirectSelection::eager;
    if (auto known = dbt::indirect_selection(arguments_.indirect)) return *known;
    throw Error(ErrorCode::cli_usage, fmt::format("`{}` is no way of selecting tests", arguments_.indirect),
                "--indirect-selection")
        .fix("There are eager, cautious, buildable, empty.");
  }

  int without_run(run::Workspace& workspace, const Globals& globals) {
    const DbtArguments& given = arguments_;
    if (given.verb == "ls" || given.verb == "list") return dbt_list(workspace, given);
    if (given.verb == "docs") return dbt_docs(workspace, given);
    if (given.verb == "check") return dbt_check(workspace, given);
    if (given.verb == "source") return dbt_source(workspace, given, globals);
    if (given.verb == "clone") return dbt_clone(workspace, given, *deferred_to());
    if (given.verb == "run-operation") return dbt_run_operation(workspace, given);
    if (given.verb != "parse") return dbt_show(workspace, given);
    dbt::write_manifest(*workspace.dbt(), workspace.env());
    Terminal::line(fmt::format("{} nodes, no problem", workspace.dbt()->nodes().size()));
    return kExitOk;
  }

  DbtArguments arguments_ = [] {
    DbtArguments arguments;
    arguments.run.skip_unchanged = false;
    return arguments;
  }();
  bool taken_ = false, debug_ = false;
  std::vector<std::string> taken_texts_;
  std::map<std::string, std::vector<dbt::TimeWindow>> failed_batches_;
};

}  // namespace

std::unique_ptr<Command> make_dbt() {
  return std::make_unique<DbtCommand>();
}

}  // namespace leat::cli

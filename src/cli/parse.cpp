// The command line: the one file that includes CLI11.
#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <functional>

#include "base/error.h"
#include "base/spec.h"
#include "cli/command.h"
#include "cli/exit_codes.h"
#include "cli/machine_line.h"
#include "cli/terminal.h"
#include "dbt/basics.h"

namespace leat::cli {
namespace {

constexpr const char* kFooter = R"(
Exit codes: 0 done · 1 some steps failed · 2 command line or project · 3 source · 4 warehouse · 70 bug · 130 interrupted

Examples:
  leat init shop && cd shop && leat run     a project that runs at once
  leat run                                  everything: load, build, publish; unchanged work is skipped
  leat run +crimes_by_weekday               one model and all it needs
  leat query "select count(*) from raw.crimes"
  leat explain LEAT-HTTP-401                what an error means and what to do)";

void print_error(const Error& error, const Globals& globals) {
  if (globals.for_machines()) return Terminal::line(machine_line(globals, error));
  Terminal::complain(fmt::format("{} {}", Terminal::ink(Ink::red, "error:"), error.what()));
}

constexpr GlobalOption kGlobalOptions[] = {
    {"--project", "DIR", "The project's folder, or one below it"},
    {"--target,-t", "NAME", "The target of leat.yml (default: its `target`, or LEAT_TARGET)"},
    {"--log-format", "FORMAT", "text; json: one object a line; otel: one log record a line"},
    {"--verbose,-v", "", "Show every step"},
    {"--quiet,-q", "", "Show only the summary and errors; under the name dbt errors only"},
    {"--no-color", "", "No colors"},
};

CLI::Option* declare(CLI::App& app, const GlobalOption& option, std::string& into) {
  return app.add_option(std::string(option.names), into, std::string(option.doc))
      ->type_name(std::string(option.value_name))
      ->group("Everywhere");
}

void declare(CLI::App& app, const GlobalOption& option, std::function<void()> when_given) {
  app.add_flag_callback(std::string(option.names), std::move(when_given), std::string(option.doc))
      ->group("Everywhere");
}

void declare_globals(CLI::App& app, Globals& globals) {
  const auto& [project, target, log_format, verbose, quiet, no_color] = kGlobalOptions;
  declare(app, project, globals.project_folder);
  declare(app, target, globals.target);
  declare(app, log_format, globals.log_format)->check(CLI::IsMember({"text", "json", "otel"}));
  declare(app, verbose, [&globals] { globals.verbosity = 1; });
  declare(app, quiet, [&globals] { globals.verbosity = -1; });
  declare(app, no_color, [&globals] { globals.color = false; });
}

void declare(CLI::App& app, const Option& option) {
  std::string names(option.names), doc(option.doc), value_name(option.value_name);
  CLI::Option* made = std::visit(
      [&](auto* into) -> CLI::Option* {
        if constexpr (std::is_same_v<decltype(into), bool*>) {
          return app.add_flag(names, *into, doc);
        } else {
          return app.add_option(names, *into, doc);
        }
      },
      option.into);
  if (option.required) made->required();
  if (!value_name.empty()) made->type_name(value_name);
}

// The program under the name `dbt` is dbt.
bool is_called_dbt(std::string_view program) {
  return program.substr(program.rfind('/') + 1) == "dbt";
}

// Says what is wrong with the command line, in the words of the command that it names.
int refuse(const CLI::App& app, const std::string& what, const std::vector<std::string>& words,
           const Globals& globals) {
  std::vector<CLI::App*> parsed = app.get_subcommands();
  if (!parsed.empty()) {
    print_error(Error(ErrorCode::cli_usage, what, "leat " + parsed[0]->get_name())
                    .fix(fmt::format("`leat {} --help` says how it is used.", parsed[0]->get_name())),
                globals);
    return kExitUsage;
  }
  std::vector<std::string> names;
  for (const CLI::App* each : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(each->get_name());
  auto word = std::find_if(words.begin(), words.end(),
                           [](const std::string& each) { return !each.starts_with('-'); });
  std::string near = word == words.end() ? "" : nearest(*word, names);
  Error error(ErrorCode::cli_usage, what, "leat");
  if (word != words.end() && std::find(names.begin(), names.end(), *word) == names.end()) {
    error = Error(ErrorCode::cli_usage,
                  fmt::format("There is no command `{}`{}", *word,
                              near.empty() ? "" : fmt::format("; did you mean `{}`?", near)),
                  "leat");
  }
  print_error(error.fix("`leat --help` lists the commands."), globals);
  return kExitUsage;
}

// Scripts look for dbt's version in dbt's words.
std::string version_text(bool called_dbt) {
  if (!called_dbt) return LEAT_VERSION;
  return fmt::format(
      "Core:\n  - installed: {}\n  - by:        leat {}\n\nPlugins:\n  - duckdb:    {}\n  - postgres:  {}\n  "
      "- "
      "snowflake: {}",
      dbt::kDbtVersion, LEAT_VERSION, LEAT_VERSION, LEAT_VERSION, LEAT_VERSION);
}

}  // namespace

std::span<const GlobalOption> global_options() {
  return kGlobalOptions;
}

int run_command_line(int argc, char** argv, Env& env) {
  CLI::App app{"leat: data from where it is born to the chart that people read", "leat"};
  app.footer(kFooter);
  app.require_subcommand(0, 1);
  const bool called_dbt = is_called_dbt(argv[0]);
  app.set_version_flag(called_dbt ? "-V,--version" : "--version", version_text(called_dbt));
  app.fallthrough();
  Globals globals;
  declare_globals(app, globals);
  std::vector<std::unique_ptr<Command>> commands = all_commands();
  Command* chosen = nullptr;
  for (const auto& command : commands) {
    CLI::App* sub = app.add_subcommand(std::string(command->name()), std::string(command->summary()));
    sub->group(std::string(command->group()));
    sub->fallthrough();
    for (const Option& option : command->options()) declare(*sub, option);
    sub->footer(std::string(command->details()));
    sub->callback([&chosen, &command] { chosen = command.get(); });
  }
  std::vector<char*> words(argv, argv + argc);
  std::string verb = "dbt";
  globals.called_dbt = called_dbt;
  if (globals.called_dbt) words.insert(words.begin() + 1, verb.data());
  argc = static_cast<int>(words.size());
  argv = words.data();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    return refuse(app, error.what(), {argv + 1, argv + argc}, globals);
  }
  Terminal::set_up(globals.color && env.variable("NO_COLOR").value_or("").empty(),
                   env.variable("TERM").value_or(""));
  if (!chosen) {
    Terminal::print(app.help());
    return kExitOk;
  }
  try {
    return chosen->run(globals, env);
  } catch (const Error& error) {
    print_error(error, globals);
    int code = exit_code_of(error);
    // dbt knows two: something failed, or nothing could begin.
    bool failed = code == kExitSource || code == kExitDestination;
    return is_called_dbt(words[0]) && failed ? kExitStepsFailed : code;
  } catch (const std::exception& error) {
    print_error(Error(ErrorCode::internal, error.what()), globals);
    return kExitInternal;
  }
}

}  // namespace leat::cli

// Command: one word of the command line, such as `leat run`; commands.cpp lists them.
//
// Guarantees: options() only declares; run() does the work and returns the exit code. CLI11 is fed in
// cli/parse.cpp. Threads: the main thread. Errors: run() throws Error; main prints it and chooses the exit
// code by its fault (see exit_codes.h).
#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/env.h"

namespace leat::cli {

/// What every command knows: the global options.
struct Globals {
  std::string project_folder = ".";
  std::string target;
  std::string log_format = "text";  ///< or "json", "otel": a line of JSON an event (machine_line.h)
  int verbosity = 0;                ///< -1 quiet, 1 verbose
  bool color = true;
  bool called_dbt = false;  ///< the program runs under the name `dbt`

  /// Whether nothing but lines of JSON may be printed.
  bool for_machines() const { return log_format != "text"; }
};

/// An option ("--limit"), flag or positional ("sql") of a command, and where its value goes.
struct Option {
  std::string_view names;  ///< as CLI11 writes them: "--stream,-s" or "connection"
  std::string_view doc;
  std::variant<bool*, int*, std::string*, std::vector<std::string>*> into;
  bool required = false;
  std::string_view value_name = {};  ///< shown in --help, "NAME"
  std::string_view values = {};      ///< what shells offer for a positional: "bash, zsh, fish"
};

/// An option that every command takes.
struct GlobalOption {
  std::string_view names, value_name, doc;
};
std::span<const GlobalOption> global_options();

class Command {
 public:
  virtual ~Command() = default;
  virtual std::string_view name() const = 0;
  virtual std::string_view summary() const = 0;
  /// The heading that --help lists it under.
  virtual std::string_view group() const = 0;
  virtual std::vector<Option> options() { return {}; }
  /// Lines shown below --help.
  virtual std::string_view details() const { return {}; }
  virtual int run(const Globals& globals, Env& env) = 0;
};

/// Every command, in the order of --help.
std::vector<std::unique_ptr<Command>> all_commands();

/// Parses the command line, runs the command and returns the exit code; prints help and errors.
int run_command_line(int argc, char** argv, Env& env);

}  // namespace leat::cli

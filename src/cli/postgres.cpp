// leat postgres check: what a PostgreSQL source needs, and the SQL that mends what is missing.
#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/terminal.h"
#include "run/project_file.h"

namespace leat::cli {
namespace {

bool is_postgres(const run::ConnectionFile& connection) {
  return connection.source["type"].raw() == "postgres";
}

class PostgresCommand : public Command {
 public:
  std::string_view name() const override { return "postgres"; }
  std::string_view summary() const override {
    return "Look at what PostgreSQL sources need; print the SQL that mends it";
  }
  std::string_view group() const override { return "Look"; }
  std::vector<Option> options() override {
    return {{"verb", "check", &verb_, true, "", "check"},
            {"connection", "Only this connection of leat.yml", &connection_, false}};
  }
  std::string_view details() const override {
    return R"(Examples:
  leat postgres check               all connections to PostgreSQL
  leat postgres check shop          one

Ends with 1 where there is a problem. Changes nothing; the SQL is for an administrator to run.)";
  }
  int run(const Globals& globals, Env& env) override {
    if (verb_ != "check")
      throw Error(ErrorCode::cli_usage, fmt::format("There is no `leat postgres {}`", verb_))
          .fix("Write `leat postgres check`.");
    run::ProjectFile project = run::load_project(run::find_project(globals.project_folder), env);
    if (!connection_.empty() && !is_postgres(project.connection(connection_)))
      throw Error(ErrorCode::cli_usage, fmt::format("The source of `{}` is not postgres", connection_));
    int problems = 0, connections = 0;
    for (const run::ConnectionFile& connection : project.connections) {
      bool is_wanted = connection_.empty() || connection.connection.name == connection_;
      if (!is_wanted || !is_postgres(connection)) continue;
      ++connections;
      Terminal::line(Terminal::ink(Ink::bold, connection.connection.name));
      problems += print(run::open_source(connection, env)->diagnose());
    }
    if (connections == 0) Terminal::line("No connection of leat.yml has a source of type postgres.");
    return problems > 0 ? kExitStepsFailed : kExitOk;
  }

 private:
  // The number of problems.
  static int print(const std::vector<stream::Finding>& findings) {
    using Level = stream::Finding::Level;
    int problems = 0;
    for (const stream::Finding& finding : findings) {
      bool is_problem = finding.level == Level::problem;
      problems += is_problem;
      const char* word = is_problem ? "problem" : finding.level == Level::note ? "note" : "ok";
      Ink ink = is_problem ? Ink::red : finding.level == Level::note ? Ink::yellow : Ink::green;
      Terminal::line(fmt::format("  {} {}", Terminal::ink(ink, fmt::format("{:8}", word)), finding.what));
      if (!finding.mend.empty()) Terminal::line(fmt::format("           {}", finding.mend));
    }
    return problems;
  }

  std::string verb_, connection_;
};

}  // namespace

std::unique_ptr<Command> make_postgres() {
  return std::make_unique<PostgresCommand>();
}

}  // namespace leat::cli

// leat dead-letters: lists the records that were rejected, and loads those that fit by now.
#include <fmt/core.h>

#include "base/error.h"
#include "base/units.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/terminal.h"
#include "cli/wait_notice.h"
#include "run/dead_letters.h"
#include "run/free_warehouse.h"

namespace leat::cli {
namespace {

class DeadLettersCommand : public Command {
 public:
  std::string_view name() const override { return "dead-letters"; }
  std::string_view summary() const override {
    return "List records that were rejected with their reasons, or retry them";
  }
  std::string_view group() const override { return "Repair"; }
  std::vector<Option> options() override {
    return {{"verb", "list or retry (default: list)", &verb_, false, "", "list, retry"},
            {"--connection,-c", "Only of this connection", &connection_, false, "NAME"},
            {"--stream,-s", "Only of this stream", &stream_, false, "NAME"},
            {"--limit", "The most letters (default: 50)", &limit_, false, "N"}};
  }
  std::string_view details() const override {
    return R"(Examples:
  leat dead-letters                          the newest, with their reasons
  leat dead-letters retry --stream orders    once the types or the contract take them

They stand in `_leat.dead_letters` of the warehouse; a letter that is loaded leaves it.)";
  }
  int run(const Globals& globals, Env& env) override {
    run::ProjectFile project = run::load_project(run::find_project(globals.project_folder), env);
    std::string target = run::choose_target(project, globals.target, env);
    run::LetterFilter filter{connection_, stream_, limit_, 0};
    if (verb_ == "list") {
      WaitNotice notice(env);
      auto warehouse = run::open_warehouse(project, target, env);
      auto session = run::adapter_when_free(*warehouse, project.folder, std::nullopt, env);
      return list(*warehouse, filter);
    }
    if (verb_ == "retry") return retry(run::retry_dead_letters(project, target, filter, env));
    throw Error(ErrorCode::cli_usage, fmt::format("`{}` is no verb of dead-letters", verb_),
                "leat dead-letters")
        .fix("There are list and retry.");
  }

 private:
  static int list(warehouses::Warehouse& warehouse, const run::LetterFilter& filter) {
    std::vector<run::KeptLetter> letters = run::dead_letters(warehouse, filter);
    for (const run::KeptLetter& each : letters)
      Terminal::line(fmt::format("{} {}.{} `{}`: {}\n  {}", each.rejected_at.substr(0, 19), each.connection,
                                 each.stream, each.field, each.reason, fit(each.record, 300)));
    if (letters.empty()) Terminal::line("No record was rejected.");
    return kExitOk;
  }

  static int retry(const std::vector<run::StreamRetry>& results) {
    if (results.empty()) Terminal::line("There is no dead letter to retry.");
    std::int64_t rejected = 0;
    for (const run::StreamRetry& each : results) {
      Terminal::line(fmt::format("{}.{}: {} loaded, {} rejected again{}", each.connection, each.stream,
                                 format_count(each.loaded), format_count(each.rejected),
                                 each.reasons.empty() ? "" : ": " + each.reasons.front()));
      rejected += each.rejected;
    }
    return rejected == 0 ? kExitOk : kExitStepsFailed;
  }

  std::string verb_ = "list", connection_, stream_;
  int limit_ = 50;
};

}  // namespace

std::unique_ptr<Command> make_dead_letters() {
  return std::make_unique<DeadLettersCommand>();
}

}  // namespace leat::cli

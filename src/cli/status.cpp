// leat status: the last runs, what became of each asset, and how far streams of changes are behind.
#include <fmt/core.h>

#include "base/error.h"
#include "base/time.h"
#include "base/units.h"
#include "cli/commands.h"
#include "cli/styled.h"
#include "cli/terminal.h"
#include "document/value.h"
#include "run/project_file.h"
#include "run/store/store.h"

namespace leat::cli {
namespace {

std::string seconds_text(std::int64_t seconds) {
  return format_duration(std::chrono::seconds(std::max<std::int64_t>(0, seconds)));
}

// How far the tables of a stream of changes are behind: in bytes as the server says now, in time since they
// were as the source was, by what the last run told.
std::string slot_line(const run::ConnectionFile& connection, run::Store& store, Env& env) {
  std::string slot = connection.source["slot"].raw();
  if (slot.empty()) slot = "leat";
  std::string line = pad(fmt::format("slot {} of {}", slot, connection.connection.name), 40) + " ";
  std::optional<stream::Lag> lag;
  try {
    lag = run::open_source(connection, env)->lag();
  } catch (const Error& error) {
    return line + Terminal::ink(Ink::red, fmt::format("can't be asked: {}", error.what_failed()));
  }
  if (!lag) return line + Terminal::ink(Ink::yellow, "is not there (yet)");
  if (lag->is_lost) return line + Terminal::ink(Ink::red, "is lost: leat sync CONNECTION --full-refresh");
  line += fmt::format("{} behind", format_bytes(lag->bytes));
  if (std::optional<run::EventRow> told = store.latest("changes_lag", slot)) {
    std::optional<Timestamp> at = parse_iso_timestamp(told->at);
    std::int64_t late = document::parse_json(told->fields, "the last run's lag")["seconds"].integer();
    if (at) late += std::chrono::duration_cast<std::chrono::seconds>(env.now() - *at).count();
    line += fmt::format(", {} old", seconds_text(late));
  }
  line += fmt::format(", holds back {} of log", format_bytes(lag->held_bytes));
  if (lag->safe_bytes >= 0) line += fmt::format(" ({} more and it is lost)", format_bytes(lag->safe_bytes));
  return line + (lag->is_read ? ", is being read" : "");
}

void print_slots(const run::ProjectFile& project, run::Store& store, Env& env) {
  for (const run::ConnectionFile& connection : project.connections) {
    if (connection.source["type"].raw() != "postgres" || connection.source["method"].raw() != "cdc") continue;
    Terminal::line(slot_line(connection, store, env));
  }
}

Ink ink_of(const std::string& status) {
  return status == "success" ? Ink::green : status == "running" ? Ink::plain : Ink::red;
}

class StatusCommand : public Command {
 public:
  std::string_view name() const override { return "status"; }
  std::string_view summary() const override { return "Show the last runs and the steps of the newest"; }
  std::string_view group() const override { return "Look"; }
  std::vector<Option> options() override {
    return {{"--runs", "How many runs (default: 5)", &runs_, false, "N"}};
  }
  int run(const Globals& globals, Env& env) override {
    run::ProjectFile project = run::load_project(run::find_project(globals.project_folder), env);
    run::Store store(project.folder);
    store.mark_interrupted();
    std::vector<run::RunRow> runs = store.runs(runs_);
    if (runs.empty()) {
      Terminal::line("No run yet. `leat run` makes one.");
      return 0;
    }
    print_slots(project, store, env);
    Terminal::line(
        Terminal::ink(Ink::bold, fmt::format("{} {} {} {} {}", pad("started", 20), pad("command", 20),
                                             pad("target", 10), pad("status", 12), "steps")));
    for (const run::RunRow& row : runs) {
      Terminal::line(fmt::format("{} {} {} {} {} ({} unchanged, {} failed)",
                                 pad(row.started_at.substr(0, 19), 20), pad(fit(row.command, 19), 20),
                                 pad(row.target, 10), Terminal::ink(ink_of(row.status), pad(row.status, 12)),
                                 row.steps, row.unchanged, row.failed));
    }
    Terminal::line("");
    for (const run::StepRow& step : store.steps(runs[0].id)) {
      if (step.kind.ends_with("test") && step.status == "success" && globals.verbosity < 1) continue;
      Terminal::line(
          fmt::format("{} {} {} {} {}", pad(step.kind, kKindWidth - 1),
                      pad(fit(step.asset.substr(step.asset.rfind('.') + 1), 36), 36),
                      Terminal::ink(step.status == "error" ? Ink::red : Ink::plain, pad(step.status, 10)),
                      pad(format_duration(std::chrono::milliseconds(step.took_ms)), 9, true), step.message));
    }
    return 0;
  }

 private:
  int runs_ = 5;
};

}  // namespace

std::unique_ptr<Command> make_status() {
  return std::make_unique<StatusCommand>();
}

}  // namespace leat::cli

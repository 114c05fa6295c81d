#include "cli/summary.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/units.h"
#include "cli/exit_codes.h"
#include "cli/terminal.h"

namespace leat::cli {

int print_summary(const run::RunReport& report, const run::ProjectFile& project, const Globals& globals) {
  using run::Status;
  bool interrupted = false;
  for (const run::StepReport& step : report.steps) {
    if (!step.outcome.error) continue;
    interrupted = interrupted || exit_code_of(*step.outcome.error) == kExitInterrupted;
    Terminal::complain(fmt::format("\n{} {}\n  {}", Terminal::ink(Ink::red, "✗"),
                                   Terminal::ink(Ink::bold, step.what.name), step.outcome.error->what()));
  }
  if (globals.log_format != "json") {
    std::string text;
    auto add = [&](Status status, const char* word, Ink ink) {
      std::int64_t count = report.count(status);
      if (count == 0) return;
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", Terminal::ink(ink, format_count(count)), word);
    };
    add(Status::success, "done", Ink::green);
    add(Status::unchanged, "unchanged", Ink::plain);
    add(Status::warning, "with warnings", Ink::yellow);
    add(Status::error, "failed", Ink::red);
    add(Status::skipped, "skipped", Ink::yellow);
    Terminal::line(fmt::format("{} in {}", text.empty() ? "nothing to do" : text,
                               format_duration(std::chrono::milliseconds(report.took_ms))));
    bool pages = std::any_of(report.steps.begin(), report.steps.end(),
                             [](const run::StepReport& step) { return step.what.kind == "page"; });
    if (pages) Terminal::line(fmt::format("report: file://{}/index.html", project.site_folder));
  }
  if (interrupted) return kExitInterrupted;
  return report.succeeded() ? kExitOk : kExitStepsFailed;
}

}  // namespace leat::cli

#include "cli/summary.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/units.h"
#include "cli/exit_codes.h"
#include "cli/styled.h"
#include "cli/terminal.h"
#include "run/dbt_nodes.h"

namespace leat::cli {
namespace {

using run::Status;
using run::StepReport;

constexpr std::size_t kSkippedShown = 6;

// "error" in full, with what was skipped because of it.
void print_failure(const StepReport& step, const run::RunReport& report, std::size_t width, bool called_dbt) {
  Styled head;
  head.add("\n✗ ", Ink::red);
  if (called_dbt) {  // scripts that read dbt's output look for its words
    head.add(
        fmt::format("{} in {} {}", run::dbt_error_class(*step.outcome.error), step.what.kind, step.what.name),
        Ink::bold);
  } else {
    head.add(step.what.name, Ink::bold).add(fmt::format(" ({})", step.what.kind), Ink::dim);
  }
  Terminal::complain(head.str());
  Terminal::complain("  " + wrap(step.outcome.error->what(), width, "  "));
  std::string names;
  std::size_t count = 0;
  for (const StepReport& other : report.steps) {
    if (other.outcome.status != Status::skipped || other.outcome.message != step.what.name + " failed")
      continue;
    if (other.what.kind.ends_with("test")) continue;
    if (++count <= kSkippedShown) names += (count > 1 ? ", " : "") + other.what.name;
  }
  if (count > kSkippedShown) names += fmt::format(" and {} more", count - kSkippedShown);
  if (count > 0) Terminal::complain("  " + wrap("skipped below it: " + names, width, "  "));
}

struct Group {
  const char* title;
  std::vector<std::string_view> kinds;
  const char* done;  ///< what was done to it
};

// "models    17 built, 1 unchanged"
void print_group(const Group& group, const run::RunReport& report) {
  std::int64_t counts[6] = {}, rows = 0, rows_read = 0;
  for (const StepReport& step : report.steps) {
    if (std::find(group.kinds.begin(), group.kinds.end(), step.what.kind) == group.kinds.end()) continue;
    ++counts[static_cast<std::size_t>(step.outcome.status)];
    if (step.what.kind == "stream" || step.what.kind == "pipe") {
      rows += std::max<std::int64_t>(0, step.outcome.rows);
      rows_read += step.outcome.rows_read;
    }
  }
  Styled line;
  auto add = [&](Status status, const char* word, Ink ink) {
    std::int64_t count = counts[static_cast<std::size_t>(status)];
    if (count == 0) return;
    line.add(line.empty() ? "" : ", ").add(fmt::format("{} {}", format_count(count), word), ink);
  };
  add(Status::success, group.done, Ink::green);
  add(Status::unchanged, "unchanged", Ink::plain);
  add(Status::warning, "with warnings", Ink::yellow);
  add(Status::error, "failed", Ink::red);
  add(Status::interrupted, "interrupted", Ink::yellow);
  add(Status::skipped, "skipped", Ink::yellow);
  if (line.empty()) return;
  if (rows_read > 0)
    line.add(fmt::format(": {} rows read, {}", format_count(rows_read),
                         rows > 0 ? format_count(rows) + " changed" : "nothing new"));
  Terminal::line(Styled().add("  ").cell(group.title, 9, Ink::dim).add(line).str());
}

}  // namespace

int print_summary(const run::RunReport& report, const run::ProjectFile& project, const Globals& globals) {
  int code = report.interrupted ? kExitInterrupted : report.succeeded() ? kExitOk : kExitStepsFailed;
  if (globals.for_machines()) return code;  // its steps and its end have told everything
  if (globals.called_dbt && globals.verbosity < 0 && code == kExitOk) return code;  // as dbt's --quiet
  std::size_t width = static_cast<std::size_t>(std::max(40, Terminal::is_live() ? Terminal::columns() : 110));
  for (const StepReport& step : report.steps) {
    if (step.outcome.status == Status::error) print_failure(step, report, width, globals.called_dbt);
  }
  std::string took = format_duration(std::chrono::milliseconds(report.took_ms));
  Styled head;
  if (report.steps.empty()) {
    head.add("nothing to do");
  } else if (report.interrupted) {
    head.add("interrupted", Ink::yellow)
        .add(" after " + took + "; what is committed stays, `leat run` goes on from there");
  } else if (!report.succeeded()) {
    head.add("✗ ", Ink::red)
        .add(fmt::format("{} of {} steps failed", report.count(Status::error), report.steps.size()),
             Ink::bold)
        .add(" in " + took);
  } else {
    bool fresh = std::all_of(report.steps.begin(), report.steps.end(), [](const StepReport& step) {
      bool idle = (step.what.kind == "stream" || step.what.kind == "pipe") && step.outcome.rows <= 0;
      return step.outcome.status == Status::unchanged || (step.outcome.status == Status::success && idle);
    });
    head.add("✓ ", Ink::green).add(fresh ? "nothing changed" : "done", Ink::bold).add(" in " + took);
  }
  Terminal::line("\n" + head.str());
  for (const Group& group :
       {Group{"streams", {"stream"}, "loaded"}, Group{"pipes", {"pipe"}, "loaded"},
        Group{"seeds", {"seed"}, "loaded"}, Group{"models", {"model", "snapshot"}, "built"},
        Group{"tests", {"test", "unit_test"}, "passed"}, Group{"pages", {"page"}, "built"},
        Group{"deliveries", {"delivery"}, "done"}}) {
    print_group(group, report);
  }
  bool pages = std::any_of(report.steps.begin(), report.steps.end(), [](const StepReport& step) {
    return step.what.kind == "page" && !run::blocks(step.outcome.status);
  });
  if (pages)
    Terminal::line(Styled()
                       .add("  ")
                       .cell("report", 9, Ink::dim)
                       .add(fmt::format("file://{}/index.html", project.site_folder))
                       .str());
  return code;
}

}  // namespace leat::cli

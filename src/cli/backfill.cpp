// leat backfill: does ranges of partitions: plans them, queues them for `leat serve`, shows how far they are.
#include <fmt/core.h>

#include <algorithm>

#include "base/error.h"
#include "base/time.h"
#include "base/units.h"
#include "cli/commands.h"
#include "cli/terminal.h"
#include "run/jobs/launcher.h"
#include "run/partitions/backfill.h"
#include "run/project_file.h"

namespace leat::cli {
namespace {

constexpr std::size_t kRunsShown = 10;
constexpr int kBackfillsShown = 20;

std::string seconds_text(double seconds) {
  return format_duration(std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000)));
}

class BackfillCommand : public Command {
 public:
  std::string_view name() const override { return "backfill"; }
  std::string_view summary() const override { return "Do ranges of partitions: plan, queue, follow, retry"; }
  std::string_view group() const override { return "Work"; }
  std::vector<Option> options() override {
    return {{"what", "A set of `partitions:`; or list, grid, show, cancel, retry (default: list)", &what_},
            {"which-one", "grid: the set; show, cancel, retry: the backfill's number", &which_one_},
            {"--from", "From this partition, date or instant on (default: the first)", &request_.range.from,
             false, "KEY"},
            {"--to",
             "Up to this date or instant, which is left out; of a list of values, up to and with this one",
             &request_.range.to, false, "KEY"},
            {"--keys", "Only these partitions (may be repeated)", &request_.keys, false, "KEY"},
            {"--which", "missing, failed, unfinished (missing or failed) or all (default: unfinished)",
             &which_, false, "WHICH"},
            {"--per-run", "How many neighbours one run does (default: 1); 0: all in one",
             &request_.partitions_per_run, false, "N"},
            {"--concurrency", "How many runs at once (default: 1)", &request_.concurrency, false, "N"},
            {"--newest-first", "Begin with the newest", &request_.is_descending},
            {"--select", "What to run, instead of the set's selection", &select_, false, "SELECTION"},
            {"--exclude", "What to leave out, instead of what the set does", &exclude_, false, "SELECTION"},
            {"--full-refresh", "Read from the beginning, rebuild everything", &request_.full_refresh},
            {"--priority", "Jobs of a higher one go first (default: 0)", &request_.priority, false, "N"},
            {"--retries", "How often a run that failed is tried again (default: 2)", &request_.retries, false,
             "N"},
            {"--dry-run", "Print what it would do and how long it may take, and stop", &dry_run_}};
  }
  std::string_view details() const override {
    return R"(Examples:
  leat backfill                                   the sets and the last backfills
  leat backfill days --from 2026-01-01 --to 2026-02-01 --dry-run
  leat backfill days --from 2026-01 --per-run 7 --concurrency 2
  leat backfill days --which failed               what failed once more
  leat backfill grid days                         each partition and its state
  leat backfill show 3                            its runs
  leat backfill retry 3                           its runs that failed

`partitions:` in leat.yml declares the sets. `leat serve` carries the runs out.)";
  }

  int run(const Globals& globals, Env& env) override {
    run::ProjectFile project = run::load_project(run::find_project(globals.project_folder), env);
    run::Queue queue(project.folder);
    if (what_.empty() || what_ == "list") return list(project, queue, env);
    if (what_ == "grid") return grid(run::find_partition_set(project.partitions, which_one_), queue, env);
    if (what_ == "show" || what_ == "cancel" || what_ == "retry") return one(queue, env);
    return add(run::find_partition_set(project.partitions, what_), queue, env);
  }

 private:
  static int list(const run::ProjectFile& project, run::Queue& queue, Env& env) {
    for (const run::PartitionSet& set : project.partitions) {
      std::map<std::string, run::PartitionState> states = queue.partition_states(set.name);
      std::map<std::string, int> counts;
      for (const run::Partition& each : run::partitions_of(set, env.now())) {
        auto state = states.find(each.key);
        ++counts[state == states.end() ? "missing" : state->second.status];
      }
      std::string text;
      for (const auto& [state, count] : counts) text += fmt::format("  {} {}", format_count(count), state);
      Terminal::line(pad(set.name, 20) + text);
    }
    for (const run::BackfillRow& row : queue.backfills("", kBackfillsShown, 0)) print(row);
    return 0;
  }

  static void print(const run::BackfillRow& row) {
    std::string runs;
    for (const auto& [status, count] : row.jobs) runs += fmt::format("  {} {}", format_count(count), status);
    Ink ink = row.status() == "failed" ? Ink::red : Ink::plain;
    Terminal::line(fmt::format("{} {} {} {}{}", pad(std::to_string(row.id), 6),
                               pad(fit(row.partitions, 20), 20), Terminal::ink(ink, pad(row.status(), 10)),
                               format_iso_timestamp(row.created).substr(0, 19), runs));
  }

  static int grid(const run::PartitionSet& set, run::Queue& queue, Env& env) {
    std::map<std::string, run::PartitionState> states = queue.partition_states(set.name);
    for (const run::Partition& each : run::partitions_of(set, env.now())) {
      auto state = states.find(each.key);
      std::string status = state == states.end() ? "missing" : state->second.status;
      Ink ink = status == "failed" ? Ink::red : Ink::plain;
      std::string job = state == states.end() ? "" : fmt::format("  job {}", state->second.job);
      Terminal::line(fmt::format("{} {}{}", pad(each.key, 24), Terminal::ink(ink, status), job));
    }
    return 0;
  }

  int one(run::Queue& queue, Env& env) const {
    bool is_number = !which_one_.empty() && which_one_.size() < 18 &&
                     which_one_.find_first_not_of("0123456789") == std::string::npos;
    std::optional<run::BackfillRow> row = is_number ? queue.backfill(std::stoll(which_one_)) : std::nullopt;
    if (!row)
      throw Error(ErrorCode::backfill_unknown, fmt::format("There is no backfill `{}`", which_one_),
                  "leat backfill");
    if (what_ == "cancel") {
      for (const run::Job& job : queue.jobs_of_backfill(row->id))
        if (!run::is_over(job.status)) queue.cancel(job.id, env.now());
    } else if (what_ == "retry") {
      Terminal::line(fmt::format("{} runs are queued again", queue.retry_backfill(row->id, env.now())));
    }
    print(*queue.backfill(row->id));
    if (what_ != "show") return 0;
    for (const run::Job& job : queue.jobs_of_backfill(row->id)) {
      std::vector<std::string> keys = run::parse_job_spec(job.spec).keys;
      std::string range = keys.empty() ? "" : keys.size() == 1 ? keys[0] : keys.front() + " … " + keys.back();
      Ink ink = job.status == run::JobStatus::failed ? Ink::red : Ink::plain;
      Terminal::line(fmt::format("  job {} {} {} {}", pad(std::to_string(job.id), 6), pad(range, 30),
                                 Terminal::ink(ink, pad(std::string(run::name(job.status)), 10)), job.error));
    }
    return 0;
  }

  int add(const run::PartitionSet& set, run::Queue& queue, Env& env) {
    document::Value which = document::Value::mapping();
    if (!which_.empty()) which.set("which", document::Value::of(which_));
    request_.which = run::parse_backfill(which).which;
    request_.partitions = set.name;
    if (!select_.empty()) request_.select = select_;
    if (!exclude_.empty()) request_.exclude = exclude_;
    if (request_.concurrency < 1 || request_.partitions_per_run < 0 || request_.retries < 0)
      throw Error(ErrorCode::cli_usage, "--concurrency is 1 at least, --per-run and --retries 0",
                  "leat backfill");
    run::BackfillPlan plan = run::plan_backfill(set, request_, queue, env.now());
    if (dry_run_) return tell(plan);
    std::int64_t id = run::add_backfill(set, request_, plan, queue, env);
    Terminal::line(fmt::format("backfill {}: {} partitions in {} runs", id, count(plan.partition_count),
                               count(plan.runs.size())));
    return 0;
  }

  static std::string count(std::size_t number) { return format_count(static_cast<std::int64_t>(number)); }
  static int tell(const run::BackfillPlan& plan) {
    Terminal::line(fmt::format("{} partitions in {} runs; {} need nothing", count(plan.partition_count),
                               count(plan.runs.size()), count(plan.left_out)));
    for (std::size_t i = 0; i < std::min(plan.runs.size(), kRunsShown); ++i) {
      const auto& run = plan.runs[i];
      Terminal::line(
          "  " + (run.size() == 1 ? run[0].key : fmt::format("{} … {}", run.front().key, run.back().key)));
    }
    if (plan.runs.size() > kRunsShown)
      Terminal::line(fmt::format("  … {} more", plan.runs.size() - kRunsShown));
    Terminal::line(
        plan.seconds
            ? fmt::format("about {}, {} a run, as the last {} runs took", seconds_text(*plan.seconds),
                          seconds_text(*plan.seconds_per_run), plan.runs_known)
            : std::string("How long it takes is not known: no run of this set has succeeded yet."));
    return 0;
  }

  run::BackfillRequest request_;
  std::string what_, which_one_, which_;
  std::vector<std::string> select_, exclude_;
  bool dry_run_ = false;
};

}  // namespace

std::unique_ptr<Command> make_backfill() {
  return std::make_unique<BackfillCommand>();
}

}  // namespace leat::cli

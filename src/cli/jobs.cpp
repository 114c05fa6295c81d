// leat jobs: what waits, runs and has ended in the queue of `leat serve`.
#include <fmt/core.h>

#include "base/error.h"
#include "base/time.h"
#include "base/units.h"
#include "cli/commands.h"
#include "cli/styled.h"
#include "cli/terminal.h"
#include "run/jobs/launcher.h"
#include "run/project_file.h"

namespace leat::cli {
namespace {

class JobsCommand : public Command {
 public:
  std::string_view name() const override { return "jobs"; }
  std::string_view summary() const override { return "Show, add and cancel jobs of `leat serve`"; }
  std::string_view group() const override { return "Look"; }
  std::vector<Option> options() override {
    return {
        {"verb", "list, show, add or cancel (default: list)", &verb_},
        {"what", "show and cancel: the job's number; add: what to run, in dbt's selection language", &what_},
        {"--count", "list: how many (default: 20)", &count_, false, "N"},
        {"--full-refresh", "add: read from the beginning, rebuild everything", &full_refresh_},
        {"--priority", "add: jobs of a higher one go first (default: 0)", &priority_, false, "N"}};
  }
  std::string_view details() const override {
    return R"(Examples:
  leat jobs                         what waits, runs and has ended
  leat jobs show 12                 its steps and attempts
  leat jobs add +crimes_by_weekday  adds a job, as `leat run` takes it
  leat jobs cancel 12

`leat serve` carries them out.)";
  }
  int run(const Globals& globals, Env& env) override {
    run::ProjectFile project = run::load_project(run::find_project(globals.project_folder), env);
    run::Queue queue(project.folder);
    if (verb_.empty() || verb_ == "list") return list(queue);
    if (verb_ == "add") return add(queue, env);
    if (verb_ != "show" && verb_ != "cancel")
      throw Error(ErrorCode::cli_usage, fmt::format("`{}` is no verb of jobs", verb_), "leat jobs")
          .fix("There are list, show, add and cancel.");
    run::Job job = find(queue);
    if (verb_ == "show") return show(queue, job);
    if (!queue.cancel(job.id, env.now())) Terminal::line("It is over already.");
    return 0;
  }

 private:
  run::Job find(run::Queue& queue) const {
    std::string digits = what_.empty() ? "" : what_[0];
    std::optional<run::Job> job;
    if (digits.find_first_not_of("0123456789") == std::string::npos && digits.size() < 18 && !digits.empty())
      job = queue.find(std::stoll(digits));
    if (!job) throw Error(ErrorCode::job_unknown, fmt::format("There is no job `{}`", digits), "leat jobs");
    return *job;
  }

  static void print(const run::Job& job) {
    std::string status(run::name(job.status));
    Ink ink = job.status == run::JobStatus::failed ? Ink::red : Ink::plain;
    Terminal::line(fmt::format("{} {} {} {} {} {}", pad(std::to_string(job.id), 6), pad(job.kind, 9),
                               pad(fit(job.name, 24), 24), Terminal::ink(ink, pad(status, 10)),
                               format_iso_timestamp(job.created).substr(0, 19), job.error));
  }

  int list(run::Queue& queue) const {
    run::JobFilter filter;
    filter.limit = count_;
    for (const run::Job& job : queue.jobs(filter)) print(job);
    return 0;
  }

  static int show(run::Queue& queue, const run::Job& job) {
    print(job);
    for (const run::JobAttempt& each : queue.attempts(job.id))
      Terminal::line(fmt::format("  attempt {} {} {} {}", each.number, pad(each.status, 12),
                                 format_iso_timestamp(each.started).substr(0, 19), each.error));
    for (const run::JobStep& step : queue.steps(job.id))
      Terminal::line(fmt::format("  {} {} {} {} {}", pad(step.kind, kKindWidth - 1),
                                 pad(fit(step.asset, 40), 40), pad(step.status, 10),
                                 pad(format_duration(std::chrono::milliseconds(step.took_ms)), 9, true),
                                 step.message));
    return 0;
  }

  int add(run::Queue& queue, Env& env) const {
    run::JobSpec spec;
    spec.select = what_;
    spec.full_refresh = full_refresh_;
    run::NewJob job;
    job.kind = "manual";
    job.name = what_.empty() ? "everything" : what_[0];
    job.spec = run::to_json(spec);
    job.priority = priority_;
    Terminal::line(fmt::format("job {}", queue.add(job, env.now())));
    return 0;
  }

  std::string verb_;
  std::vector<std::string> what_;
  int count_ = 20, priority_ = 0;
  bool full_refresh_ = false;
};

}  // namespace

std::unique_ptr<Command> make_jobs() {
  return std::make_unique<JobsCommand>();
}

}  // namespace leat::cli

#include "run/pipe_runner.h"

#include <thread>

#include "base/error.h"
#include "base/secret.h"
#include "lake/pipe/notifications.h"
#include "lake/pipe/watch.h"
#include "run/lock.h"
#include "run/pipes.h"

namespace leat::run {
namespace {

constexpr std::chrono::minutes kListedWithQueue{10};  // notifications may be lost
constexpr std::chrono::seconds kAfterError{5};

// One pipe at work.
class Running {
 public:
  Running(const ProjectFile& project, warehouses::Warehouse& warehouse, const std::string& name, Env& env)
      : lock_(project.folder, "pipe-" + name),
        env_(env),
        destination_(warehouse.destination()),
        pipe_(pipe_settings(project, name, env), *destination_, env) {}

  void drain(PipeReport& report) {
    add(pipe_.drain(), report);
    last_listed_ = env_.steady();
  }
  void wait_and_load(PipeReport& report) {
    const lake::PipeSettings& settings = pipe_.settings();
    env_.emit({"pipe_waiting",
               EventLevel::progress,
               {{"pipe", settings.name}, {"location", settings.location.text()}}});
    if (settings.queue_url.empty()) {
      if (!watch_) watch_.emplace(settings.location, env_);
      watch_->wait(settings.interval);
      return drain(report);
    }
    if (!queue_) queue_.emplace(settings, env_);
    std::vector<lake::Notification> messages = queue_->receive();
    std::vector<std::string> keys;
    for (const lake::Notification& message : messages) {
      for (const std::string& key : message.keys) {
        if (key.starts_with(settings.location.path))
          keys.push_back(key.substr(settings.location.path.size()));
      }
    }
    // Manifests are read in their order, whatever file a message names.
    if (!settings.lake_stream.empty()) {
      if (!keys.empty()) drain(report);
    } else {
      add(pipe_.load_named(keys), report);
    }
    queue_->remove(messages);
    if (env_.steady() - last_listed_ > kListedWithQueue) drain(report);
  }
  const std::string& name() const { return pipe_.settings().name; }

 private:
  static void add(const lake::PipeResult& result, PipeReport& report) {
    report.files += result.files;
    report.rows += result.rows;
    report.rows_rejected += result.rows_rejected;
    report.refused += static_cast<std::int64_t>(result.refused.size());
  }
  ProjectLock lock_;
  Env& env_;
  std::unique_ptr<stream::Destination> destination_;
  lake::Pipe pipe_;
  std::optional<lake::Watch> watch_;
  std::optional<lake::Notifications> queue_;
  std::chrono::steady_clock::time_point last_listed_{};
};

// Runs a pipe to its end or for ever; what went wrong last is in `error`.
void keep_going(Running& running, bool once, Env& env, PipeReport& report, std::optional<Error>& error) {
  for (bool is_first = true;; is_first = false) {
    try {
      if (error) env.wait(kAfterError);
      if (is_first || error) {
        error.reset();
        running.drain(report);
      } else {
        running.wait_and_load(report);
      }
      if (once) return;
    } catch (const Error& failed) {
      if (failed.code() == ErrorCode::cancelled || env.stop().stop_requested()) return;
      error = failed;
      // A pipe that is to abort at a bad file does so; anything else may pass.
      if (once || failed.code() == ErrorCode::pipe_refused) return;
      env.emit({"pipe_failed",
                EventLevel::warning,
                {{"pipe", running.name()}, {"message", redact(failed.what())}}});
    }
  }
}

}  // namespace

PipeReport run_pipes(const ProjectFile& project, const PipeRunOptions& options, Env& env) {
  std::vector<std::string> names = options.names;
  if (names.empty()) {
    for (const PipeFile& pipe : project.pipes) names.push_back(pipe.name);
  }
  if (names.empty()) pipe_settings(project, "", env);  // throws what tells how to declare one
  auto warehouse = open_warehouse(project, choose_target(project, options.target, env), env);
  std::vector<std::unique_ptr<Running>> running;
  for (const std::string& name : names)
    running.push_back(std::make_unique<Running>(project, *warehouse, name, env));
  std::vector<PipeReport> reports(running.size());
  std::vector<std::optional<Error>> errors(running.size());
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < running.size(); ++i) {
      threads.emplace_back([&, i] { keep_going(*running[i], options.once, env, reports[i], errors[i]); });
    }
  }
  PipeReport all;
  for (const PipeReport& each : reports) {
    all.files += each.files;
    all.rows += each.rows;
    all.rows_rejected += each.rows_rejected;
    all.refused += each.refused;
  }
  for (const std::optional<Error>& error : errors) {
    if (error) throw *error;
  }
  return all;
}

}  // namespace leat::run

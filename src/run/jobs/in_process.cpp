#include "base/error.h"
#include "base/secret.h"
#include "run/jobs/launcher.h"
#include "run/run.h"

namespace leat::run {
namespace {

// The clock of another Env.
class BorrowedClock : public Clock {
 public:
  explicit BorrowedClock(Env& env) : env_(env) {}
  Timestamp now() override { return env_.now(); }
  std::chrono::steady_clock::time_point steady() override { return env_.steady(); }
  void wait(std::chrono::milliseconds duration, std::stop_token stop) override {
    real_->wait(duration, std::move(stop));
  }

 private:
  Env& env_;
  std::unique_ptr<Clock> real_ = system_clock();
};

class Listening {
 public:
  Listening(Env& env, EventListener& listener) : env_(env), listener_(listener) { env.listen(listener); }
  ~Listening() { env_.forget(listener_); }
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;

 private:
  Env& env_;
  EventListener& listener_;
};

// What is wrong with the project stays wrong; what was wrong with another's server may mend itself.
bool is_worth_another_try(const Error& error) {
  return error.retryable() || info(error.code()).fault != Fault::user;
}

class InProcess : public Launcher {
 public:
  InProcess(const LauncherOptions& options, Env& env) : options_(options), env_(env) {}

  LaunchResult run(const Launch& launch, std::stop_token stop, EventListener& listener) override {
    Env env(std::make_unique<BorrowedClock>(env_), env_.chance());
    std::stop_callback stopping(stop, [&] { env.request_stop(); });
    Listening listening(env, listener);
    try {
      return result_of(run_job(launch, env));
    } catch (const Error& error) {
      return failure(error, stop.stop_requested());
    } catch (const std::exception& error) {
      return failure(Error(ErrorCode::internal, error.what(), launch.name), stop.stop_requested());
    }
  }

 private:
  RunReport run_job(const Launch& launch, Env& env) const {
    WorkspaceOptions workspace_options;
    workspace_options.target = options_.target;
    workspace_options.live = options_.live;
    RunOptions run_options;
    fill_options(launch.spec, workspace_options, run_options, env);
    Workspace workspace(load_project(options_.folder, env), workspace_options, env);
    run_options.command = "serve " + launch.name;
    return run_assets(workspace, run_options);
  }

  static LaunchResult result_of(const RunReport& report) {
    LaunchResult result;
    if (report.interrupted) {
      result.end = LaunchResult::End::stopped;
    } else if (report.succeeded()) {
      result.end = LaunchResult::End::succeeded;
    } else {
      for (const StepReport& step : report.steps) {
        if (!step.outcome.error) continue;
        if (result.error.empty()) result.error = step.what.name + ": " + redact(step.outcome.error->what());
        result.is_retryable = result.is_retryable || is_worth_another_try(*step.outcome.error);
        if (auto after = step.outcome.error->retry_after()) result.retry_after = after;
      }
    }
    return result;
  }

  static LaunchResult failure(const Error& error, bool was_stopped) {
    LaunchResult result;
    result.error = redact(error.what());
    result.is_retryable = is_worth_another_try(error);
    result.retry_after = error.retry_after();
    if (error.code() == ErrorCode::run_busy || error.code() == ErrorCode::warehouse_locked)
      result.end = LaunchResult::End::busy;
    if (was_stopped) result.end = LaunchResult::End::stopped;
    return result;
  }

  LauncherOptions options_;
  Env& env_;
};

}  // namespace

std::unique_ptr<Launcher> in_process_launcher(const LauncherOptions& options, Env& env) {
  return std::make_unique<InProcess>(options, env);
}

}  // namespace leat::run

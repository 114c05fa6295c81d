#include "run/jobs/remote_job.h"

#include <fmt/core.h>

#include "base/error.h"
#include "base/secret.h"

namespace leat::run {
namespace {

constexpr int kSilencesMax = 60;  // looks in a row that the service does not answer
constexpr std::size_t kNameMax = 36;

}  // namespace

std::string remote_name(const std::string& project, std::int64_t job) {
  std::string number = fmt::format("-{}", job), out = "leat-";
  for (char c : project) {
    bool is_plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    out += is_plain ? c : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : '-';
  }
  out.resize(std::min(out.size(), kNameMax - number.size()));
  return out + number;
}

http::Response reach(http::Client& client, const http::Request& request) {
  try {
    return client.send(request);
  } catch (const Error& error) {
    throw Error(ErrorCode::launcher_failed, error.what_failed(), request.url);
  }
}

std::vector<std::string> remote_command(const LauncherOptions& options, const Launch& launch) {
  std::vector<std::string> words = {"--log-format", "json"};
  if (!options.target.empty()) words.insert(words.end(), {"--target", options.target});
  words.insert(words.end(), {"run", "--job", to_json(launch.spec)});
  if (options.live) words.push_back("--live");
  return words;
}

LaunchResult carry_out(RemoteJob& job, std::chrono::milliseconds every, std::stop_token stop,
                       EventListener& listener) {
  std::unique_ptr<Clock> clock = system_clock();
  JobOutput output(listener);
  LaunchResult failed;
  try {
    std::optional<std::string> found = job.find();
    std::string name = found ? *found : job.start();
    bool is_stopped = false;
    for (int silences = 0;;) {
      try {
        if (stop.stop_requested() && !is_stopped) {
          job.stop(name);
          is_stopped = true;
        }
        RemoteJob::State state = job.look(name);
        output.take(job.read_log(name));
        silences = 0;
        if (state.is_over) {
          LaunchResult result = result_of_exit(state.exit_code, output.last_error(), state.ended_by);
          if (is_stopped && result.end == LaunchResult::End::failed) result.end = LaunchResult::End::stopped;
          return result;
        }
      } catch (const Error& error) {
        if (error.code() != ErrorCode::launcher_failed || ++silences > kSilencesMax) throw;
      }
      // Once it was asked to stop, its end is near; the stop token would end every wait at once.
      clock->wait(every, is_stopped ? std::stop_token() : stop);
    }
  } catch (const Error& error) {
    failed.error = redact(error.what());
    failed.is_retryable = info(error.code()).fault != Fault::user;
    if (stop.stop_requested()) failed.end = LaunchResult::End::stopped;
  }
  return failed;
}

}  // namespace leat::run

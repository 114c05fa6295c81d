// Workers: takes jobs from the queue and has them carried out, several at once.
//
// Guarantees: an attempt that failed is tried again after a while that grows and is a little random, unless
//   nothing but the project's author can mend it. A job that takes longer than its timeout is stopped. When
//   the workers end, jobs at work are asked to stop, and go back to the queue, where they go on later at
//   their unfinished steps.
// Threads: any. A thread for each job at work, which fill() starts.
// Owns: its threads. Queue, Launcher and Env have to outlive it.
// Errors: those of a job are in its row; Error(run_store) from fill().
#pragma once
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "run/jobs/launcher.h"
#include "run/process_identity.h"
#include "run/store/queue.h"

namespace leat::run {

struct WorkersOptions {
  int count = 1;                                                        ///< jobs at once
  std::map<std::string, int> pools;                                     ///< jobs at once, by pool
  std::chrono::milliseconds first_wait{10'000}, longest_wait{600'000};  ///< before attempts after a failure
  std::chrono::milliseconds busy_wait{1'000};  ///< while another run is at work on its assets
  std::chrono::milliseconds drain{20'000};     ///< at the end: how long jobs at work may go on
  EventListener* steps = nullptr;              ///< hears the steps of runs as well; may be null
};

class Workers {
 public:
  /// `changed` is called when a job has ended; from its thread.
  Workers(Queue& queue, Launcher& launcher, const WorkersOptions& options, Env& env,
          std::function<void()> changed);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  /// Puts jobs back whose process is gone.
  void recover();
  /// Begins as many jobs as may run now; returns how many.
  int fill();
  /// Stops jobs whose time is over, and, where the queue is asked, those that somebody has cancelled.
  void check(bool asks_queue = true);
  /// Asks for a job's end; false where it is over already.
  bool cancel(std::int64_t job);
  /// Begins nothing more, gives jobs at work the time of `drain`, asks those that are left to stop and waits
  /// for them.
  void stop();
  int at_work();

 private:
  struct Work;
  void carry_out(Work& work);
  void end(Work& work, const LaunchResult& result);
  std::chrono::milliseconds wait_after(const Job& job, const LaunchResult& result);
  void tell_end(const Work& work, JobStatus status, const std::string& error);

  Queue& queue_;
  Launcher& launcher_;
  const WorkersOptions options_;
  Env& env_;
  const std::function<void()> changed_;
  const std::string identity_ = process_identity();
  std::mutex mutex_;  // guards works_, stopping_
  std::map<std::int64_t, std::unique_ptr<Work>> works_;
  std::condition_variable ended_;  // a job has
  bool stopping_ = false;
};

}  // namespace leat::run

#include "cli/progress.h"

#include <fmt/core.h>

#include <condition_variable>
#include <mutex>
#include <thread>

#include "cli/event_line.h"
#include "cli/live.h"
#include "cli/machine_line.h"
#include "cli/terminal.h"

namespace leat::cli {
namespace {

constexpr auto kFrame = std::chrono::milliseconds(100);
constexpr auto kHeartbeat = std::chrono::seconds(15);  // in logs: what takes long says so
constexpr std::size_t kRowsMax = 12;                   // of the live display

}  // namespace

class Progress::Screen : public EventListener {
 public:
  Screen(const Globals& globals, Env& env)
      : globals_(globals), live_(!globals.for_machines() && !is_quiet() && Terminal::is_live()), env_(env) {
    env_.listen(*this);
    if (!globals.for_machines() && !is_quiet())
      drawer_ = std::jthread([this](std::stop_token stop) { draw_until(stop); });
  }

  void on_event(const Event& event) override {
    std::lock_guard lock(mutex_);
    if (globals_.for_machines()) {
      if (std::string line = machine_line(globals_, event, env_.now()); !line.empty()) Terminal::line(line);
      return;
    }
    view_.note(event, env_.steady());
    // What templates print() is what `--quiet` is asked for: code that goes to a file.
    if (is_quiet() && event.find("printed")) Terminal::line(event.text("message"));
    if (is_quiet()) return;
    std::string line = event_line(event, live_ ? width() : 0, globals_.verbosity);
    if (!line.empty()) show(line + "\n");
  }

  void stop() {
    if (stopped_) return;
    stopped_ = true;
    env_.forget(*this);
    if (drawer_.joinable()) {
      drawer_.request_stop();
      drawer_.join();
    }
    std::lock_guard lock(mutex_);
    if (drawn_ > 0) Terminal::print(erase() + "\033[?25h");
    drawn_ = 0;
  }

 private:
  bool is_quiet() const { return globals_.verbosity < 0; }
  static std::size_t width() { return static_cast<std::size_t>(std::max(20, Terminal::columns() - 1)); }

  // What takes the display away.
  std::string erase() const { return drawn_ > 0 ? fmt::format("\r\033[{}A\033[J", drawn_) : ""; }

  // Requires: mutex_ is held. Prints above the display, which comes back with the next frame.
  void show(const std::string& text) {
    Terminal::print(erase() + text);
    drawn_ = 0;
  }

  void draw_until(std::stop_token stop) {
    std::condition_variable_any waiting;
    std::unique_lock lock(mutex_);
    auto never = [&] { return stop.stop_requested(); };
    while (!(live_ ? waiting.wait_for(lock, stop, kFrame, never)
                   : waiting.wait_for(lock, stop, kHeartbeat, never))) {
      if (live_) {
        draw();
      } else {
        for (const std::string& line : view_.heartbeat(env_.steady())) Terminal::line(line);
      }
    }
  }

  // Requires: mutex_ is held. One write a frame, in one update where the terminal knows how: nothing
  // flickers.
  void draw() {
    std::size_t height = std::min(kRowsMax, static_cast<std::size_t>(std::max(2, Terminal::rows() - 2)));
    std::vector<std::string> lines = view_.frame(width(), height, env_.steady());
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    if (text.empty() && drawn_ == 0) return;
    Terminal::print("\033[?2026h\033[?25l" + erase() + text + "\033[?2026l");
    drawn_ = lines.size();
  }

  const Globals globals_;
  const bool live_;
  Env& env_;
  std::mutex mutex_;  // guards view_, drawn_ and what is printed
  LiveView view_;
  std::size_t drawn_ = 0;
  bool stopped_ = false;
  std::jthread drawer_;
};

Progress::Progress(const Globals& globals, Env& env) : screen_(std::make_unique<Screen>(globals, env)) {}
Progress::~Progress() {
  stop();
}
void Progress::stop() {
  screen_->stop();
}

}  // namespace leat::cli

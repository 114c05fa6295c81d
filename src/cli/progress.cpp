#include "cli/progress.h"

#include <fmt/core.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "base/secret.h"
#include "base/time.h"
#include "base/units.h"
#include "cli/terminal.h"
#include "document/value.h"

namespace leat::cli {
namespace {

constexpr std::size_t kNameWidth = 34;
constexpr auto kFrame = std::chrono::milliseconds(100);

struct Running {
  std::string kind, name;
  std::int64_t rows = 0, bytes = 0;
  std::chrono::steady_clock::time_point since;
};

std::string json_line(const Event& event, Timestamp now) {
  constexpr std::string_view levels[] = {"debug", "progress", "info", "warning", "error"};
  std::string out =
      fmt::format("{{\"at\":\"{}\",\"level\":\"{}\",\"event\":\"{}\"", format_iso_timestamp(now),
                  levels[static_cast<std::size_t>(event.level)], event.name);
  for (const auto& [key, value] : event.fields) {
    out += fmt::format(",\"{}\":", key);
    if (std::holds_alternative<std::string>(value)) {
      out += document::json_quote(std::get<std::string>(value));
    } else {
      out += event.text(key);
    }
  }
  return out + "}";
}

std::string status_mark(const std::string& status) {
  if (status == "success") return Terminal::ink(Ink::green, "✓");
  if (status == "unchanged") return Terminal::ink(Ink::dim, "=");
  if (status == "warning") return Terminal::ink(Ink::yellow, "!");
  if (status == "skipped") return Terminal::ink(Ink::yellow, "-");
  return Terminal::ink(Ink::red, "✗");
}

}  // namespace

class Progress::Screen : public EventListener {
 public:
  Screen(const Globals& globals, Env& env)
      : json_(globals.log_format == "json"),
        quiet_(globals.verbosity < 0),
        verbose_(globals.verbosity > 0),
        live_(!json_ && !quiet_ && Terminal::is_live()),
        env_(env) {
    if (live_) drawer_ = std::jthread([this](std::stop_token stop) { draw_until(stop); });
  }

  void on_event(const Event& event) override {
    std::lock_guard lock(mutex_);
    if (stopped_) return;
    if (json_) {
      if (event.level != EventLevel::progress || verbose_) Terminal::line(json_line(event, env_.now()));
      return;
    }
    note(event);
    if (std::string text = finished_line(event); !text.empty() && !quiet_) {
      clear();
      Terminal::line(text);
    }
  }

  void stop() {
    if (drawer_.joinable()) {
      drawer_.request_stop();
      drawer_.join();
    }
    std::lock_guard lock(mutex_);
    clear();
    stopped_ = true;
  }

 private:
  void note(const Event& event) {
    if (event.name == "step_started") {
      running_[event.text("asset")] = {event.text("kind"), event.text("name"), 0, 0, env_.steady()};
    } else if (event.name == "batch_loaded") {
      Running& stream = running_[fmt::format("stream.{}.{}", event.text("connection"), event.text("stream"))];
      if (stream.name.empty()) {
        stream.kind = "stream";
        stream.name = event.text("stream");
        stream.since = env_.steady();
      }
      stream.rows += event.number("rows");
      stream.bytes += event.number("bytes");
    } else if (event.find("done")) {
      running_.erase(event.text("asset"));
      done_ = event.number("done");
      total_ = event.number("total");
    } else if (event.name == "stream_finished") {
      running_.erase(fmt::format("stream.{}.{}", event.text("connection"), event.text("stream")));
    } else if (event.name == "run_started") {
      total_ = event.number("steps");
    }
  }

  std::string finished_line(const Event& event) const {
    if (event.name == "stand_in_started") {
      return fmt::format("{} the stand-in `{}` answers for the source at {} (--live reads the real one)",
                         Terminal::ink(Ink::cyan, "i"), event.text("command"), event.text("url"));
    }
    bool said = event.name == "dbt_message" && event.level != EventLevel::debug;
    if (said || event.level == EventLevel::warning || event.level == EventLevel::error) {
      if (!event.find("done") && event.name != "stream_finished" && event.name != "run_finished") {
        std::string message = event.text("message");
        return message.empty()
                   ? ""
                   : fmt::format(
                         "{} {}",
                         Terminal::ink(event.level == EventLevel::info ? Ink::cyan : Ink::yellow, "i"),
                         message);
      }
    }
    if (event.name == "stream_finished" && total_ == 0) return stream_line(event);
    if (!event.find("done")) return "";
    std::string status = event.text("status"), kind = event.text("kind");
    // A passing test and an unchanged node are no news one by one; the summary counts them.
    if (!verbose_ && (status == "unchanged" || (kind == "test" && status == "success"))) return "";
    std::string message = status == "error" ? Terminal::ink(Ink::red, "failed") : event.text("message");
    if (status == "skipped") message = "skipped: " + message;
    return fmt::format("{} {} {} {} {}", status_mark(status), Terminal::ink(Ink::dim, pad(kind, 6)),
                       pad(fit(event.text("name"), kNameWidth), kNameWidth),
                       pad(format_duration(std::chrono::milliseconds(event.number("took_ms"))), 8, true),
                       message);
  }

  static std::string stream_line(const Event& event) {
    std::string status = event.text("status");
    std::string message = status == "error" ? Terminal::ink(Ink::red, "failed")
                                            : fmt::format("{} read, {} new, {} changed",
                                                          format_count(event.number("rows_read")),
                                                          format_count(event.number("rows_inserted")),
                                                          format_count(event.number("rows_updated")));
    if (event.number("rows_rejected") > 0)
      message += fmt::format(", {} rejected", format_count(event.number("rows_rejected")));
    return fmt::format("{} {} {} {} {}", status_mark(status), Terminal::ink(Ink::dim, "stream"),
                       pad(fit(event.text("stream"), kNameWidth), kNameWidth),
                       pad(format_duration(std::chrono::milliseconds(event.number("took_ms"))), 8, true),
                       message);
  }

  // Requires: mutex_ is held.
  void clear() {
    if (drawn_ > 0) Terminal::print(fmt::format("\033[{}A\033[J", drawn_));
    drawn_ = 0;
  }

  void draw_until(std::stop_token stop) {
    std::condition_variable_any waiting;
    std::unique_lock lock(mutex_);
    while (!waiting.wait_for(lock, stop, kFrame, [&] { return stop.stop_requested(); })) draw();
  }

  // Requires: mutex_ is held.
  void draw() {
    auto now = env_.steady();
    std::size_t width = static_cast<std::size_t>(std::max(20, Terminal::columns() - 1));
    constexpr const char* kSpin[] = {"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};
    std::string text;
    std::size_t lines = 0;
    for (const auto& [id, each] : running_) {
      auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(now - each.since);
      std::string line =
          fmt::format("{} {} {} {}", kSpin[frame_ % std::size(kSpin)], pad(each.kind, 6),
                      pad(fit(each.name, kNameWidth), kNameWidth), pad(format_duration(elapsed), 8, true));
      if (each.rows > 0) {
        double seconds = std::max(0.001, static_cast<double>(elapsed.count()) / 1000);
        line +=
            fmt::format("  {} rows  {} rows/s  {}/s", format_count(each.rows),
                        format_count(static_cast<std::int64_t>(static_cast<double>(each.rows) / seconds)),
                        format_bytes(static_cast<std::int64_t>(static_cast<double>(each.bytes) / seconds)));
      }
      text += fit(line, width) + "\n";
      ++lines;
    }
    if (total_ > 0) {
      std::size_t bar = std::min<std::size_t>(30, width / 3);
      std::size_t full = static_cast<std::size_t>(done_) * bar / static_cast<std::size_t>(total_);
      std::string blocks;
      for (std::size_t i = 0; i < bar; ++i) blocks += i < full ? "━" : "╌";
      text += fit(fmt::format("{} {} of {} steps", blocks, done_, total_), width) + "\n";
      ++lines;
    }
    ++frame_;
    clear();
    Terminal::print(text);
    drawn_ = lines;
  }

  const bool json_, quiet_, verbose_, live_;
  Env& env_;
  std::mutex mutex_;  // guards all below
  std::map<std::string, Running> running_;
  std::int64_t done_ = 0, total_ = 0;
  std::size_t drawn_ = 0, frame_ = 0;
  bool stopped_ = false;
  std::jthread drawer_;
};

Progress::Progress(const Globals& globals, Env& env) : screen_(std::make_shared<Screen>(globals, env)) {
  // Env keeps a plain reference; the screen lives on in a static list, since Env has no way to stop
  // listening.
  static std::vector<std::shared_ptr<Screen>> screens;
  screens.push_back(screen_);
  env.listen(*screen_);
}

Progress::~Progress() {
  stop();
}
void Progress::stop() {
  screen_->stop();
}

}  // namespace leat::cli

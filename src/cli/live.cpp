#include "cli/live.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/units.h"
#include "cli/styled.h"

namespace leat::cli {
namespace {

constexpr auto kRateWindow = std::chrono::seconds(3);
constexpr const char* kSpin[] = {"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"};

std::int64_t ms_between(LiveView::Instant from, LiveView::Instant to) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(to - from).count();
}

std::string group_of(const std::string& kind) {
  if (kind == "unit_test") return "tests";
  if (kind == "stream" || kind == "pipe" || kind == "test" || kind == "page") return kind + "s";
  if (kind == "delivery") return "deliveries";
  return "models";
}

}  // namespace

LiveView::Work& LiveView::stream_of(const Event& event, Instant now) {
  Work& work = work_[fmt::format("stream.{}.{}", event.text("connection"), event.text("stream"))];
  if (work.name.empty()) {
    work.kind = "stream";
    work.name = event.text("stream");
    work.since = now;
  }
  return work;
}

void LiveView::note(const Event& event, Instant now) {
  if (event.name == "run_started") {
    started_ = now;
    total_ = event.number("steps");
    total_of_ = {{"streams", event.number("streams")},
                 {"models", event.number("nodes")},
                 {"tests", event.number("tests")},
                 {"pages", event.number("pages")}};
  } else if (event.name == "step_started") {
    Work& work = work_[event.text("asset")];
    work.kind = event.text("kind");
    work.name = event.text("name");
    work.since = now;
  } else if (event.name == "batch_loaded") {
    Work& work = stream_of(event, now);
    work.rows += event.number("rows");
    work.bytes += event.number("bytes");
  } else if (event.name == "partition_committed") {
    stream_of(event, now).partition = event.text("partition");
  } else if (event.find("done")) {
    work_.erase(event.text("asset"));
    done_ = event.number("done");
    ++done_of_[group_of(event.text("kind"))];
  } else if (event.name == "run_finished") {
    work_.clear();
    total_ = 0;
  }
}

std::string LiveView::work_line(Work& work, std::size_t width, Instant now) {
  std::size_t name_width = std::clamp<std::size_t>(width / 3, 12, 34);
  Styled line;
  line.add(kSpin[frames_ % std::size(kSpin)], Ink::cyan).add(" ");
  if (width >= 80) line.cell(work.kind, kKindWidth, Ink::dim);
  line.cell(work.name, name_width, Ink::bold);
  line.cell(format_duration(std::chrono::milliseconds(ms_between(work.since, now))), 9, Ink::dim, true);
  if (work.kind != "stream") return line.str(width);
  work.samples.push_back({now, work.rows, work.bytes});
  while (work.samples.size() > 2 && now - work.samples.front().at > kRateWindow) work.samples.pop_front();
  if (work.rows == 0) return line.add("  waiting for the first rows", Ink::dim).str(width);
  const Sample& oldest = work.samples.front();
  double seconds = std::max(0.1, static_cast<double>(ms_between(oldest.at, now)) / 1000);
  auto rate = [&](std::int64_t amount) {
    return static_cast<std::int64_t>(static_cast<double>(amount) / seconds);
  };
  line.add(fmt::format("  {:>11} rows", format_count(work.rows)));
  if (work.samples.size() > 2) {
    line.add(fmt::format("  {:>9} rows/s", format_count(rate(work.rows - oldest.rows))), Ink::cyan);
    line.add(fmt::format("  {}/s", format_bytes(rate(work.bytes - oldest.bytes))), Ink::cyan);
  }
  // "2024-01-01T00:00:00/2024-01-07…": the day it has come to is enough.
  if (!work.partition.empty())
    line.add("  " + work.partition.substr(0, std::min<std::size_t>(10, work.partition.find('/'))), Ink::dim);
  return line.str(width);
}

std::string LiveView::total_line(std::size_t width, Instant now) const {
  std::size_t bar = std::clamp<std::size_t>(width / 4, 8, 30);
  std::size_t full = static_cast<std::size_t>(std::clamp<std::int64_t>(done_, 0, total_)) * bar /
                     static_cast<std::size_t>(total_);
  std::string done, left;
  for (std::size_t i = 0; i < full; ++i) done += "━";
  for (std::size_t i = full; i < bar; ++i) left += "─";
  Styled line;
  line.add(done, Ink::green).add(left, Ink::dim).add(fmt::format(" {} of {}", done_, total_), Ink::bold);
  line.add("  " + format_duration(std::chrono::milliseconds(ms_between(started_, now))), Ink::dim);
  for (const char* group : {"streams", "models", "tests", "pages"}) {
    auto all = total_of_.find(group), some = done_of_.find(group);
    if (all == total_of_.end() || all->second == 0) continue;
    line.add(fmt::format("  {} {}/{}", group, some == done_of_.end() ? 0 : some->second, all->second),
             Ink::dim);
  }
  return line.str(width);
}

std::vector<std::string> LiveView::frame(std::size_t width, std::size_t height, Instant now) {
  std::vector<std::string> lines;
  if (total_ == 0 || height < 2) return lines;
  ++frames_;
  std::size_t room = height - 1, hidden = work_.size() > room ? work_.size() - room + 1 : 0;
  // Streams first: they move.
  for (bool streams : {true, false}) {
    for (auto& [id, work] : work_) {
      if ((work.kind == "stream") != streams || lines.size() + (hidden ? 1 : 0) >= room) continue;
      lines.push_back(work_line(work, width, now));
    }
  }
  if (hidden > 0) lines.push_back(Styled().add(fmt::format("  … and {} more", hidden), Ink::dim).str(width));
  lines.push_back(total_line(width, now));
  return lines;
}

std::vector<std::string> LiveView::heartbeat(Instant now) {
  std::vector<std::string> lines;
  for (const auto& [id, work] : work_) {
    std::int64_t ms = std::max<std::int64_t>(1, ms_between(work.since, now));
    std::string line = fmt::format("… {} {} {}", pad(work.kind, 6), work.name,
                                   format_duration(std::chrono::milliseconds(ms)));
    if (work.rows > 0)
      line +=
          fmt::format(", {} rows, {} rows/s", format_count(work.rows), format_count(work.rows * 1000 / ms));
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace leat::cli

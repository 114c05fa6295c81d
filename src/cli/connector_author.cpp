// leat connector try, record, replay: for those who write a connector.
#include <fmt/core.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "base/error.h"
#include "base/units.h"
#include "cli/connector.h"
#include "cli/exit_codes.h"
#include "cli/terminal.h"
#include "document/value.h"
#include "http/cassette.h"
#include "stream/source.h"

namespace leat::cli {
namespace {

constexpr std::size_t kRecordsShown = 3;
constexpr std::size_t kRejectsShown = 5;

// Prints each request as it is answered.
class RequestLines final : public EventListener {
 public:
  explicit RequestLines(Env& env) : env_(env) { env_.listen(*this); }
  ~RequestLines() override { env_.forget(*this); }
  RequestLines(const RequestLines&) = delete;
  RequestLines& operator=(const RequestLines&) = delete;
  void on_event(const Event& event) override {
    if (event.name == "request_retried") {
      Terminal::line(fmt::format("  {} again in {}: {}", Terminal::ink(Ink::yellow, "!"),
                                 format_duration(std::chrono::milliseconds(event.number("wait_ms"))),
                                 event.text("reason")));
    }
    if (event.name != "request_answered") return;
    bool good = event.number("status") < 400;
    Terminal::line(
        fmt::format("{} {} → {}, {}, {}", Terminal::ink(Ink::dim, event.text("method")), event.text("url"),
                    Terminal::ink(good ? Ink::green : Ink::red, std::to_string(event.number("status"))),
                    format_bytes(event.number("bytes")),
                    format_duration(std::chrono::milliseconds(event.number("took_ms")))));
  }

 private:
  Env& env_;
};

// Keeps the first rows and ends the read once there are enough.
class FirstRows final : public stream::Sink {
 public:
  explicit FirstRows(std::int64_t wanted) : wanted_(wanted) {}
  void batch(std::size_t, batch::RecordBatch&& batch) override {
    rows_ += static_cast<std::int64_t>(batch.rows());
    if (!first_ && batch.rows() > 0) first_.emplace(std::move(batch));
    if (is_full()) throw Error(ErrorCode::cancelled, "Enough was read");
  }
  void checkpoint(std::size_t, stream::State state, std::string) override { state_ = std::move(state.json); }
  void reject(std::size_t, stream::RejectedRecord&& record) override {
    if (rejects_.size() < kRejectsShown) rejects_.push_back(std::move(record));
  }
  bool is_full() const { return rows_ >= wanted_; }
  void show() const {
    if (first_) show_rows(*first_);
    for (const stream::RejectedRecord& each : rejects_) {
      Terminal::line(fmt::format("{} rejected: {}: {}\n  {}", Terminal::ink(Ink::red, "✗"), each.field,
                                 each.reason, fit(each.record, 300)));
    }
    if (!first_ && rejects_.empty()) Terminal::line("No record came.");
    if (!state_.empty()) Terminal::line("state: " + fit(state_, 300));
  }

 private:
  void show_rows(const batch::RecordBatch& batch) const {
    std::size_t rows = std::min(batch.rows(), static_cast<std::size_t>(wanted_));
    std::size_t shown = std::min(rows, kRecordsShown), name_width = 6, type_width = 4;
    for (const batch::Column& column : batch.schema()->columns()) {
      name_width = std::clamp(column.name.size(), name_width, std::size_t{40});
      type_width = std::max(type_width, column.type.name().size());
    }
    std::size_t width = static_cast<std::size_t>(std::max(80, Terminal::columns()));
    std::size_t value_width =
        std::max<std::size_t>(16, (width - std::min(width, name_width + type_width + 12)) / shown - 2);
    std::string head =
        fmt::format("\n{}  {}  {}", pad("column", name_width), pad("type", type_width), "filled");
    for (std::size_t row = 0; row < shown; ++row)
      head += "  " + pad(fmt::format("record {}", row + 1), value_width);
    Terminal::line(Terminal::ink(Ink::bold, head));
    for (std::size_t i = 0; i < batch.schema()->size(); ++i) {
      std::size_t filled = 0;
      for (std::size_t row = 0; row < rows; ++row) filled += batch.column(i).is_null(row) ? 0 : 1;
      const batch::Column& column = (*batch.schema())[i];
      std::string line =
          fmt::format("{}  {}  {}", pad(fit(column.name, name_width), name_width),
                      pad(column.type.name(), type_width), pad(fmt::format("{}/{}", filled, rows), 6));
      for (std::size_t row = 0; row < shown; ++row) {
        std::string value = batch.column(i).is_null(row) ? "-" : batch.column(i).print(row);
        std::replace(value.begin(), value.end(), '\n', ' ');
        line += "  " + pad(fit(value, value_width), value_width);
      }
      while (!line.empty() && line.back() == ' ') line.pop_back();
      Terminal::line(line);
    }
    Terminal::line(fmt::format("{} of the records that came", format_count(static_cast<std::int64_t>(rows))));
  }

  std::int64_t wanted_, rows_ = 0;
  std::optional<batch::RecordBatch> first_;
  std::vector<stream::RejectedRecord> rejects_;
  std::string state_;
};

class CountingSink final : public stream::Sink {
 public:
  void batch(std::size_t, batch::RecordBatch&& batch) override {
    rows += static_cast<std::int64_t>(batch.rows());
  }
  void checkpoint(std::size_t, stream::State, std::string) override {}
  void reject(std::size_t, stream::RejectedRecord&&) override { ++rejected; }
  std::int64_t rows = 0, rejected = 0;
};

stream::Selection select(const stream::Catalog& catalog, const std::string& name) {
  stream::Selection selection;
  selection.stream = catalog.at(name, "--stream");
  const std::vector<stream::SyncMode>& modes = selection.stream.sync_modes;
  bool goes_on = std::find(modes.begin(), modes.end(), stream::SyncMode::incremental) != modes.end();
  selection.mode = goes_on ? stream::SyncMode::incremental : stream::SyncMode::full_refresh;
  return selection;
}

std::string need_cassette(const ConnectorArguments& arguments) {
  if (arguments.cassette.empty())
    throw Error(ErrorCode::cli_usage, "There is no cassette", "leat connector " + arguments.verb)
        .fix("Name it with --cassette.");
  return std::filesystem::absolute(arguments.cassette).string();
}

}  // namespace

int try_stream(const ConnectorArguments& arguments, Env& env) {
  if (arguments.limit < 1 || arguments.limit > 10'000)
    throw Error(ErrorCode::cli_usage, "--limit is 1 to 10,000", "leat connector try");
  RequestLines lines(env);
  auto source = connector_opener(arguments, env)();
  std::vector<std::string> names = arguments.streams;
  stream::Catalog catalog = source->describe(names);
  if (names.empty() && !catalog.streams.empty()) names.push_back(catalog.streams[0].name);
  for (const std::string& name : names) {
    Terminal::line(Terminal::ink(Ink::bold, name));
    stream::Selection selection = select(catalog, name);
    FirstRows sink(arguments.limit);
    try {
      source->read({&selection, 1}, sink);
    } catch (const Error&) {
      if (!sink.is_full()) throw;  // else there may be more that nobody asks for
    }
    sink.show();
  }
  return kExitOk;
}

int record_session(const ConnectorArguments& arguments, Env& env) {
  env.set_variable(http::kRecordVariable, need_cassette(arguments));
  if (!arguments.cassette_bytes.empty())
    env.set_variable(http::kRecordBytesVariable, arguments.cassette_bytes);
  auto source = connector_opener(arguments, env)();
  stream::Catalog catalog = source->describe(arguments.streams);
  std::vector<std::string> names = arguments.streams;
  if (names.empty()) {
    for (const stream::Stream& each : catalog.streams) names.push_back(each.name);
  }
  bool is_full = false;
  for (const std::string& name : names) {
    if (is_full) {
      Terminal::line(fmt::format("{}  not read", pad(name, 30)));
      continue;
    }
    stream::Selection selection = select(catalog, name);
    CountingSink sink;
    try {
      source->read({&selection, 1}, sink);
    } catch (const Error&) {
      if (!http::cassette_is_over(env)) throw;
      is_full = true;
    }
    Terminal::line(fmt::format("{}  {} records{}{}", pad(name, 30), format_count(sink.rows),
                               sink.rejected > 0 ? fmt::format(", {} rejected", sink.rejected) : "",
                               is_full ? ", and there are more" : ""));
  }
  Terminal::line(fmt::format("kept in {}, {}", arguments.cassette,
                             format_bytes(static_cast<std::int64_t>(std::filesystem::file_size(
                                 std::filesystem::absolute(arguments.cassette))))));
  if (is_full) {
    Terminal::line(
        Terminal::ink(Ink::yellow, "!") +
        " The cassette has reached its bound; a replay ends there, too. --cassette-bytes raises it.");
  }
  return kExitOk;
}

int replay_session(const ConnectorArguments& arguments, Env& env) {
  std::string path = need_cassette(arguments);
  std::string when = http::cassette_time(path);
  if (env.variable("LEAT_CLOCK").value_or("") == when) {
    env.set_variable(http::kReplayVariable, path);
    ConnectorArguments reading = arguments;
    reading.verb = "read";
    return speak_protocol(reading, env);
  }
  // A clock is chosen when a process begins.
  ::setenv("LEAT_CLOCK", when.c_str(), 1);
  std::string words = document::read_file("/proc/self/cmdline");
  std::vector<char*> pointers;
  for (std::size_t at = 0; at < words.size(); at += std::strlen(words.data() + at) + 1)
    pointers.push_back(words.data() + at);
  pointers.push_back(nullptr);
  ::execv("/proc/self/exe", pointers.data());
  throw Error(ErrorCode::file_io, std::strerror(errno), "/proc/self/exe");
}

}  // namespace leat::cli
